"""Parcels: what labels are about to cost and to say, before money is spent."""

from expectations.rules import Suite, between, matches, never, never_null, one_of, unique

PARCELS = Suite(
    model="parcels",
    layer="marts",
    key=("parcel_id",),
    holds="order_id",
    rules=(
        *never_null("parcel_id", "shipment_id", "order_id", "label_state"),
        unique("parcel_id"),
        never(
            "a label that was bought has a number and a price", "label_state = 'confirmed' and amount is null"
        ),
        never(
            "a label costs what was quoted, within a dollar",
            "label_state = 'confirmed' and abs(amount - quoted_amount) > 1",
            severity="warning",
        ),
    ),
)
LABELS = Suite(
    model="out_canadapost__labels",
    layer="outbound",
    key=("write_key",),
    holds="write_key",
    rules=(
        *never_null("write_key", "payload", "payload_hash", "order_id", "quoted_amount"),
        unique("write_key"),
        one_of("write_kind", "posting"),
        matches(
            "write_key", "^[^:]+:.+:[0-9]+:[0-9]+$", says="the key names an order, a shipment and a parcel"
        ),
        between("quoted_amount", 0, 500),
        never(
            "a parcel weighs what Canada Post takes",
            "coalesce((payload -> 'parcel' ->> 'weight_g')::numeric, 0) not between 1 and 30000",
        ),
        never(
            "what leaves the country is declared",
            "payload -> 'destination' ->> 'country' <> 'CA' and jsonb_array_length(payload -> 'customs') = 0",
        ),
        never(
            "a held label says why",
            "(hold_class is null) <> (hold_reason is null)",
        ),
    ),
)
SUITES = (PARCELS, LABELS)
