-- The customer's page. Its process signs in as a role that owns nothing and reads no table: it may ask
-- for one order's page and give one order's answer, by the two functions below. Both run with the rights
-- of their owner, so that the role needs none on marts, which dbt makes anew.

create schema if not exists portal;

-- What customers chose, append-only: a change of mind is a further answer. The extractor `portal` reads it.
create table if not exists portal.answers (
    answer_id bigint generated always as identity primary key,
    order_id text not null,
    answer_number integer not null check (answer_number > 0),
    choice text not null check (choice in ('ship_now', 'wait')),
    answered_at timestamptz not null default now(),
    link_fingerprint text not null,
    unique (order_id, answer_number)
);
create index if not exists answers_answered on portal.answers (answered_at);

create or replace function portal.refuse_change() returns trigger
language plpgsql set search_path = pg_catalog as $$
begin
    raise exception 'portal.answers is append-only: a change of mind is a further answer';
end
$$;
create or replace trigger answers_append_only before update or delete or truncate on portal.answers
for each statement execute function portal.refuse_change();

-- The row of marts.portal_orders with the newest answer and what the page says of the shop; null: there is none.
-- `is_packed_since`: a label was bought or a slip printed after the mart was built, or staff packed a box.
create or replace function portal.order_page(wanted text) returns jsonb
language plpgsql volatile security definer set search_path = pg_catalog as $$
declare
    page jsonb;
    answer jsonb;
    shop jsonb;
    built_until bigint;
    is_packed boolean;
begin
    if to_regclass('marts.portal_orders') is null then
        return null;
    end if;
    execute 'select to_jsonb(found) from marts.portal_orders as found where found.order_id = $1' into page using wanted;
    if page is null then
        return null;
    end if;
    select to_jsonb(newest) into answer from (
        select answer_number, choice, answered_at from portal.answers
        where order_id = wanted order by answer_number desc limit 1
    ) as newest;
    select version_until into built_until from sync.builds where build_id = (page ->> 'build_id')::bigint;
    select exists (
        select from sync.writes
        where
            ((system = 'canadapost' and thing = 'label') or (system = 'documents' and thing = 'document'))
            and starts_with(
                key, case system when 'documents' then 'packing_slip:' else '' end || wanted || ':'
            )
            and status in ('sent', 'unknown', 'confirmed')
            and version > built_until
    ) into is_packed;
    if not is_packed and to_regclass('portal.packed') is not null then
        -- the shipments that staff have packed (005_staff.sql)
        execute 'select exists (select from portal.packed where order_id = $1)' into is_packed using wanted;
    end if;
    select jsonb_build_object(
        'name', business.name,
        'time_zone', business.time_zone,
        'email', (select coalesce(mail.reply_to, mail.sender) from settings.mail limit 1),
        'default_choice', (select promises.default_choice from settings.promises limit 1),
        'most_per_minute', (select limits.most_per_minute from settings.portal as limits limit 1)
    ) into shop from settings.business as business limit 1;
    return page || jsonb_build_object('answer', answer, 'shop', shop, 'is_packed_since', is_packed);
end
$$;

-- An order's next answer, where its choice is open and `seen_number` is that of the last one its customer saw:
-- 'taken', 'same' (it stands already), 'outdated' (another came between) or 'closed' (packed, or fifty were given).
create or replace function portal.give_answer(wanted text, new_choice text, seen_number integer, fingerprint text)
returns text
language plpgsql volatile security definer set search_path = pg_catalog as $$
declare
    page jsonb;
    last_number integer;
    given bigint;
begin
    -- whoever packs the order's box takes the same lock: the one who comes second sees what the first did
    perform pg_advisory_xact_lock(hashtext('order ' || wanted));
    page := portal.order_page(wanted);
    last_number := coalesce((page -> 'answer' ->> 'answer_number')::integer, 0);
    if page is null or not coalesce((page ->> 'is_choice_open')::boolean, false)
        or (page ->> 'is_packed_since')::boolean or last_number >= 50 then
        return 'closed';
    end if;
    if page -> 'answer' ->> 'choice' = new_choice then
        return 'same';
    end if;
    if last_number <> seen_number then
        return 'outdated';
    end if;
    insert into portal.answers (order_id, answer_number, choice, link_fingerprint)
    values (wanted, last_number + 1, new_choice, fingerprint)
    on conflict (order_id, answer_number) do nothing
    returning answer_id into given;
    return case when given is null then 'outdated' else 'taken' end;
end
$$;

-- Those of the orders whose customer has answered what no run has read yet, where customers are asked at all.
-- Until the caller's transaction ends nobody answers for any of them.
create or replace function portal.answered_since_read(wanted text[]) returns setof text
language plpgsql set search_path = pg_catalog as $$
begin
    perform pg_advisory_xact_lock(hashtext('order ' || order_id))
    from (select distinct unnest(wanted) as order_id order by 1) as orders;
    if to_regclass('raw.portal__answers') is null
        or not exists (select from settings.flows where flow = 'customer_choice' and direction = 'both_ways') then
        return;
    end if;
    return query execute
        'select distinct answers.order_id from portal.answers as answers'
        ' where answers.order_id = any($1)'
        ' and not exists (select from raw.portal__answers as known where known.key = answers.answer_id::text)'
        using wanted;
end
$$;

-- The role may do what the page does, and nothing else.
create or replace procedure portal.let_in(role_name text)
language plpgsql set search_path = pg_catalog as $$
begin
    execute format('grant usage on schema portal to %I', role_name);
    execute format('grant execute on function portal.order_page(text) to %I', role_name);
    execute format('grant execute on function portal.give_answer(text, text, integer, text) to %I', role_name);
end
$$;

-- deploy/roles.sh makes the roles; elsewhere one is made here, without a sign-in of its own, where that is allowed. `lets_in`: the
-- procedure of this schema that gives it its rights.
create or replace procedure portal.make_role(role_name text, lets_in text)
language plpgsql set search_path = pg_catalog as $$
begin
    if not exists (select from pg_roles where rolname = role_name) then
        begin
            execute format('create role %I nologin', role_name);
        exception
            when insufficient_privilege or duplicate_object or unique_violation then null;
        end;
    end if;
    if exists (select from pg_roles where rolname = role_name) then
        execute format('call portal.%I(%L)', lets_in, role_name);
    end if;
end
$$;

revoke all on all tables in schema portal from public;
revoke all on all functions in schema portal from public;
revoke all on all procedures in schema portal from public;

call portal.make_role('counterflow_portal', 'let_in');
