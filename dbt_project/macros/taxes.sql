{#- To whom a tax is returned: GST and HST to the Canada Revenue Agency (in Quebec by way of Revenu Quebec), QST to Revenu
    Quebec, the others to their provinces; null: nobody knows. -#}
{% macro tax_authority(tax, province) -%}
    case
        when {{ tax }} in ('GST', 'HST') then 'gst_hst'
        when {{ tax }} = 'QST' then 'qst'
        when {{ tax }} = 'RST' then 'mb_rst'
        when {{ tax }} = 'PST' then lower({{ province }}) || '_pst'
    end
{%- endmacro %}
