{#- A person's own reference as a part of an event's id, which has letters, digits, - and single _ only: as it is, or its md5. -#}
{% macro event_name(reference) -%}
    case
        when {{ reference }} ~ '^[A-Za-z0-9-]+(_[A-Za-z0-9-]+)*$' and length({{ reference }}) <= 60 then {{ reference }}
        else md5({{ reference }})
    end
{%- endmacro %}
