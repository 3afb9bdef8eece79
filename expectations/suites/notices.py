"""What the shop and Odoo are told of what left, and what the shop says of what it has none left of."""

from expectations.rules import Suite, matches, never, never_null, one_of, unique

_NO_QUANTITY = (
    "exists (select from jsonb_array_elements(payload -> 'lines') as line"
    " where line ->> 'product_id' is null or not coalesce((line ->> 'quantity')::numeric > 0, false))"
)

ORDER_NOTES = Suite(
    model="out_woocommerce__order_notes",
    layer="outbound",
    key=("write_key",),
    holds="write_key",
    rules=(
        *never_null("write_key", "payload", "payload_hash", "order_id"),
        unique("write_key"),
        one_of("write_kind", "posting"),
        matches("write_key", "^woocommerce:[0-9]+:[0-9]+$", says="the key names an order and a box"),
        never(
            "a note carries its key, by which it is found again",
            "payload ->> 'marker' <> '[' || write_key || ']'"
            " or position(payload ->> 'marker' in payload ->> 'note') = 0",
        ),
        never("a note is on its own order", "'woocommerce:' || (payload ->> 'order_id') <> order_id"),
    ),
)
ORDER_STATUSES = Suite(
    model="out_woocommerce__order_statuses",
    layer="outbound",
    key=("write_key",),
    holds="write_key",
    rules=(
        *never_null("write_key", "payload", "payload_hash", "is_due", "observed_at"),
        unique("write_key"),
        one_of("write_kind", "level"),
        one_of("status_wanted", "completed"),
        never(
            "an order that was called off is not completed",
            "status_wanted is not null and observed_status in ('cancelled', 'refunded', 'failed', 'trash')",
        ),
    ),
)
BACKORDER_TEXTS = Suite(
    model="out_woocommerce__backorder_texts",
    layer="outbound",
    key=("write_key",),
    holds="write_key",
    rules=(
        *never_null("write_key", "payload", "payload_hash", "is_due", "observed_at"),
        unique("write_key"),
        one_of("write_kind", "level"),
        one_of("backorders_wanted", "no", "notify", "yes"),
        matches("write_key", "^(product|variation):[0-9]+$", says="the key names a product or a variation"),
        never(
            "the day it is expected is to come",
            "is_due and expected_date_wanted::date < current_date - 1",
        ),
    ),
)
DELIVERIES = Suite(
    model="out_odoo__deliveries",
    layer="outbound",
    key=("write_key",),
    holds="write_key",
    rules=(
        *never_null("write_key", "payload", "payload_hash", "order_id", "order_id_odoo"),
        unique("write_key"),
        one_of("write_kind", "posting"),
        matches("write_key", "^woocommerce:[0-9]+:[0-9]+$", says="the key names an order and a box"),
        never(
            "each line has a product and a quantity, or it is held", f"hold_class is null and {_NO_QUANTITY}"
        ),
        never(
            "something is to be delivered, or it is held",
            "hold_class is null and jsonb_array_length(payload -> 'lines') = 0",
        ),
    ),
)

SUITES: tuple[Suite, ...] = (ORDER_NOTES, ORDER_STATUSES, BACKORDER_TEXTS, DELIVERIES)
