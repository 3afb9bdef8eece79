{#- The raw rows of an Odoo model that are new to this build, each field as text (many2many: a JSON list).

    Odoo writes false where it has nothing (a name, a date, a many2one); only the fields in `flags` are true or
    false themselves. `fields` and `flags` are names of Odoo's fields; record_key is raw's own key. -#}
{% macro odoo_records(table, fields, flags=[]) -%}
    select
        raw_rows.key as record_key,
        {%- for field in fields %}
        nullif(record.{{ adapter.quote(field) }}, 'false'::jsonb) #>> '{}' as {{ adapter.quote(field) }},
        {%- endfor %}
        {%- for flag in flags %}
        record.{{ adapter.quote(flag) }} #>> '{}' as {{ adapter.quote(flag) }},
        {%- endfor %}
        raw_rows.deleted_at is not null as is_deleted,
        raw_rows.deleted_at,
        raw_rows.extracted_at,
        raw_rows.version
    from {{ source("odoo", table) }} as raw_rows
    cross join lateral jsonb_to_record(raw_rows.payload) as record (
        {%- for field in fields + flags %}{{ adapter.quote(field) }} jsonb{{ ", " if not loop.last }}{% endfor -%}
    )
    {{ where_new("raw_rows.version") }}
{%- endmacro %}

{#- A many2many or one2many: a JSON list of ids -> bigint[]; empty where there is none. -#}
{% macro as_ids(expression) -%}
    case
        when {{ is_list_of_ids(expression) }} then translate(coalesce({{ expression }}, '[]'), '[]', '{}')::bigint[]
        else '{}'::bigint[]
    end
{%- endmacro %}

{% macro is_list_of_ids(expression) -%}
    coalesce({{ expression }}, '[]') ~ '^\[[0-9, ]*\]$' and pg_input_is_valid(translate(coalesce({{ expression }}, '[]'), '[]', '{}'), 'bigint[]')
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
        else upper(substring({{ name }} from '(?i)\m(GST|HST|QST|PST|RST|TPS|TVH|TVQ)\M'))
    end
{%- endmacro %}
