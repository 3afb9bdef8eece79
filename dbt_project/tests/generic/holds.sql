{#- Every expression is true (or null) in every row: {rule: expression}. Returns the rows that break one, and which. -#}
{% test holds(model, rules) %}
with checked_rows as (

    select * from {{ model }}

),

named as (

    select
        checked_rows.*,
        concat_ws(
            ', ',
            {%- for name, expression in rules.items() %}
            case when not ({{ expression }}) then '{{ name }}' end{{ "," if not loop.last }}
            {%- endfor %}
        ) as broken_rules
    from checked_rows

)

select * from named
where broken_rules <> ''
{% endtest %}
