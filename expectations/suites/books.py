"""The books as Odoo has them, the entries that are due, and the proofs that all agree."""

from expectations.rules import Suite, between, never, never_null, unique

LEDGER_ENTRIES = Suite(
    model="ledger_entries",
    layer="marts",
    key=("ledger_entry_id",),
    holds="order_id",
    rules=(
        *never_null("ledger_entry_id"),
        unique("ledger_entry_id"),
        never("debits equal credits", "is_posted and not is_deleted and debit_amount <> credit_amount"),
        never(
            "the entry of an order is posted",
            "order_id is not null and not is_posted and not is_deleted",
            severity="warning",
        ),
        never("the entry is dated within reason", "entry_date > current_date + 366", severity="warning"),
    ),
)
LEDGER_LINES = Suite(
    model="ledger_lines",
    layer="marts",
    key=("ledger_line_id",),
    holds=None,
    rules=(
        *never_null("ledger_line_id", "ledger_entry_id", severity="warning"),
        unique("ledger_line_id", severity="warning"),
        never(
            "a line is a debit or a credit", "debit_amount <> 0 and credit_amount <> 0", severity="warning"
        ),
    ),
)
LEDGER_LINES_DUE = Suite(
    model="ledger_lines_due",
    layer="marts",
    key=("ledger_line_due_id",),
    holds="event_id",
    rules=(
        *never_null("ledger_line_due_id", "event_id", "posting_date", "role"),
        unique("ledger_line_due_id"),
        between("debit_amount", 0),
        between("credit_amount", 0),
        never("a line is a debit or a credit", "(debit_amount = 0) = (credit_amount = 0)"),
        never(
            "amounts are whole cents",
            "debit_amount <> round(debit_amount, 2) or credit_amount <> round(credit_amount, 2)",
        ),
        never("the role has an account", "account_code is null", severity="warning"),
    ),
)
LEDGER_EVENTS = Suite(
    model="ledger_events",
    layer="marts",
    key=("event_id",),
    holds="event_id",
    rules=(
        *never_null("event_id", "base_key", "posting_date", "title"),
        unique("event_id"),
        never("the key can be an external id", "event_id !~ '^[A-Za-z0-9_-]+$' or event_id like '%\\_\\_%'"),
    ),
)
LEDGER_POSTINGS = Suite(
    model="ledger_postings",
    layer="marts",
    key=("write_key",),
    holds="base_key",
    rules=(
        *never_null("write_key", "base_key", "entry_date", "content_hash"),
        unique("write_key"),
        never("it was read back as it was sent", "has_drift", severity="warning"),
    ),
)
LEDGER_LINES_POSTED = Suite(
    model="ledger_lines_posted",
    layer="marts",
    key=("ledger_line_posted_id",),
    holds="base_key",
    rules=(
        *never_null("ledger_line_posted_id", "role", "account_code"),
        unique("ledger_line_posted_id"),
    ),
)
RECONCILIATION_LEDGER = Suite(
    model="reconciliation_ledger",
    layer="marts",
    key=("reconciliation_id",),
    holds=None,
    rules=(
        unique("reconciliation_id"),
        never("the entry stands as it was posted", "state = 'differs'", severity="warning"),
    ),
)
QUARANTINE = Suite(
    model="quarantine",
    layer="marts",
    key=("quarantine_id",),
    holds=None,
    rules=(
        *never_null("quarantine_id", "reason", severity="warning"),
        unique("quarantine_id", severity="warning"),
    ),
)
RECONCILIATION_ORDERS = Suite(
    model="reconciliation_orders",
    layer="marts",
    key=("order_id",),
    holds="order_id",
    rules=(
        unique("order_id"),
        never(
            "order, payment and books agree",
            "state in ('differs', 'posted but not due')",
            severity="warning",
        ),
    ),
)

SUITES: tuple[Suite, ...] = (
    LEDGER_ENTRIES,
    LEDGER_LINES,
    LEDGER_LINES_DUE,
    LEDGER_EVENTS,
    LEDGER_POSTINGS,
    LEDGER_LINES_POSTED,
    QUARANTINE,
    RECONCILIATION_LEDGER,
    RECONCILIATION_ORDERS,
)
