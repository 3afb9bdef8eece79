{{ config(materialized="view") }}

-- How many records of each resource are in raw: the entry of reconciliation_counts. Reads every raw table.
{% for system, names in counted_resources().items() %}
    {% for name in names %}
        select
            '{{ system }}' as system,
            '{{ name }}' as resource,
            count(*) as record_count
        from {{ source(system, name) }}
        {{ "union all" if not loop.last }}
    {% endfor %}
    {{ "union all" if not loop.last }}
{% endfor %}
