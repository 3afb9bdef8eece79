{#- Our own id of a label at Canada Post, which takes 35 characters. -#}
{% macro label_request_id(key) -%}
    case when length({{ key }}) <= 35 then {{ key }} else 'cf-' || md5({{ key }}) end
{%- endmacro %}

{#- The group of a shipment's labels at Canada Post, which takes 32 characters. -#}
{% macro label_group_id(shipment_id) -%}
    case
        when length({{ shipment_id }}) <= 32 then replace({{ shipment_id }}, ':', '-')
        else md5({{ shipment_id }})
    end
{%- endmacro %}

{#- The folder of an order's files: as connections/storage.py, order_path. -#}
{% macro order_folder(order_id, order_number) -%}
    {%- set safe = "btrim(regexp_replace(" ~ order_number ~ ", '[^A-Za-z0-9._-]+', '-', 'g'), '-.')" -%}
    'orders/' || case
        when {{ safe }} = {{ order_number }} then {{ order_number }}
        else coalesce(nullif({{ safe }}, ''), 'order') || '-' || left(encode(sha256({{ order_id }}::bytea), 'hex'), 8)
    end
{%- endmacro %}

{#- The date and time of a parcel's event, in the zone whose short name stands beside it (Eastern where none is known). -#}
{% macro event_at(event) -%}
    case
        when pg_input_is_valid(left({{ event }} ->> 'eventDate', 10) || ' ' || ({{ event }} ->> 'eventTime'), 'timestamp')
            then
                (left({{ event }} ->> 'eventDate', 10) || ' ' || ({{ event }} ->> 'eventTime'))::timestamp
                at time zone case upper({{ event }} ->> 'eventTimeZone')
                    when 'NST' then interval '-3.5 hours'
                    when 'NDT' then interval '-2.5 hours'
                    when 'AST' then interval '-4 hours'
                    when 'ADT' then interval '-3 hours'
                    when 'EDT' then interval '-4 hours'
                    when 'CST' then interval '-6 hours'
                    when 'CDT' then interval '-5 hours'
                    when 'MST' then interval '-7 hours'
                    when 'MDT' then interval '-6 hours'
                    when 'PST' then interval '-8 hours'
                    when 'PDT' then interval '-7 hours'
                    else interval '-5 hours'
                end
    end
{%- endmacro %}

{#- What is wrong with a delivery address, found before money is spent: a list of texts, empty where nothing is. -#}
{% macro address_problems(contacts) -%}
    {%- set country = "upper(coalesce(" ~ contacts ~ ".delivery_country, ''))" -%}
    {%- set province = "upper(coalesce(" ~ contacts ~ ".delivery_province, ''))" -%}
    {%- set code = "upper(regexp_replace(coalesce(" ~ contacts ~ ".delivery_postal_code, ''), '\\s', '', 'g'))" -%}
    array_remove(array[
        case when btrim(coalesce({{ contacts }}.delivery_street, '')) = '' then 'the street is missing' end,
        case when btrim(coalesce({{ contacts }}.delivery_city, '')) = '' then 'the city is missing' end,
        case when {{ country }} !~ '^[A-Z]{2}$' then 'the country is missing' end,
        case when greatest(
                length({{ contacts }}.delivery_street), length({{ contacts }}.delivery_street_2)
            ) > 44 then 'a line of the address is longer than 44 characters' end,
        case when length({{ contacts }}.delivery_city) > 40 then 'the city is longer than 40 characters' end,
        case
            when {{ country }} = 'CA' and {{ code }} = '' then 'the postal code is missing'
            when {{ country }} = 'CA' and {{ code }} !~ '^[ABCEGHJ-NPRSTVXY][0-9][ABCEGHJ-NPRSTV-Z][0-9][ABCEGHJ-NPRSTV-Z][0-9]$'
                then 'the postal code is none of Canada''s'
            when {{ country }} = 'CA' and {{ province }} = '' then 'the province is missing'
            when {{ country }} = 'CA' and {{ province }} not in (
                    select places.province from {{ ref("postal_codes") }} as places
                    where places.first_letter = left({{ code }}, 1)
                ) then 'the postal code is not of the province ' || {{ province }}
            when {{ country }} = 'US' and {{ code }} !~ '^[0-9]{5}(-?[0-9]{4})?$' then 'the zip code is none of the USA''s'
            when {{ country }} = 'US' and {{ province }} !~ '^[A-Z]{2}$' then 'the state is missing'
        end
    ]::text[], null)
{%- endmacro %}
