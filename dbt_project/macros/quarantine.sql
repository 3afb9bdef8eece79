{#- Records that could not be read in full, as rows of quarantine.
    entity: what one is called; key: its column in the model; where: in the reader's words, where to correct it -#}
{% macro quarantine_unreadable(model, entity, key, where, order_id="null::text") %}
    select
        '{{ entity }}:' || {{ key }} || ':unreadable' as quarantine_id,
        '{{ entity }}' as entity,
        ({{ key }})::text as record_key,
        {{ order_id }} as order_id,
        'unreadable' as check_name,
        '{{ entity | replace("_", " ") | capitalize }} ' || {{ key }} || ' has values that cannot be read ('
        || array_to_string(problems, ', ') || '). Correct it in {{ where }}' as reason,
        jsonb_build_object('problems', problems) as details,
        false as blocks_order,
        build_id
    from {{ ref(model) }}
    where problems <> array[]::text[] and not is_deleted
{%- endmacro %}

{#- post-hook of a staging model: what is in quarantine is found without reading the rest. A rebuilt table stands beside
    the one it replaces until the commit, so that the index needs a new name each time. -#}
{% macro index_problems() -%}
    {%- if not is_incremental() -%}
        create index problems_{{ local_md5(this.identifier ~ invocation_id) }} on {{ this }} (build_id)
        where problems <> array[]::text[] and not is_deleted
    {%- endif -%}
{%- endmacro %}
