{#- Half a cent goes away from zero: 13.965 -> 13.97. The one rounding of the house (docs: domain.md, Rounding). -#}
{% macro money(expression) -%}
    round(({{ expression }})::numeric, 2)
{%- endmacro %}

{#- Minor units (cents, yen, fils) -> the currency's own unit; null where the exponent is not known. -#}
{% macro major_units(minor, exponent) -%}
    round(({{ minor }})::numeric / power(10::numeric, {{ exponent }}), {{ exponent }})
{%- endmacro %}

{#- The currency's own unit -> minor units, as Stripe counts; null where the exponent is not known. -#}
{% macro minor_units(amount, exponent) -%}
    round(({{ amount }}) * power(10::numeric, {{ exponent }}))::bigint
{%- endmacro %}
