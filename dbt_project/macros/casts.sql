{#- Casts that never fail: a value that cannot be read gives null, and its name in the column `problems`.

    A staging model takes its record apart once, with jsonb_to_record and every column as text, and then casts:
        {{ as_numeric("total") }} as total_amount
        {{ unreadable({"total": "numeric", "currency": "required"}) }} as problems -#}

{% macro as_type(expression, type) -%}
    case when {{ is_readable(expression, type) }} then nullif({{ expression }}, '')::{{ type }} end
{%- endmacro %}

{% macro as_bigint(expression) -%}{{ as_type(expression, "bigint") }}{%- endmacro %}
{% macro as_numeric(expression) -%}{{ as_type(expression, "numeric") }}{%- endmacro %}
{% macro as_boolean(expression) -%}{{ as_type(expression, "boolean") }}{%- endmacro %}

{#- An id that another record may name: text short enough for an index, null where there is none. -#}
{% macro as_id(expression) -%}nullif(left(btrim({{ expression }}), 255), ''){%- endmacro %}

{#- UTC without a suffix ('2026-11-24T07:01:44' or with a blank) -> timestamptz -#}
{% macro as_utc(expression) -%}
    case when {{ is_readable(expression, "timestamp") }} then nullif({{ expression }}, '')::timestamp at time zone 'UTC' end
{%- endmacro %}

{#- seconds since 1970 -> timestamptz -#}
{% macro as_epoch(expression) -%}
    to_timestamp(case when {{ is_readable(expression, "epoch") }} then nullif({{ expression }}, '')::bigint end)
{%- endmacro %}

{#- True for an absent value too: absence is a problem only where the column is required. PostgreSQL reads
    'NaN', 'infinity', 'now' and 'tomorrow' as numbers and times: a record may not. -#}
{% macro is_readable(expression, type) -%}
    {%- if type == "numeric" -%}
        coalesce({{ expression }}, '') = '' or ({{ expression }} ~ '^-?[0-9.]' and pg_input_is_valid({{ expression }}, 'numeric'))
    {%- elif type == "timestamp" -%}
        coalesce({{ expression }}, '') = '' or ({{ expression }} ~ '^[0-9]{4}-' and pg_input_is_valid({{ expression }}, 'timestamp'))
    {%- elif type == "epoch" -%}
        coalesce({{ expression }}, '') = '' or {{ expression }} ~ '^[0-9]{1,11}$'
    {%- else -%}
        coalesce({{ expression }}, '') = '' or pg_input_is_valid({{ expression }}, '{{ type }}')
    {%- endif -%}
{%- endmacro %}

{#- The names of the columns that could not be read: {name: type}. 'numeric!' also means that it must be there. -#}
{% macro unreadable(columns) -%}
    array_remove(array[
        {%- for name, type in columns.items() %}
        case when {% if type.endswith("!") %}coalesce({{ name }}, '') = '' or {% endif -%}
            not ({{ is_readable(name, type.rstrip("!")) }}) then '{{ name.split(".") | last }}' end{{ "," if not loop.last }}
        {%- endfor %}
    ]::text[], null)
{%- endmacro %}

{#- A list of a record, or an empty one where the record has something else. -#}
{% macro json_list(expression) -%}
    case when jsonb_typeof({{ expression }}) = 'array' then {{ expression }} else '[]'::jsonb end
{%- endmacro %}

{#- An object of a record, or an empty one. -#}
{% macro json_object(expression) -%}
    case when jsonb_typeof({{ expression }}) = 'object' then {{ expression }} else '{}'::jsonb end
{%- endmacro %}
