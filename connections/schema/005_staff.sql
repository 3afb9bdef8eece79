-- Staff: who may sign in, what they did, what was packed, and what a person decides about a write or a SKU.
create schema if not exists portal;

create table if not exists portal.staff (
    name text primary key check (name ~ '^[a-z0-9][a-z0-9._-]{0,39}$'),
    password_hash text not null,
    is_active boolean not null default true,
    created_at timestamptz not null default now()
);
-- session_id is the hash of what the cookie carries: who reads the table cannot sign in with it.
create table if not exists portal.sessions (
    session_id text primary key,
    name text not null references portal.staff (name),
    started_at timestamptz not null default now(),
    seen_at timestamptz not null default now(),
    ended_at timestamptz
);
-- Every try, of names that there are and of those that there are not (null: people type passwords there).
create table if not exists portal.sign_ins (
    sign_in_id bigint generated always as identity primary key,
    at timestamptz not null default clock_timestamp(),
    name text,
    address text not null,
    outcome text not null check (outcome in ('signed_in', 'wrong', 'locked'))
);
create index if not exists sign_ins_name on portal.sign_ins (name, at);
create index if not exists sign_ins_address on portal.sign_ins (address, at);

-- Who did what, when, on what, and why.
create table if not exists portal.acts (
    act_id bigint generated always as identity primary key,
    at timestamptz not null default clock_timestamp(),
    who text not null,
    act text not null,
    subject text not null,
    reason text,
    detail jsonb not null default '{}'
);
create index if not exists acts_subject on portal.acts (subject);

-- A box is packed, or was opened again: the newest row of a shipment holds.
create table if not exists portal.packings (
    packing_id bigint generated always as identity primary key,
    shipment_id text not null,
    order_id text not null,
    is_packed boolean not null,
    packed_by text not null,
    packed_at timestamptz not null default clock_timestamp()
);
create index if not exists packings_shipment on portal.packings (shipment_id, packing_id);
create index if not exists packings_order on portal.packings (order_id);
create or replace view portal.packed as
select newest.shipment_id, newest.order_id, newest.packed_by, newest.packed_at
from portal.packings as newest
where newest.is_packed and not exists (
    select from portal.packings as later
    where later.shipment_id = newest.shipment_id and later.packing_id > newest.packing_id
);

create or replace function portal.only_grows() returns trigger language plpgsql as $$
begin
    raise exception '%.% only grows', tg_table_schema, tg_table_name;
end;
$$;
create or replace trigger acts_only_grow before update or delete or truncate on portal.acts
for each statement execute function portal.only_grows();
create or replace trigger packings_only_grow before update or delete or truncate on portal.packings
for each statement execute function portal.only_grows();
create or replace trigger sign_ins_only_grow before update or delete or truncate on portal.sign_ins
for each statement execute function portal.only_grows();

-- A SKU of the shop that is another one in Odoo. Both as they are compared: lower case, no blanks around.
create table if not exists sync.sku_mappings (
    shop_sku text primary key check (shop_sku = lower(btrim(shop_sku)) and shop_sku <> ''),
    sku text not null check (sku = lower(btrim(sku)) and sku <> ''),
    set_by text not null,
    set_at timestamptz not null default now(),
    reason text not null
);

-- Whether the write may stand in its target without our knowing: its last word from there was none.
create or replace function sync.may_have_happened(wanted_id bigint) returns boolean
language sql stable set search_path = pg_catalog, pg_temp as $$
    select coalesce((
        select outcome in ('sent', 'unknown') from sync.attempts
        where write_id = wanted_id
            and outcome in ('sent', 'unknown', 'confirmed', 'refused', 'planned', 'not_done')
        order by attempt_id desc limit 1
    ), false)
$$;

-- A person's decision about a write, whole or not at all; two at once wait for each other, and the second
-- sees what the first did. Returns the status before and after.
--   retry     refused, held, waived -> planned, or unknown where it may have happened: looked up before it is sent
--   waive     refused, held, unknown, planned -> waived: it is not sent
--   done      unknown that nobody can look up (needs_person) -> confirmed: a person saw that it happened
--   not_done  the same -> planned: a person saw that it did not, and it is sent
create or replace function sync.decide(wanted_id bigint, act text, who text, why text)
returns table (status_before text, status_after text)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    found_write sync.writes;
    is_for_person boolean;
    last_outcome text;
begin
    if coalesce(btrim(who), '') = '' or coalesce(btrim(why), '') = '' then
        raise exception using errcode = 'CF001', message = 'say who decides, and why';
    end if;
    perform pg_advisory_xact_lock_shared(1128685313);  -- a change number is taken: connections/warehouse.py
    select * into found_write from sync.writes where write_id = wanted_id for update;
    if not found then
        raise exception using errcode = 'CF001', message = format('there is no write %s', wanted_id);
    end if;
    is_for_person := found_write.status = 'unknown' and found_write.reason_class = 'needs_person';
    status_before := found_write.status;
    select outcome into last_outcome from sync.attempts
    where write_id = wanted_id and outcome not in ('waived', 'retried') order by attempt_id desc limit 1;
    status_after := case
        when act = 'retry' and found_write.status in ('refused', 'held', 'waived') and found_write.is_current
            then case when sync.may_have_happened(wanted_id) then 'unknown' else 'planned' end
        when act = 'retry' and found_write.status = 'unknown' and not is_for_person then 'unknown'
        when act = 'waive' and found_write.status in ('refused', 'held', 'unknown', 'planned') then 'waived'
        when act = 'done' and is_for_person then 'confirmed'
        when act = 'not_done' and is_for_person and found_write.is_current then 'planned'
    end;
    if status_after is null then
        raise exception using errcode = 'CF001', message = case
            when not found_write.is_current and act in ('retry', 'not_done') and found_write.status <> 'confirmed'
                then format('write %s gave way to a newer one: it can only be waived', wanted_id)
            when act = 'retry' and is_for_person
                then format('write %s may have happened: say first whether it did', wanted_id)
            else format('write %s is %s: %s is not possible', wanted_id, found_write.status, replace(act, '_', ' '))
        end;
    end if;
    update sync.writes set
        status = status_after,
        -- put aside it keeps its class: what nobody can look up is asked of a person again when it comes back
        reason_class = case
            when status_after = 'waived' then found_write.reason_class
            when status_after = 'unknown' and found_write.reason_class = 'needs_person'
                and found_write.status = 'waived' and last_outcome in ('sent', 'unknown') then 'needs_person'
            when status_after = 'unknown' then 'retry'
        end,
        reason = case when status_after <> 'planned' then format('%s: %s', who, why) end,
        finished_at = case when status_after = 'confirmed' then clock_timestamp() end,
        version = nextval('sync.change_number')
    where write_id = wanted_id;
    insert into sync.attempts (write_id, run_id, outcome, message) values (
        wanted_id, 'staff', case act when 'retry' then 'retried' when 'waive' then 'waived' else act end,
        format('%s: %s', who, why)
    );
    insert into portal.acts (who, act, subject, reason, detail) values (
        who, act, 'write ' || wanted_id, why, jsonb_build_object(
            'system', found_write.system, 'thing', found_write.thing, 'key', found_write.key,
            'from', status_before, 'to', status_after
        )
    );
    return next;
end;
$$;

-- The shop's SKU means Odoo's from now on (null: no longer), and the next build looks at everything again.
create or replace function sync.map_sku(wanted_shop_sku text, wanted_sku text, who text, why text)
returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    shop text := lower(btrim(wanted_shop_sku));
    before text;
begin
    if coalesce(btrim(who), '') = '' or coalesce(btrim(why), '') = '' then
        raise exception using errcode = 'CF001', message = 'say who decides, and why';
    end if;
    perform pg_advisory_xact_lock(hashtext('sku mapping ' || shop));
    select sku into before from sync.sku_mappings where shop_sku = shop;
    if before is not distinct from nullif(lower(btrim(wanted_sku)), '') then
        raise exception using errcode = 'CF001', message = format('%s is so already', shop);
    end if;
    if nullif(btrim(wanted_sku), '') is null then
        delete from sync.sku_mappings where shop_sku = shop;
    else
        insert into sync.sku_mappings (shop_sku, sku, set_by, reason)
        values (shop, lower(btrim(wanted_sku)), who, why)
        on conflict (shop_sku) do update
        set sku = excluded.sku, set_by = excluded.set_by, reason = excluded.reason, set_at = now();
    end if;
    insert into portal.acts (who, act, subject, reason, detail) values (
        who, 'map', 'sku ' || shop, why,
        jsonb_build_object('from', before, 'to', nullif(lower(btrim(wanted_sku)), ''))
    );
    update sync.builds set is_whole = false where is_whole;
end;
$$;

-- A record that could not be landed is not waited for any more.
create or replace function sync.waive_record(wanted_id bigint, who text, why text)
returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    waived sync.refused_records;
begin
    if coalesce(btrim(who), '') = '' or coalesce(btrim(why), '') = '' then
        raise exception using errcode = 'CF001', message = 'say who decides, and why';
    end if;
    update sync.refused_records set resolved_at = now(), resolution = format('waived by %s: %s', who, why)
    where refused_id = wanted_id and resolved_at is null
    returning * into waived;
    if not found then
        raise exception using errcode = 'CF001', message = format('record %s does not wait for anybody', wanted_id);
    end if;
    insert into portal.acts (who, act, subject, reason, detail) values (
        who, 'waive', 'record ' || wanted_id, why,
        jsonb_build_object('system', waived.system, 'resource', waived.resource, 'key', waived.key)
    );
end;
$$;

-- The role that the staff's pages work under: it reads what they show, adds what they add, decides through the
-- functions above, and nothing else.
create or replace procedure portal.let_staff_in(role_name text)
language plpgsql set search_path = pg_catalog as $$
declare
    granted text;
begin
    foreach granted in array array[
        'usage on schema portal, sync, settings, marts, outbound',
        'select on all tables in schema marts, outbound',
        'select on settings.business, settings.documents',
        'select on sync.writes, sync.attempts, sync.refused_records, sync.sku_mappings',
        'select on portal.staff, portal.packed',
        'select, insert on portal.sessions, portal.sign_ins, portal.acts, portal.packings',
        'update (seen_at, ended_at) on portal.sessions',
        'execute on function sync.decide, sync.map_sku, sync.waive_record'
    ] loop
        execute format('grant %s to %I', granted, role_name);
    end loop;
    -- dbt makes tables anew
    execute format('alter default privileges in schema marts grant select on tables to %I', role_name);
    execute format('alter default privileges in schema outbound grant select on tables to %I', role_name);
end
$$;

revoke all on all tables in schema portal from public;
revoke all on all functions in schema portal from public;
revoke all on all procedures in schema portal from public;
revoke execute on function sync.decide, sync.map_sku, sync.waive_record, sync.may_have_happened from public;

call portal.make_role('counterflow_staff', 'let_staff_in');
