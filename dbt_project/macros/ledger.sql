{#- The first summary of a day, channel and province; what comes late for it goes into '<group>_2', '<group>_3' .. -#}
{% macro summary_group(posting_date, channel, province) -%}
    concat_ws('_', 'summary', {{ posting_date }}::text, {{ channel }}, {{ province }})
{%- endmacro %}

{#- The group of a summary's key. Its parts have no underscore of their own, and only a number may follow. -#}
{% macro summary_group_of(base_key) -%}
    regexp_replace({{ base_key }}, '_[0-9]+$', '')
{%- endmacro %}

{#- What an entry says, for comparing: its day, its events, and what it has on each role. Not the account that a role has
    today, nor the words: another mapping or wording holds for what is posted from then on. -#}
{% macro content_hash(occurred_on, events, amounts) -%}
    md5(concat_ws('|', {{ occurred_on }}::text, {{ events }}, {{ amounts }}))
{%- endmacro %}

{#- An amount as the loaders send it: '126.56'. -#}
{% macro money_text(amount) -%}
    to_char({{ amount }}, 'FM999999999999990.00')
{%- endmacro %}

{#- The entry that a write's key belongs to: without the number of a reversal ('__reversal_1') or of a new entry ('__2'). -#}
{% macro base_key_of(write_key) -%}
    regexp_replace({{ write_key }}, '__(reversal_)?[0-9]+$', '')
{%- endmacro %}

{#- The event that a shipment is: 'odoo_shipment_<picking>', 'woocommerce_shipment_<order>' where the shop called the order
    complete, 'counterflow_shipment_<order>_<number>' for a box of ours. -#}
{% macro shipment_event_id(shipments) -%}
    case {{ shipments }}.system
        when 'odoo' then 'odoo_shipment_' || {{ shipments }}.picking_id_odoo
        when 'counterflow'
            then 'counterflow_shipment_' || replace(replace({{ shipments }}.shipment_id, 'woocommerce:', ''), ':', '_')
        else 'woocommerce_shipment_' || {{ shipments }}.order_id_woocommerce
    end
{%- endmacro %}
