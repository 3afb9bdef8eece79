"""Payments by card: what was authorized, captured and given back, and what is about to leave for Stripe."""

from expectations.rules import Suite, between, matches, never, never_null, one_of, unique

AUTHORIZATIONS = Suite(
    model="authorizations",
    layer="marts",
    key=("payment_intent_id_stripe",),
    holds="order_id",
    rules=(
        *never_null("payment_intent_id_stripe", "state"),
        unique("payment_intent_id_stripe"),
        never("no more is captured than was authorized", "captured_amount > authorized_amount"),
        never(
            "no more is captured than the order is worth",
            "captured_amount > order_amount",
            severity="warning",
        ),
        never(
            "what has shipped is captured before it lapses",
            "state = 'lapsed' and uncaptured_amount > 0",
            severity="warning",
        ),
        never("no authorization is about to lapse", "is_about_to_lapse", severity="warning"),
    ),
)
CARD_REFUNDS = Suite(
    model="card_refunds",
    layer="marts",
    key=("refund_id",),
    holds="order_id",
    rules=(
        *never_null("refund_id", "order_id", "state"),
        unique("refund_id"),
        never(
            "no more goes back than was captured",
            "state = 'due' and hold_reason is null and refunded_at_most_amount > captured_amount",
        ),
    ),
)
CAPTURES = Suite(
    model="out_stripe__captures",
    layer="outbound",
    key=("write_key",),
    holds="write_key",
    rules=(
        *never_null("write_key", "payload", "payload_hash", "order_id", "due_amount"),
        unique("write_key"),
        unique("payment_intent_id_stripe"),
        one_of("write_kind", "posting"),
        matches("write_key", "^capture:pi_[^:]+:[0-9]+$", says="the key names a payment and a number"),
        never("a capture is above zero", "due_amount <= 0 or (payload ->> 'amount')::numeric <= 0"),
        never(
            "no more is captured than was authorized",
            "hold_class is null and captured_amount + due_amount > authorized_amount",
        ),
        never(
            "no more is captured than the order is worth",
            "hold_class is null and captured_amount + due_amount > order_amount",
        ),
        never(
            "what may be captured in all is what was, and this",
            "hold_class is null and captured_at_most_minor < (payload ->> 'amount')::numeric",
        ),
        never(
            "the payload has the row's payment", "payload ->> 'payment_intent' <> payment_intent_id_stripe"
        ),
        between("due_amount", 0, 1_000_000),
    ),
)
CANCELLATIONS = Suite(
    model="out_stripe__cancellations",
    layer="outbound",
    key=("write_key",),
    holds="write_key",
    rules=(
        *never_null("write_key", "payload", "payload_hash", "order_id"),
        unique("write_key"),
        one_of("write_kind", "posting"),
        matches("write_key", "^void:pi_[^:]+$", says="the key names a payment"),
        never(
            "the payload has the row's payment", "payload ->> 'payment_intent' <> payment_intent_id_stripe"
        ),
    ),
)
REFUNDS = Suite(
    model="out_stripe__refunds",
    layer="outbound",
    key=("write_key",),
    holds="write_key",
    rules=(
        *never_null("write_key", "payload", "payload_hash", "order_id", "charge_id_stripe", "amount"),
        unique("write_key"),
        unique("refund_id"),
        one_of("write_kind", "posting"),
        matches("write_key", "^refund:woocommerce_[0-9]+$", says="the key names a refund of the shop"),
        never("a refund is above zero", "amount <= 0 or (payload ->> 'amount')::numeric <= 0"),
        never(
            "no more goes back than was captured",
            "hold_class is null and spoken_for_amount + amount > captured_amount",
        ),
        never("the payload has the row's charge", "payload ->> 'charge' <> charge_id_stripe"),
        between("amount", 0, 1_000_000),
    ),
)

SUITES: tuple[Suite, ...] = (AUTHORIZATIONS, CARD_REFUNDS, CAPTURES, CANCELLATIONS, REFUNDS)
