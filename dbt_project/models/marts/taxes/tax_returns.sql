{{ config(materialized="view") }}

-- One return per authority and month. Quarters and years are sums of months.
with return_lines as (

    select * from {{ ref("tax_return_lines") }}

),

-- Line 101 is the whole revenue of the books, whatever its tax.
revenue as (

    select
        date_trunc('month', lines.entry_date)::date as period,
        sum(lines.credit_amount - lines.debit_amount) as revenue_amount
    from {{ ref("ledger_lines") }} as lines
    inner join {{ ref("ledger_entries") }} as entries on lines.ledger_entry_id = entries.ledger_entry_id
    where lines.account_type = 'income' and not lines.is_deleted and entries.is_posted
    group by date_trunc('month', lines.entry_date)

),

summed as (

    select
        authority,
        period,
        count(*) as line_count,
        coalesce(sum(base_amount) filter (where kind = 'collected'), 0) as taxable_amount,
        coalesce(sum(tax_amount) filter (where kind = 'collected' and not has_base), 0) as tax_without_base_amount,
        coalesce(sum(tax_amount) filter (where kind = 'collected'), 0) as collected_amount,
        coalesce(sum(tax_amount) filter (where kind = 'recoverable'), 0) as recoverable_amount,
        coalesce(sum(tax_amount) filter (where kind = 'other'), 0) as adjustment_amount,
        sum(movement_amount) as movement_amount,
        max(build_id) as build_id
    from return_lines
    group by authority, period

)

select
    summed.authority || ':' || to_char(summed.period, 'YYYY-MM') as tax_return_id,
    summed.authority,
    summed.period,
    case
        when summed.authority in ('gst_hst', 'qst') then coalesce(revenue.revenue_amount, 0)
    end as total_sales_amount,
    summed.taxable_amount,
    summed.tax_without_base_amount,
    summed.collected_amount,
    summed.recoverable_amount,
    summed.collected_amount - summed.recoverable_amount as net_amount,
    summed.adjustment_amount,
    summed.movement_amount,
    summed.line_count,
    summed.build_id
from summed
left join revenue on summed.period = revenue.period
