"""Sales: orders, their lines and taxes, payments, refunds, customers.

An order in quarantine is exempt from the sums: it is kept back by being there, and says why.
"""

from expectations.rules import Suite, between, matches, never, never_null, not_after_tomorrow, one_of, unique

ORDERS = Suite(
    model="orders",
    layer="marts",
    key=("order_id",),
    holds="order_id",
    rules=(
        *never_null("order_id", "channel", "system", "order_number", "status"),
        unique("order_id"),
        one_of("channel", "web", "counter", "sales"),
        never(
            "the total is lines less discount, shipping, fees, taxes and rounding",
            "not is_quarantined and not is_deleted and total_amount is distinct from subtotal_amount"
            " - discount_amount + shipping_amount + fee_amount + tax_amount + rounding_amount",
        ),
        never(
            "an order in quarantine or deleted is not due", "is_ledger_due and (is_quarantined or is_deleted)"
        ),
        never(
            "an order that is due has a total, a currency and a day",
            "is_ledger_due and (total_amount is null or currency is null or paid_date is null)",
        ),
        never(
            "an order that is due was charged its total",
            "is_ledger_due and payment_count > 0 and paid_amount is distinct from total_amount",
        ),
        never("an order that is due is above zero", "is_ledger_due and total_amount <= 0"),
        never("no more is refunded than sold", "refunded_amount > total_amount", severity="warning"),
        between("total_amount", high=100_000, severity="warning"),
        not_after_tomorrow("created_at"),
        not_after_tomorrow("paid_at"),
        never(
            "the order is not older than the shop",
            "created_at < timestamptz '2000-01-01'",
            severity="warning",
        ),
    ),
)
ORDER_LINES = Suite(
    model="order_lines",
    layer="marts",
    key=("order_line_id",),
    holds="order_id",
    rules=(
        *never_null("order_line_id", "order_id"),
        unique("order_line_id"),
        between("quantity", -10_000, 10_000, severity="warning"),
        never(
            "a line sells something that has a name or a SKU",
            "coalesce(sku, description, '') = ''",
            severity="warning",
        ),
        never("the line matches a product", "is_unmapped", severity="info"),
    ),
)
ORDER_TAXES = Suite(
    model="order_taxes",
    layer="marts",
    key=("order_tax_id",),
    holds="order_id",
    rules=(
        *never_null("order_tax_id", "order_id"),
        unique("order_tax_id"),
        one_of("tax", "GST", "HST", "QST", "PST", "RST", severity="warning"),
        between("tax_rate", 0, 0.20, severity="warning"),
        never("the tax is on goods and on shipping", "tax_amount <> goods_tax_amount + shipping_tax_amount"),
        never("the tax charged is the tax expected", "not is_as_expected", severity="info"),
    ),
)
PAYMENTS = Suite(
    model="payments",
    layer="marts",
    key=("payment_id",),
    holds="order_id",
    rules=(
        *never_null("payment_id", "system"),
        unique("payment_id"),
        matches("currency", "^[A-Z]{3}$", says="currency is a code of three letters", severity="warning"),
        never(
            "net is what was settled less fee",
            "status = 'succeeded' and not is_deleted and net_amount <> settled_amount - fee_amount",
        ),
        never(
            "the fee is at most a tenth of the payment and a dollar",
            "settled_amount > 0 and fee_amount > settled_amount * 0.1 + 1",
            severity="warning",
        ),
        never("no more is refunded than paid", "refunded_amount > amount and amount > 0", severity="warning"),
        not_after_tomorrow("paid_at"),
    ),
)
REFUNDS = Suite(
    model="refunds",
    layer="marts",
    key=("refund_id",),
    holds="order_id",
    rules=(
        *never_null("refund_id"),
        unique("refund_id"),
        between("amount", 0, 100_000, severity="warning"),
        never(
            "a refund that is due is the sum of its parts",
            "ledger_wait_reason is null and (unallocated_amount <> 0 or amount is distinct from goods_amount"
            " + gift_cards_sold_amount + shipping_amount + fee_amount + tip_amount + tax_amount"
            " + rounding_amount)",
        ),
        never(
            "a refund that is due has a currency, a rate and a day",
            "ledger_wait_reason is null and (currency is null or exchange_rate is null"
            " or posting_date is null)",
        ),
        never(
            "no more goes back onto gift cards than is given back",
            "gift_card_amount < 0 or gift_card_amount > amount",
        ),
        never(
            "no more is given back than the order has left",
            "ledger_wait_reason = 'more is given back than the order has left'",
            severity="warning",
        ),
        never(
            "Stripe could pay it back",
            "ledger_wait_reason = 'Stripe could not pay it back'",
            severity="warning",
        ),
        not_after_tomorrow("refunded_at"),
    ),
)
REFUND_TAXES = Suite(
    model="refund_taxes",
    layer="marts",
    key=("refund_tax_id",),
    holds="order_id",
    rules=(
        *never_null("refund_tax_id", "refund_id", "tax"),
        unique("refund_tax_id"),
        one_of("tax", "GST", "HST", "QST", "PST", "RST", severity="warning"),
        between("amount", 0, 20_000, severity="warning"),
    ),
)
SHIPMENTS = Suite(
    model="shipments",
    layer="marts",
    key=("shipment_id",),
    holds="order_id",
    rules=(
        *never_null("shipment_id", "order_id", "shipped_at"),
        unique("shipment_id"),
        never(
            "the total is goods, shipping, fees, tax and rounding",
            "total_amount <> goods_amount + shipping_amount + fee_amount + tax_amount + rounding_amount",
        ),
        not_after_tomorrow("shipped_at"),
    ),
)
SHIPMENT_LINES = Suite(
    model="shipment_lines",
    layer="marts",
    key=("shipment_line_id",),
    holds="order_id",
    rules=(
        *never_null("shipment_line_id", "shipment_id", "order_line_id"),
        unique("shipment_line_id"),
        never("a line sends something", "quantity <= 0"),
    ),
)
CUSTOMERS = Suite(
    model="customers",
    layer="marts",
    key=("customer_id",),
    holds=None,
    rules=(
        *never_null("customer_id", severity="warning"),
        unique("customer_id", severity="warning"),
        matches("email", "^[^@ ]+@[^@ ]+$", says="email looks like an address", severity="info"),
    ),
)

SUITES: tuple[Suite, ...] = (
    ORDERS,
    ORDER_LINES,
    ORDER_TAXES,
    PAYMENTS,
    REFUNDS,
    REFUND_TAXES,
    SHIPMENTS,
    SHIPMENT_LINES,
    CUSTOMERS,
)
