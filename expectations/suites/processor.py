"""Between the card and the bank: movements of Stripe's balance, payouts, disputes, and their proofs."""

from expectations.rules import Rule, Suite, matches, never, never_null, not_after_tomorrow, one_of, unique

BALANCE_TRANSACTIONS = Suite(
    model="balance_transactions",
    layer="marts",
    key=("balance_transaction_id",),
    holds="order_id",
    rules=(
        *never_null("balance_transaction_id", "kind"),
        unique("balance_transaction_id"),
        never("net is amount less fee", "not is_deleted and net_amount <> amount - fee_amount"),
        never("a type that nobody knows is of kind other", "is_known = (kind = 'other')"),
        never("the type is known", "not is_known and not is_deleted", severity="warning"),
        never("the fee is known", "fee_amount is null and not is_deleted", severity="warning"),
        matches("currency", "^[A-Z]{3}$", says="currency is a code of three letters", severity="warning"),
        not_after_tomorrow("created_at"),
    ),
)
PAYOUTS = Suite(
    model="payouts",
    layer="marts",
    key=("payout_id",),
    holds="event_id",
    rules=(
        *never_null("payout_id", "transaction_count"),
        unique("payout_id"),
        never(
            "a payout that is due is the sum of its transactions",
            "is_ledger_due and difference is distinct from 0 and not is_by_hand",
        ),
        never(
            "a payout that is due has arrived", "is_ledger_due and (status <> 'paid' or arrival_date is null)"
        ),
        never(
            "exchange alone makes the bank's amount another than the books'",
            "is_ledger_due and abs(bank_amount - booked_amount) > abs(bank_amount) * 0.2",
            severity="warning",
        ),
        never(
            "the payout is the sum of its transactions",
            "difference <> 0 and not is_deleted",
            severity="warning",
        ),
        not_after_tomorrow("created_at"),
    ),
)
DISPUTES = Suite(
    model="disputes",
    layer="marts",
    key=("dispute_id",),
    holds="order_id",
    rules=(
        *never_null("dispute_id", "state"),
        unique("dispute_id"),
        one_of("state", "open", "won", "lost", "warning"),
        never("no more is given back than was taken", "returned_amount > withdrawn_amount"),
        never("an open dispute is answered in time", "state = 'open' and days_left < 0", severity="warning"),
        never(
            "an open dispute has more than two days left",
            "state = 'open' and days_left between 0 and 2",
            severity="warning",
        ),
    ),
)


def _proof(model: str) -> Suite:
    """The shape that all proofs share; what differs is a warning: its source is to be put right."""
    rules: tuple[Rule, ...] = (
        *never_null("reconciliation_id", "record_key", "state", severity="warning"),
        unique("reconciliation_id", severity="warning"),
        one_of("state", "agrees", "open", "differs", severity="warning"),
        never(
            "what does not agree has a cause",
            "(state = 'agrees') = (cause is not null)",
            severity="warning",
        ),
        never("nothing differs", "state = 'differs'", severity="warning"),
    )
    return Suite(model=model, layer="marts", key=("reconciliation_id",), holds=None, rules=rules)


SUITES: tuple[Suite, ...] = (
    BALANCE_TRANSACTIONS,
    PAYOUTS,
    DISPUTES,
    _proof("reconciliation_payments"),
    _proof("reconciliation_payouts"),
)
