"""From order to box: every unit promised once, and no box with more than was ordered."""

from expectations.rules import Suite, between, never, never_null, one_of, unique

ALLOCATIONS = Suite(
    model="allocations",
    layer="marts",
    key=("allocation_id",),
    holds="order_id",
    rules=(
        *never_null("allocation_id", "order_id", "quantity"),
        unique("allocation_id"),
        one_of("source", "stock", "inbound", "lead_time"),
        never("an allocation is of some units", "quantity <= 0"),
        never(
            "what comes on a purchase order names it", "source = 'inbound' and purchase_order_line_id is null"
        ),
    ),
)
BACKORDERS = Suite(
    model="backorders",
    layer="marts",
    key=("order_line_id",),
    holds="order_id",
    rules=(
        *never_null("order_line_id", "order_id", "quantity"),
        unique("order_line_id"),
        never("something is missing", "quantity <= 0"),
        never("somebody knows when it comes", "promise_date is null", severity="warning"),
        never("a promise is not in the past", "promise_date < current_date - 1", severity="warning"),
        between("age_days", high=60, severity="warning"),
    ),
)
ORDER_FULFILMENTS = Suite(
    model="order_fulfilments",
    layer="marts",
    key=("order_id",),
    holds="order_id",
    rules=(
        *never_null("order_id", "state"),
        unique("order_id"),
        never(
            "no unit of an order is counted twice",
            "ready_quantity + backordered_quantity + packed_quantity + shipped_quantity > ordered_quantity",
        ),
        never(
            "what has to be asked has a day on which it is decided",
            "is_choice_open and question_due_at is null",
        ),
    ),
)
PLANNED_SHIPMENTS = Suite(
    model="planned_shipments",
    layer="marts",
    key=("shipment_id",),
    holds="order_id",
    rules=(
        *never_null("shipment_id", "order_id", "state"),
        unique("shipment_id"),
        never("a box has something in it", "quantity <= 0"),
        never("a box has a weight", "state = 'planned' and coalesce(weight_g, 0) <= 0", severity="warning"),
        never("nothing stands in the way of a box", "hold_reason is not null", severity="warning"),
    ),
)
PLANNED_SHIPMENT_LINES = Suite(
    model="planned_shipment_lines",
    layer="marts",
    key=("shipment_line_id",),
    holds="order_id",
    rules=(
        *never_null("shipment_line_id", "shipment_id", "order_line_id"),
        unique("shipment_line_id"),
        never("a line of a box is of some units", "quantity <= 0"),
    ),
)
QUOTE_REQUESTS = Suite(
    model="quote_requests",
    layer="marts",
    key=("quote_key",),
    holds="order_id",
    rules=(*never_null("quote_key", "order_id"), unique("quote_key")),
)
ORDER_CONTACTS = Suite(
    model="order_contacts",
    layer="marts",
    key=("order_id",),
    holds="order_id",
    rules=(*never_null("order_id"), unique("order_id"), one_of("language", "en", "fr")),
)

SUITES: tuple[Suite, ...] = (
    ORDER_CONTACTS,
    ALLOCATIONS,
    BACKORDERS,
    ORDER_FULFILMENTS,
    PLANNED_SHIPMENTS,
    PLANNED_SHIPMENT_LINES,
    QUOTE_REQUESTS,
)
