{#- A measure of a line in a box: as it was sent, else the product's, else the settings'. -#}
{% macro as_sent_or(name, of_product, default) -%}
    coalesce({{ as_numeric("unioned.line_as_sent ->> '" ~ name ~ "'") }}, {{ of_product }}, {{ default }})
{%- endmacro %}

{#- The part of an order line's amount that a box's units are, rounded with what is in the boxes before it. -#}
{% macro part_of(amount) -%}
    {{ money(amount ~ " * (unioned.quantity_before + unioned.quantity) / order_lines.quantity") }}
    - {{ money(amount ~ " * unioned.quantity_before / order_lines.quantity") }}
{%- endmacro %}

{#- A box's line as quotes, labels and slips carry it; frozen with the first of them. -#}
{% macro shipment_line_json(lines) -%}
    jsonb_build_object(
        'order_line_id', {{ lines }}.order_line_id,
        'line_number', {{ lines }}.line_number,
        'sku', {{ lines }}.sku,
        'product_name', {{ lines }}.product_name,
        'quantity', {{ lines }}.quantity,
        'unit_weight_g', {{ lines }}.unit_weight_g,
        'length_mm', {{ lines }}.length_mm,
        'width_mm', {{ lines }}.width_mm,
        'height_mm', {{ lines }}.height_mm,
        'goods_amount', {{ money_text(lines ~ '.goods_amount') }},
        'tax_amount', {{ money_text(lines ~ '.tax_amount') }},
        'hs_code', {{ lines }}.hs_code,
        'origin_country', {{ lines }}.origin_country
    )
{%- endmacro %}
