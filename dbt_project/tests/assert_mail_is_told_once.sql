-- No mail was sent twice, and no customer was told a day that is not later than the one told before.
with sent as (

    select * from {{ ref("int_messages_written") }}
    where status in ('sent', 'unknown', 'confirmed')

),

twice as (

    select message_key
    from sent
    group by message_key
    having count(*) > 1

),

promises as (

    select
        message_key,
        kind,
        promise_date,
        lag(promise_date) over (
            partition by order_id order by write_id
        ) as told_before
    from sent
    where kind in ('backorder', 'delay')

)

select message_key
from twice

union all

select message_key
from promises
where kind = 'delay' and promise_date <= told_before
