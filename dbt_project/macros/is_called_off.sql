{#- Whether nothing of an order is to be sent any more: what was bought for its parcels is given back if they never left. -#}
{% macro is_called_off(orders) -%}
    ({{ orders }}.status in ('cancelled', 'refunded', 'failed') or {{ orders }}.is_deleted)
{%- endmacro %}
