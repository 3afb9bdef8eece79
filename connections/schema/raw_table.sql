-- One shape for every resource: a new source needs no DDL, a new field is never lost.
create table if not exists raw.{table} (
    key text primary key,
    payload jsonb not null,
    payload_hash text not null,
    changed_at timestamptz,
    extracted_at timestamptz not null,
    run_id text not null,
    deleted_at timestamptz,
    version bigint not null default nextval('sync.change_number')
);
create index if not exists {version_index} on raw.{table} (version);
create table if not exists raw.{history} (
    key text not null,
    payload jsonb not null,
    payload_hash text not null,
    changed_at timestamptz,
    extracted_at timestamptz not null,
    run_id text not null,
    deleted_at timestamptz,
    version bigint not null,
    replaced_at timestamptz not null default now()
);
create index if not exists {history_index} on raw.{history} (key);
