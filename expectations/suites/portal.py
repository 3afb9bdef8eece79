"""The customer's page: what it shows and asks, and what was answered."""

from expectations.rules import Suite, never, never_null, one_of, unique

ORDER_CHOICES = Suite(
    model="order_choices",
    layer="marts",
    key=("order_id",),
    holds="order_id",
    rules=(
        *never_null("order_id", "choice", "answered_at", "answer_number"),
        unique("order_id"),
        one_of("choice", "ship_now", "wait"),
        never("an answer is not from tomorrow", "answered_at > now() + interval '1 day'"),
    ),
)

PORTAL_ORDERS = Suite(
    model="portal_orders",
    layer="marts",
    key=("order_id",),
    holds="order_id",
    rules=(
        *never_null("order_id", "order_number", "language", "state", "currency"),
        unique("order_id"),
        one_of("language", "en", "fr"),
        never(
            "a choice is offered only while something is on the shelf and something to come",
            "is_choice_open and not (lines @? '$[*] ? (@.ready > 0)' and lines @? '$[*] ? (@.to_come > 0)')",
            severity="warning",
        ),
        never(
            "no way of sending is offered for less than nothing",
            "options @? '$.* ? (@.amount < 0)'",
            severity="warning",
        ),
    ),
)

SUITES = (ORDER_CHOICES, PORTAL_ORDERS)
