{#- The raw rows of an Odoo model that are new to this build, each field as text.

    Odoo writes false where it has nothing (a name, a date, a many2one); only the fields in `flags` are true or
    false themselves. Those in `lists` (many2many, one2many) become text that reads as an array: '{1,2}'.
    record_key is raw's own key. -#}
{% macro odoo_records(table, fields, lists=[], flags=[]) -%}
    select
        raw_rows.key as record_key,
        {%- for field in fields %}
        nullif(record."{{ field }}", 'false'::jsonb) #>> '{}' as "{{ field }}",
        {%- endfor %}
        {%- for list in lists %}
        translate(nullif(record."{{ list }}", 'false'::jsonb) #>> '{}', '[]', '{}') as "{{ list }}",
        {%- endfor %}
        {%- for flag in flags %}
        record."{{ flag }}" #>> '{}' as "{{ flag }}",
        {%- endfor %}
        raw_rows.deleted_at is not null as is_deleted,
        raw_rows.deleted_at,
        raw_rows.extracted_at,
        raw_rows.version
    from {{ source("odoo", table) }} as raw_rows
    cross join lateral jsonb_to_record({{ json_object("raw_rows.payload") }}) as record (
        {%- for field in fields + lists + flags %}"{{ field }}" jsonb{{ ", " if not loop.last }}{% endfor -%}
    )
    {{ where_new("raw_rows.version") }}
{%- endmacro %}

{#- A quantity, price or rate: Odoo's floats carry noise behind the sixth decimal (0.1 + 0.2). -#}
{% macro as_decimal(expression) -%}
    trim_scale(round({{ as_numeric(expression) }}, 6))
{%- endmacro %}

{#- A day, 'YYYY-MM-DD' -> date -#}
{% macro as_day(expression) -%}
    case when {{ is_readable(expression, "timestamp") }} then nullif({{ expression }}, '')::date end
{%- endmacro %}

{#- The tax of Canada that an Odoo tax is, by the name its chart gives it ('5% GST', '7% PST MB', '13% HST'); null: none known.
    Manitoba calls its provincial tax RST, Odoo's chart calls it PST MB. -#}
{% macro odoo_tax_code(name) -%}
    case
        when {{ name }} ~* '\m(PST|RST)\M.*\mMB\M' then 'RST'
        else upper(substring({{ name }} from '(?i)\m(GST|HST|QST|PST|RST)\M'))
    end
{%- endmacro %}

{#- The province that the name of an Odoo tax ends with ('7% PST BC'); null: none. -#}
{% macro odoo_tax_province(name) -%}
    substring({{ name }} from '\m(AB|BC|MB|NB|NL|NS|NT|NU|ON|PE|QC|SK|YT)\M')
{%- endmacro %}

{#- A key made of free text, short enough for an index whatever the text. -#}
{% macro long_key(expression) -%}
    case when length({{ expression }}) > 100 then md5({{ expression }}) else {{ expression }} end
{%- endmacro %}

{#- Whether a line is a section or a note, which carries no amounts. -#}
{% macro is_text_line(display_type) -%}
    coalesce({{ display_type }} in ('line_section', 'line_subsection', 'line_note'), false)
{%- endmacro %}
