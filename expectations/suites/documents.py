"""Documents: what a paper says, before it is numbered and kept for good."""

from expectations.rules import Suite, matches, never, never_null, one_of, unique

_SUM = (
    "(select coalesce(sum((part ->> 'amount')::numeric), 0)"
    " from jsonb_array_elements(payload -> '{}') as part)"
)
_PARTS = " + ".join(
    [
        "(payload ->> 'subtotal_amount')::numeric - (payload ->> 'discount_amount')::numeric",
        "(payload ->> 'shipping_amount')::numeric + (payload ->> 'rounding_amount')::numeric",
        _SUM.format("fees"),
        _SUM.format("taxes"),
    ]
)

DOCUMENTS_DUE = Suite(
    model="out_documents__documents",
    layer="outbound",
    key=("write_key",),
    holds="write_key",
    rules=(
        *never_null("write_key", "owner_id", "document_kind", "payload", "payload_hash"),
        unique("write_key"),
        one_of("write_kind", "posting"),
        one_of(
            "document_kind",
            *("invoice", "credit_note", "packing_slip", "backorder_slip"),
            *("label_page", "customs_form", "pick_list"),
        ),
        matches("write_key", "^[a-z_]+:.+$", says="the key names a kind and what it is of"),
        never(
            "an invoice is the order's total to the cent",
            "case when document_kind = 'invoice' and hold_class is null"
            f" then (payload ->> 'total_amount')::numeric <> {_PARTS} else false end",
        ),
        never(
            "an invoice is marked paid where nothing is owed, and only there",
            "case when document_kind = 'invoice'"
            " then (payload ->> 'is_paid')::boolean <> ((payload ->> 'balance_amount')::numeric <= 0)"
            " else false end",
        ),
        never(
            "a slip says what is in its box",
            "case when document_kind in ('packing_slip', 'label_page')"
            " then jsonb_array_length(payload -> 'lines') = 0 else false end",
        ),
        never("a held document says why", "(hold_class is null) <> (hold_reason is null)"),
    ),
)
SUITES = (DOCUMENTS_DUE,)
