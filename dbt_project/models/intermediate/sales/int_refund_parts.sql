{{ config(
    unique_key="order_id",
    meta={"changed": "int_orders_changed"},
    indexes=[
        {"columns": ["refund_part_id"], "unique": true},
        {"columns": ["order_id"]},
        {"columns": ["refund_id"]},
        {"columns": ["build_id"]},
    ],
) }}

-- What each refund gives back of each part of its order, to the cent. What a refund names is taken as named, as far as that
-- is left of the order; the rest of its amount is spread over all that is left, in proportion (largest remainder), which
-- is at the rates that were charged. Refund after refund, so that an earlier one never depends on a later.
with recursive orders as (

    select * from {{ ref("int_orders_unioned") }}
    {{ where_changed("order_id", "int_orders_changed") }}
    and order_id in (select refunds.order_id from {{ ref("int_refunds_numbered") }} as refunds)

),

-- In cents from here on.
parts as (

    select
        order_id,
        part_number,
        part,
        tax,
        province,
        amount * 100 as cents
    from {{ ref("int_order_parts") }}
    where order_id in (select orders.order_id from orders)

),

rounding as (

    select
        orders.order_id,
        orders.total_amount * 100 as total_cents,
        orders.total_amount * 100 - coalesce(sum(parts.cents), 0) as rounding_cents
    from orders
    left join parts on orders.order_id = parts.order_id
    group by orders.order_id, orders.total_amount

),

-- A total that is a cent short of its parts: the refund that gives back the last of it gives back the parts whole.
refunds as (

    select
        numbered.order_id,
        numbered.refund_id,
        numbered.refund_number,
        numbered.amount * 100 as cents,
        case
            when
                (numbered.refunded_before_amount + numbered.amount) * 100 = rounding.total_cents
                and numbered.amount > 0
                then least(rounding.rounding_cents, 0)
            else 0
        end as short_cents,
        greatest(rounding.rounding_cents, 0) as over_cents
    from {{ ref("int_refunds_numbered") }} as numbered
    inner join rounding on numbered.order_id = rounding.order_id

),

named as (

    select
        refund_id,
        part,
        tax,
        province,
        amount * 100 as cents
    from {{ ref("int_refund_parts_named") }}
    where order_id in (select orders.order_id from orders)

),

running as (

    select
        order_id,
        0 as refund_number,
        null::text as refund_id,
        part_number,
        part,
        tax,
        province,
        0::numeric as left_before_cents,
        0::numeric as named_cents,
        0::numeric as given_cents,
        cents::numeric as left_cents
    from parts

    union all

    (
        with capped as (

            select
                running.order_id,
                refunds.refund_number,
                refunds.refund_id,
                running.part_number,
                running.part,
                running.tax,
                running.province,
                running.left_cents as left_before_cents,
                refunds.cents - refunds.short_cents as asked_cents,
                case
                    when running.left_cents >= 0
                        then least(greatest(coalesce(named.cents, 0), 0), running.left_cents)
                    else greatest(least(named.cents, 0), running.left_cents)
                end as named_cents
            from running
            inner join refunds
                on running.order_id = refunds.order_id and running.refund_number + 1 = refunds.refund_number
            left join named
                on
                    refunds.refund_id = named.refund_id
                    and running.part = named.part
                    and running.tax is not distinct from named.tax
                    and running.province is not distinct from named.province

        ),

        compared as (

            select
                *,
                asked_cents >= sum(left_before_cents) over (partition by order_id) as is_last,
                asked_cents >= sum(named_cents) over (partition by order_id) as is_enough,
                asked_cents - sum(named_cents) over (partition by order_id) as unnamed_cents
            from capped

        ),

        -- The last of an order gives back every part whole, a rebate too, whatever it names. Where less is given back than the
        -- parts named, they get less each.
        roomed as (

            select
                *,
                case when is_last then left_before_cents when is_enough then named_cents else 0 end as base_cents,
                case when is_last then 0 when is_enough then left_before_cents - named_cents else named_cents end as room_cents,
                case when is_last then 0 when is_enough then unnamed_cents else asked_cents end as wanted_cents
            from compared

        ),

        limited as (

            select
                *,
                sum(room_cents) over (partition by order_id) as all_room_cents,
                greatest(least(wanted_cents, sum(room_cents) over (partition by order_id)), 0) as to_share_cents
            from roomed

        ),

        -- Rounded down, a negative part (a fee that is a rebate) too.
        shared as (

            select
                *,
                coalesce(
                    case
                        when room_cents >= 0 then div(to_share_cents * room_cents, nullif(all_room_cents, 0))
                        else -div(all_room_cents - 1 - to_share_cents * room_cents, nullif(all_room_cents, 0))
                    end,
                    0
                ) as share_cents
            from limited

        ),

        ranked as (

            select
                *,
                to_share_cents - sum(share_cents) over (partition by order_id) as spare_cents,
                row_number() over (
                    partition by order_id order by to_share_cents * room_cents - share_cents * all_room_cents desc, part_number
                ) as share_rank
            from shared

        ),

        given as (

            select
                *,
                base_cents + share_cents + case when share_rank <= spare_cents then 1 else 0 end as given_cents
            from ranked

        )

        select
            order_id,
            refund_number,
            refund_id,
            part_number,
            part,
            tax,
            province,
            left_before_cents,
            named_cents,
            given_cents,
            left_before_cents - given_cents as left_cents
        from given
    )

),

given_back as (

    select
        refund_id,
        sum(given_cents) as cents
    from running
    group by refund_id

),

-- A total that is a cent more than its parts: what no part takes, as far as the order has it.
untaken as (

    select
        refunds.order_id,
        refunds.refund_id,
        refunds.refund_number,
        refunds.short_cents,
        refunds.over_cents,
        refunds.cents - refunds.short_cents - coalesce(given_back.cents, 0) as cents
    from refunds
    left join given_back on refunds.refund_id = given_back.refund_id

),

rounded as (

    select
        *,
        short_cents
        + least(sum(cents) over (partition by order_id order by refund_number), over_cents)
        - least(sum(cents) over (partition by order_id order by refund_number) - cents, over_cents) as rounding_cents
    from untaken

)

select
    refund_id || ':' || part_number as refund_part_id,
    order_id,
    refund_id,
    refund_number,
    part_number,
    part,
    tax,
    province,
    left_before_cents / 100 as left_before_amount,
    least(named_cents, given_cents) / 100 as named_amount,
    {{ money("given_cents / 100") }} as amount,
    {{ var("build_id") }}::bigint as build_id
from running
where refund_number > 0

union all

select
    refund_id || ':0' as refund_part_id,
    order_id,
    refund_id,
    refund_number,
    0 as part_number,
    'rounding' as part,
    null::text as tax,
    null::text as province,
    0 as left_before_amount,
    0 as named_amount,
    {{ money("rounding_cents / 100") }} as amount,
    {{ var("build_id") }}::bigint as build_id
from rounded
where rounding_cents <> 0
