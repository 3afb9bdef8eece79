"""Outbound: what is about to leave. Here a failing row is held by its own key, and no other."""

from expectations.rules import Suite, between, matches, never, never_null, one_of, unique

_DEBITS = "(select sum((line ->> 'debit')::numeric) from jsonb_array_elements(payload -> 'lines') as line)"
_CREDITS = "(select sum((line ->> 'credit')::numeric) from jsonb_array_elements(payload -> 'lines') as line)"
_WITHOUT_ACCOUNT = (
    "exists (select from jsonb_array_elements(payload -> 'lines') as line"
    " where line ->> 'account_code' is null)"
)
_ODD_LINE = (
    "exists (select from jsonb_array_elements(payload -> 'lines') as line"
    " where line ->> 'debit' !~ '^[0-9]+[.][0-9][0-9]$' or line ->> 'credit' !~ '^[0-9]+[.][0-9][0-9]$'"
    " or ((line ->> 'debit')::numeric = 0) = ((line ->> 'credit')::numeric = 0))"
)

LEDGER_ENTRIES = Suite(
    model="out_odoo__ledger_entries",
    layer="outbound",
    key=("write_key",),
    holds="write_key",
    rules=(
        *never_null(
            "write_key", "payload", "payload_hash", "base_key", "entry_date", "currency", "total_amount"
        ),
        unique("write_key"),
        one_of("write_kind", "posting"),
        matches("write_key", "^[A-Za-z0-9_-]+$", says="the key can be an external id"),
        never("debits equal credits, to the cent", f"{_DEBITS} is distinct from {_CREDITS}"),
        never("an entry has two lines or more", "jsonb_array_length(payload -> 'lines') < 2"),
        never("each line has an account, or the entry is held", f"hold_class is null and {_WITHOUT_ACCOUNT}"),
        never("each line is a debit or a credit, in whole cents and above zero", _ODD_LINE),
        never("the payload has the row's date", "payload ->> 'date' <> entry_date::text"),
        never(
            "the entry is dated within reason",
            "entry_date > current_date + 1 or entry_date < date '2000-01-01'",
        ),
        between("total_amount", 0, 1_000_000),
    ),
)
STOCK_LEVELS = Suite(
    model="out_woocommerce__stock_levels",
    layer="outbound",
    key=("write_key",),
    holds="write_key",
    rules=(
        *never_null("write_key", "payload", "payload_hash", "product_id_woocommerce", "sku", "quantity"),
        unique("write_key"),
        one_of("write_kind", "level"),
        matches("write_key", "^(product|variation):[0-9]+$", says="the key names a product or a variation"),
        between("quantity", 0, 1_000_000),
        never("the payload has the row's quantity", "(payload ->> 'quantity')::numeric <> quantity"),
        never(
            "the key is the product's or the variation's",
            "write_key <> coalesce("
            "'variation:' || variation_id_woocommerce, 'product:' || product_id_woocommerce)",
        ),
        never("the shop's own quantity was seen", "observed_at is null"),
    ),
)

SUITES: tuple[Suite, ...] = (LEDGER_ENTRIES, STOCK_LEVELS)
