{#- Where Canada Post shows a parcel, in the reader's language ('fr', else English). -#}
{% macro tracking_link(tracking_number, language) -%}
    'https://www.canadapost-postescanada.ca/track-reperage/'
    || case when {{ language }} = 'fr' then 'fr' else 'en' end
    || '#/search?searchFor=' || {{ tracking_number }}
{%- endmacro %}
