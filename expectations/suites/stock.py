"""Products and stock: one product per SKU, and never more on offer than is there."""

from expectations.rules import Suite, between, never, never_null, unique

PRODUCTS = Suite(
    model="products",
    layer="marts",
    key=("product_id",),
    holds="product_id",
    rules=(
        *never_null("product_id"),
        unique("product_id"),
        between("web_price_amount", 0, 100_000, severity="warning"),
        between("weight_g", 0, 1_000_000, severity="warning"),
        never(
            "a product of the web shop matches one of Odoo",
            "is_on_web and product_id_odoo is null",
            severity="info",
        ),
    ),
)
STOCK = Suite(
    model="stock",
    layer="marts",
    key=("stock_id",),
    holds="product_id",
    rules=(
        *never_null("stock_id", "product_id"),
        unique("stock_id"),
        between("available_quantity", 0),
        between("on_hand_quantity", 0, 1_000_000, severity="warning"),
        between("incoming_quantity", 0, 1_000_000, severity="warning"),
    ),
)
STOCK_BY_SKU = Suite(
    model="stock_by_sku",
    layer="marts",
    key=("product_id",),
    holds="product_id",
    rules=(
        *never_null("product_id", "available_quantity"),
        unique("product_id"),
        between("available_quantity", 0),
        never(
            "no more is on offer than is there and not reserved",
            "available_quantity > greatest("
            "web_on_hand_quantity - reserved_quantity - safety_stock_quantity, 0)",
        ),
        never("no less is reserved than nothing", "reserved_quantity < 0"),
        never("Odoo has no less than nothing of it", "is_negative", severity="warning"),
        never("Odoo's figures could be read", "is_unreadable", severity="warning"),
    ),
)

SUITES: tuple[Suite, ...] = (PRODUCTS, STOCK, STOCK_BY_SKU)
