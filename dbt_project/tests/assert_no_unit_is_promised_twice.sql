-- What is given to orders of the shelf, and of each purchase order line, is no more than there is.
with given as (

    select
        allotted.product_id,
        allotted.purchase_order_line_id,
        sum(allotted.quantity) as quantity
    from {{ ref("int_units_allotted") }} as allotted
    left join {{ ref("int_allotment_plans") }} as plans on allotted.product_id = plans.product_id
    where allotted.plan = coalesce(plans.plan, 'queue')
    group by allotted.product_id, allotted.purchase_order_line_id

)

select
    given.product_id,
    given.purchase_order_line_id,
    given.quantity,
    supplied.quantity as supplied_quantity
from given
left join {{ ref("int_units_supplied") }} as supplied
    on
        given.product_id = supplied.product_id
        and given.purchase_order_line_id is not distinct from supplied.purchase_order_line_id
where given.quantity > coalesce(supplied.quantity, 0)
