{#- Every expression is true (or null) in every row: {name of the rule: expression}. Returns the rows that break one, and which. -#}
{% test holds(model, rules) %}
select *
from (
    select
        checked_rows.*,
        concat_ws(
            ', ',
            {%- for name, expression in rules.items() %}
            case when not ({{ expression }}) then '{{ name }}' end{{ "," if not loop.last }}
            {%- endfor %}
        ) as broken_rules
    from {{ model }} as checked_rows
) as named
where broken_rules <> ''
{% endtest %}
