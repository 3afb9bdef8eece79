"""Products, suppliers' offers, reordering rules and stock counts: what the server adds to them."""

from __future__ import annotations

from typing import Any

from sandbox.odoo_access import check_access
from sandbox.odoo_errors import ValidationError
from sandbox.odoo_read import Records
from sandbox.odoo_sequences import next_number
from sandbox.odoo_stock import change_quant, finish_move, new_move, quants, set_quantity
from sandbox.odoo_store import Env, Row
from sandbox.odoo_write import RULES, Rules, create_record, missing_value

_OF_VARIANT = ("default_code", "barcode", "standard_price", "weight", "volume")
_DEFAULT_TAX = "13% HST"


def prepare_template(env: Env, values: Row) -> None:
    """Unit and taxes of the company."""
    values.setdefault("uom_id", 1)
    for name, use in (("taxes_id", "sale"), ("supplier_taxes_id", "purchase")):
        values.setdefault(name, [[6, 0, _default_taxes(env, use)]])


def _default_taxes(env: Env, use: str) -> list[int]:
    taxes = env.table("account.tax").rows.values()
    return [row["id"] for row in taxes if row["name"] == _DEFAULT_TAX and row["type_tax_use"] == use]


def create_template(self: Records, vals_list: list[Row] | Row) -> list[int]:
    """Templates, each with its one variant."""
    check_access(self.env, self.model, "create")
    ids = []
    for values in [vals_list] if isinstance(vals_list, dict) else vals_list:
        own = {name: value for name, value in values.items() if name not in _OF_VARIANT}
        template = create_record(self.env, "product.template", own)
        variant = {name: values[name] for name in _OF_VARIANT if name in values}
        create_record(self.env, "product.product", {**variant, "product_tmpl_id": template})
        ids.append(template)
    return ids


def prepare_product(env: Env, values: Row) -> None:
    """A product without a template gets its own; no two products share a barcode."""
    barcode = values.get("barcode")
    if barcode and env.table("product.product").find("barcode", barcode):
        raise ValidationError(
            f'Barcode(s) already assigned:\n\n- Barcode "{barcode}" already assigned to product(s): '
            f"{values.get('name') or ''}\n\n"
            "Note: products that you don't have access to will not be shown above."
        )
    if values.get("product_tmpl_id"):
        return
    fields = env.store.models["product.product"].fields
    own = {fields[name].path[1]: values.pop(name) for name in list(values) if fields[name].path}
    values["product_tmpl_id"] = create_record(env, "product.template", own)


def product_written(env: Env, ids: tuple[int, ...], values: Row) -> None:
    """A template's change is its variants' too."""
    for template in ids:
        for variant in env.table("product.product").find("product_tmpl_id", template):
            env.update("product.product", variant, {})


def prepare_partner(env: Env, values: Row) -> None:
    """A contact has a name."""
    if not values.get("name") and values.get("type", "contact") == "contact":
        raise ValidationError("The operation cannot be completed: Contacts require a name")


def prepare_offer(env: Env, values: Row) -> None:
    """The product's template, currency and unit of a supplier's offer."""
    if values.get("product_id") and not values.get("product_tmpl_id"):
        values["product_tmpl_id"] = env.row("product.product", values["product_id"])["product_tmpl_id"]
    variants = env.table("product.product").find("product_tmpl_id", values.get("product_tmpl_id"))
    if len(variants) == 1:
        values["product_id"] = next(iter(variants))
    values.setdefault("currency_id", env.row("res.company", 1)["currency_id"])
    values.setdefault("company_id", 1)
    values.setdefault("product_uom_id", 1)


def prepare_rule(env: Env, values: Row) -> None:
    """Number and place of a reordering rule; one a product and location."""
    values["location_id"] = values.get("location_id") or env.row("stock.warehouse", 1)["lot_stock_id"]
    values.setdefault("warehouse_id", 1)
    values.setdefault("company_id", 1)
    rows = env.table("stock.warehouse.orderpoint").rows.values()
    key = (values.get("product_id"), values["location_id"])
    if any((row["product_id"], row["location_id"]) == key for row in rows):
        raise ValidationError(
            "The operation cannot be completed: A replenishment rule already exists for this product "
            "on this location."
        )
    values["name"] = values.get("name") or next_number(env, "OP/")


def create_quants(self: Records, vals_list: list[Row] | Row) -> list[int]:
    """Counts. In inventory mode `inventory_quantity_auto_apply` makes the quant's quantity so, at once and as
    often as it is said; without the mode an empty quant is made and the count is forgotten."""
    check_access(self.env, "stock.quant", "create")
    return [
        _count(self.env, dict(one)) for one in ([vals_list] if isinstance(vals_list, dict) else vals_list)
    ]


def _count(env: Env, values: Row) -> int:
    product, location = values.get("product_id"), values.get("location_id")
    if not product or not location:
        raise ValidationError(missing_value("stock.quant", "location_id" if product else "product_id"))
    template = env.row("product.product", product)["product_tmpl_id"]
    if not env.row("product.template", template).get("is_storable"):
        raise ValidationError("Quants cannot be created for consumables or services.")
    known = quants(env, product, location)
    quant = known[0]["id"] if known else change_quant(env, product, location)
    if env.context.get("inventory_mode"):
        _apply(env, quant, values)
    return int(quant)


def _apply(env: Env, quant_id: int, values: Row) -> None:
    if values.get("inventory_quantity_auto_apply") is not None:
        adjust(env, quant_id, float(values["inventory_quantity_auto_apply"]))
    elif values.get("inventory_quantity") is not None:
        env.update(
            "stock.quant",
            quant_id,
            {
                "inventory_quantity": float(values["inventory_quantity"]),
                "inventory_diff_quantity": float(values["inventory_quantity"]) - _on_hand(env, quant_id),
                "inventory_quantity_set": True,
            },
        )


def write_quants(self: Records, vals: Row) -> bool:
    """As `create_quants`, for quants that exist. A `quantity` written as such is there without any move."""
    check_access(self.env, "stock.quant", "write")
    for quant_id in self.ids:
        if self.env.context.get("inventory_mode"):
            _apply(self.env, quant_id, vals)
        if "quantity" in vals:
            self.env.update("stock.quant", quant_id, {"quantity": float(vals["quantity"])})
    return True


def _on_hand(env: Env, quant_id: int) -> float:
    return float(env.row("stock.quant", quant_id).get("quantity", 0.0))


_NO_COUNT = {"inventory_quantity": 0.0, "inventory_quantity_set": False, "inventory_diff_quantity": 0.0}


def action_apply_inventory(self: Records) -> Any:
    """The counts set before are applied. The second time there is a count of nothing: the stock is empty."""
    check_access(self.env, "stock.quant", "write")
    for row in self.rows():
        adjust(self.env, row["id"], row.get("inventory_quantity", 0.0))
        self.env.update("stock.quant", row["id"], _NO_COUNT)
    return None


def adjust(env: Env, quant_id: int, counted: float) -> None:
    """This one quant has the counted quantity, by a move from or to the place of inventory differences."""
    quant = env.row("stock.quant", quant_id)
    difference = round(counted - quant.get("quantity", 0.0), 2)
    if not difference:
        return
    places = env.table("stock.location").rows.values()
    lost = next(row["id"] for row in places if row["usage"] == "inventory")
    ends = (lost, quant["location_id"]) if difference > 0 else (quant["location_id"], lost)
    user = env.row("res.partner", env.row("res.users", env.uid)["partner_id"])["name"]
    move = new_move(
        env,
        {
            "reference": f"Product Quantity Updated ({user})",
            "is_inventory": True,
            "product_id": quant["product_id"],
            "product_uom_qty": abs(difference),
            "location_id": ends[0],
            "location_dest_id": ends[1],
        },
    )
    set_quantity(env, env.row("stock.move", move), abs(difference))
    finish_move(env, move, was_reserved=False)


RULES.update(
    {
        "product.template": Rules(prepare_template, written=product_written),
        "product.product": Rules(prepare_product),
        "product.supplierinfo": Rules(prepare_offer),
        "res.partner": Rules(prepare_partner),
        "stock.warehouse.orderpoint": Rules(prepare_rule),
    }
)
