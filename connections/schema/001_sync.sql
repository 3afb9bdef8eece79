-- The floor of the warehouse: where source records land (raw), what the sync
-- remembers (sync), and the business's settings as tables (settings).

create schema if not exists raw;
create schema if not exists sync;
create schema if not exists settings;
create schema if not exists staging;
create schema if not exists intermediate;
create schema if not exists marts;
create schema if not exists outbound;

-- One number line for everything that changes in raw and in sync.writes.
-- Writers hold the shared advisory lock while they take numbers and until they
-- commit; a build takes the exclusive lock for an instant, so that every number
-- up to its watermark is committed or will never be (connections/warehouse.py).
create sequence if not exists sync.change_number as bigint;

create table if not exists sync.runs (
    run_id text primary key,
    started_at timestamptz not null default now(),
    finished_at timestamptz,
    status text not null default 'running'
        check (status in ('running', 'green', 'amber', 'red')),
    summary jsonb not null default '{}'
);

-- What each resource of each system gave in each run: counts in = counts out.
create table if not exists sync.extractions (
    run_id text not null,
    system text not null,
    resource text not null,
    started_at timestamptz not null default now(),
    finished_at timestamptz not null default now(),
    records_read bigint not null default 0,
    records_written bigint not null default 0,
    records_unchanged bigint not null default 0,
    records_deleted bigint not null default 0,
    records_refused bigint not null default 0,
    requests bigint not null default 0,
    error text,
    primary key (run_id, system, resource)
);

-- How far each resource is read. Moves in the transaction that lands its rows.
create table if not exists sync.cursors (
    system text not null,
    resource text not null,
    cursor jsonb not null,
    run_id text not null,
    moved_at timestamptz not null default now(),
    primary key (system, resource)
);

-- Records that could not be landed (no key, not an object): kept until the
-- source gives that key right, or a person waives them.
create table if not exists sync.refused_records (
    refused_id bigint generated always as identity primary key,
    system text not null,
    resource text not null,
    key text,
    payload_hash text not null,
    payload jsonb not null,
    reason text not null,
    run_id text not null,
    first_seen_at timestamptz not null default now(),
    last_seen_at timestamptz not null default now(),
    resolved_at timestamptz,
    resolution text,
    unique (system, resource, payload_hash)
);

-- dbt builds. since_version / since_build of the last whole one that succeeded
-- say what the next one must look at (dbt_project/macros/incremental.sql). One that
-- is not whole only carries this run's own writes through the models.
create table if not exists sync.builds (
    build_id bigint generated always as identity primary key,
    run_id text not null,
    version_until bigint not null,
    since_version bigint not null,
    since_build bigint not null,
    is_whole boolean not null default true,
    status text not null default 'running'
        check (status in ('running', 'succeeded', 'failed')),
    results jsonb not null default '{}',
    started_at timestamptz not null default now(),
    finished_at timestamptz
);

-- One row per thing to be made true in a target system: (system, thing, key, hash).
create table if not exists sync.writes (
    write_id bigint generated always as identity primary key,
    system text not null,
    thing text not null,
    key text not null,
    hash text not null,
    kind text not null check (kind in ('level', 'posting')),
    outbound_model text not null,
    payload jsonb not null,
    status text not null default 'planned' check (status in (
        'planned', 'sent', 'confirmed', 'refused', 'unknown', 'held', 'superseded', 'waived'
    )),
    reason_class text check (reason_class in (
        'retry', 'mapping_missing', 'needs_person', 'permanent', 'stale_input', 'guard', 'switch', 'check'
    )),
    reason text,
    is_current boolean not null default true,
    target_id text,
    target_name text,
    read_back jsonb,
    drift jsonb,
    attempts integer not null default 0,
    run_id text not null,
    planned_at timestamptz not null default now(),
    sent_at timestamptz,
    finished_at timestamptz,
    version bigint not null default nextval('sync.change_number'),
    unique (system, thing, key, hash)
);
create unique index if not exists writes_current on sync.writes (system, thing, key) where is_current;
create index if not exists writes_open on sync.writes (system, thing)
where status in ('planned', 'sent', 'unknown', 'held');
create index if not exists writes_failed on sync.writes (system, thing) where status = 'refused';
create index if not exists writes_version on sync.writes (version);

-- Every try, append-only.
create table if not exists sync.attempts (
    attempt_id bigint generated always as identity primary key,
    write_id bigint not null references sync.writes (write_id),
    run_id text not null,
    at timestamptz not null default now(),
    outcome text not null,
    request_id text,
    message text
);
create index if not exists attempts_write on sync.attempts (write_id);

-- What the gate found in each run (expectations/), and what it holds back.
create table if not exists sync.check_results (
    run_id text not null,
    suite text not null,
    model text not null,
    expectation text not null,
    severity text not null check (severity in ('critical', 'warning', 'info')),
    success boolean not null,
    rows_checked bigint,
    rows_failed bigint,
    failing_keys jsonb not null default '[]',
    message text not null default '',
    at timestamptz not null default now()
);
create index if not exists check_results_run on sync.check_results (run_id);

-- Held until a later check of the same model passes. key null = all of the model.
create table if not exists sync.holds (
    outbound_model text not null,
    key text,
    reason text not null,
    run_id text not null,
    since timestamptz not null default now()
);
create unique index if not exists holds_key on sync.holds (outbound_model, coalesce(key, ''), reason);

-- The business's settings (settings.toml), rewritten at the start of each run.
create table if not exists settings.business (
    name text not null,
    legal_name text not null,
    street text not null,
    city text not null,
    province text not null,
    postal_code text not null,
    country text not null,
    time_zone text not null,
    currency text not null,
    gst_hst_number text,
    qst_number text,
    rounding_cap numeric(12, 2) not null,
    safety_stock integer not null,
    books_start_date date not null
);
create table if not exists settings.accounts (
    role text primary key,
    account_code text not null
);
create table if not exists settings.tax_registrations (
    province text not null,
    tax text not null,
    number text not null,
    registered_from date not null,
    registered_to date,
    primary key (province, tax, registered_from)
);
create table if not exists settings.flows (
    flow text primary key,
    direction text not null check (direction in ('off', 'one_way', 'both_ways'))
);
create table if not exists settings.stock_locations (
    location text primary key,
    is_sold_from_web boolean not null
);
