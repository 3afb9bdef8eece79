"""What models and fields are called in the server's messages."""

from __future__ import annotations

_MODELS = {
    "account.account": "Account",
    "account.bank.statement.line": "Bank Statement Line",
    "account.journal": "Journal",
    "account.move": "Journal Entry",
    "account.move.line": "Journal Item",
    "account.move.reversal": "Account Move Reversal",
    "account.tax": "Tax",
    "ir.model.data": "Model Data",
    "pos.order": "Point of Sale Orders",
    "pos.order.line": "Point of Sale Order Lines",
    "pos.session": "Point of Sale Session",
    "product.product": "Product Variant",
    "product.supplierinfo": "Supplier Pricelist",
    "product.template": "Product",
    "purchase.order": "Purchase Order",
    "purchase.order.line": "Purchase Order Line",
    "res.company": "Companies",
    "res.currency": "Currency",
    "res.currency.rate": "Currency Rate",
    "res.partner": "Contact",
    "res.users": "User",
    "sale.order": "Sales Order",
    "sale.order.line": "Sales Order Line",
    "stock.move": "Stock Move",
    "stock.picking": "Transfer",
    "stock.quant": "Quants",
    "stock.warehouse.orderpoint": "Minimum Inventory Rule",
}


_FIELDS = {
    "line_ids": "Journal Items",
    "reversed_entry_id": "Reversal of",
    "order_line": "Order Lines",
    "lines": "Order Lines",
}


def label(model: str) -> str:
    """The model's name for people; its technical name where no message was ever met."""
    return _MODELS.get(model, model)


def words(field: str) -> str:
    """A field's name for people, as near as its technical name gives it."""
    return _FIELDS.get(field) or field.removesuffix("_id").removesuffix("_ids").replace("_", " ").title()
