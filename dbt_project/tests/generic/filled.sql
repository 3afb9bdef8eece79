{#- None of the columns is null in any row. Returns the rows that break it, and which columns. -#}
{% test filled(model, columns) %}
with checked_rows as (

    select * from {{ model }}

),

named as (

    select
        checked_rows.*,
        concat_ws(
            ', ',
            {%- for column in columns %}
            case when {{ column }} is null then '{{ column }}' end{{ "," if not loop.last }}
            {%- endfor %}
        ) as empty_columns
    from checked_rows

)

select * from named
where empty_columns <> ''
{% endtest %}
