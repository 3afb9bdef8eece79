{#- The columns of a relation. dbt's own says ARRAY of every array, which is no type that PostgreSQL casts to or adds
    a column of; this one says text[] or bigint[]. And it reads the catalogue, not the view information_schema.columns,
    which took a fifth of a build's time. -#}
{% macro postgres__get_columns_in_relation(relation) -%}
    {% call statement("get_columns_in_relation", fetch_result=True) %}
        select
            attribute.attname as column_name,
            format_type(attribute.atttypid, null) as data_type,
            case
                when attribute.atttypid in ('bpchar'::regtype, 'varchar'::regtype) and attribute.atttypmod > 0
                    then attribute.atttypmod - 4
            end as character_maximum_length,
            case
                when attribute.atttypid = 'numeric'::regtype and attribute.atttypmod > 0
                    then ((attribute.atttypmod - 4) >> 16) & 65535
            end as numeric_precision,
            case
                when attribute.atttypid = 'numeric'::regtype and attribute.atttypmod > 0
                    then (attribute.atttypmod - 4) & 2047
            end as numeric_scale
        from pg_catalog.pg_attribute as attribute
        where
            attribute.attrelid = to_regclass('{{ relation.include(database=false) }}')
            and attribute.attnum > 0
            and not attribute.attisdropped
        order by attribute.attnum
    {% endcall %}
    {{ return(sql_convert_columns_in_relation(load_result("get_columns_in_relation").table)) }}
{% endmacro %}
