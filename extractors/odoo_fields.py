"""The fields read of each Odoo model: always named, since all of them cost ten times as much."""

FIELDS: dict[str, tuple[str, ...]] = {
    "res.company": (
        "id", "name", "currency_id", "country_id", "fiscalyear_lock_date", "tax_lock_date",
        "sale_lock_date", "purchase_lock_date", "hard_lock_date", "write_date",
    ),
    "res.currency": ("id", "name", "active", "write_date"),
    "res.currency.rate": ("id", "name", "rate", "currency_id", "company_id", "write_date"),
    "res.country": ("id", "code", "name", "write_date"),
    "res.country.state": ("id", "code", "name", "country_id", "write_date"),
    "res.partner": (
        "id", "name", "email", "phone", "street", "street2", "city", "state_id", "zip",
        "country_id", "lang", "is_company", "parent_id", "customer_rank", "supplier_rank", "active",
        "create_date", "write_date",
    ),
    "product.product": (
        "id", "name", "default_code", "barcode", "active", "type", "is_storable", "list_price",
        "lst_price", "standard_price", "weight", "volume", "uom_id", "product_tmpl_id", "taxes_id",
        "sale_ok", "create_date", "write_date",
    ),
    "product.supplierinfo": (
        "id", "partner_id", "product_id", "product_tmpl_id", "delay", "min_qty", "price",
        "currency_id", "write_date",
    ),
    "stock.location": ("id", "name", "complete_name", "usage", "warehouse_id", "active", "write_date"),
    "stock.warehouse": ("id", "name", "code", "lot_stock_id", "active", "write_date"),
    "stock.warehouse.orderpoint": (
        "id", "name", "product_id", "location_id", "product_min_qty", "product_max_qty", "active",
        "write_date",
    ),
    "sale.order": (
        "id", "name", "client_order_ref", "origin", "state", "partner_id", "partner_shipping_id",
        "date_order", "currency_id", "amount_untaxed", "amount_tax", "amount_total",
        "invoice_status", "delivery_status", "order_line", "create_date", "write_date",
    ),
    "sale.order.line": (
        "id", "order_id", "sequence", "name", "display_type", "product_id", "product_uom_qty",
        "qty_delivered", "price_unit", "discount", "price_subtotal", "price_tax", "price_total",
        "tax_ids", "write_date",
    ),
    "pos.payment.method": ("id", "name", "is_cash_count", "journal_id", "active", "write_date"),
    "pos.order": (
        "id", "name", "pos_reference", "uuid", "state", "partner_id", "date_order", "currency_id",
        "amount_tax", "amount_total", "amount_paid", "amount_return", "session_id", "lines",
        "payment_ids", "refunded_order_id", "create_date", "write_date",
    ),
    "pos.order.line": (
        "id", "order_id", "product_id", "full_product_name", "qty", "price_unit", "discount",
        "price_subtotal", "price_subtotal_incl", "tax_ids", "refunded_orderline_id", "write_date",
    ),
    "pos.payment": (
        "id", "pos_order_id", "payment_method_id", "amount", "currency_id", "payment_date",
        "is_change", "transaction_id", "write_date",
    ),
    "stock.picking": (
        "id", "name", "state", "origin", "picking_type_code", "partner_id", "location_id",
        "location_dest_id", "scheduled_date", "date_done", "sale_id", "backorder_id", "create_date",
        "write_date",
    ),
    "stock.move": (
        "id", "product_id", "picking_id", "location_id", "location_dest_id", "product_uom_qty",
        "quantity", "state", "origin", "date", "sale_line_id", "purchase_line_id", "create_date",
        "write_date",
    ),
    "purchase.order": (
        "id", "name", "state", "partner_id", "date_order", "date_planned", "currency_id",
        "amount_total", "create_date", "write_date",
    ),
    "purchase.order.line": (
        "id", "order_id", "name", "product_id", "product_qty", "product_uom_qty", "qty_received",
        "price_unit", "date_planned", "write_date",
    ),
    "account.account": ("id", "code", "name", "account_type", "active", "write_date"),
    "account.journal": ("id", "code", "name", "type", "active", "write_date"),
    "account.tax": (
        "id", "name", "amount", "amount_type", "type_tax_use", "children_tax_ids", "active",
        "write_date",
    ),
    "account.move": (
        "id", "name", "ref", "move_type", "state", "date", "journal_id", "currency_id",
        "amount_total", "partner_id", "reversed_entry_id", "create_date", "write_date",
    ),
    "account.move.line": (
        "id", "move_id", "account_id", "name", "debit", "credit", "amount_currency", "currency_id",
        "partner_id", "tax_line_id", "parent_state", "date", "display_type", "write_date",
    ),
    "account.bank.statement.line": (
        "id", "date", "amount", "payment_ref", "journal_id", "move_id", "is_reconciled", "currency_id",
        "partner_id", "create_date", "write_date",
    ),
}  # fmt: skip
