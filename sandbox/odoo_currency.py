"""Currency rates: units of a currency for one of the company's, from a day on; one per currency and day."""

from __future__ import annotations

from collections.abc import Iterable

from sandbox.odoo_errors import ValidationError
from sandbox.odoo_load import remember
from sandbox.odoo_rates import Rate
from sandbox.odoo_store import Env, Row
from sandbox.odoo_write import RULES, Rules, create_record

_TWICE = "The operation cannot be completed: Only one currency rate per day allowed!"


def prepare_rate(env: Env, values: Row) -> None:
    """A rate may be given the other way round."""
    _turn_round(values)
    values["name"] = values.get("name") or env.stamp[:10]
    table = env.table("res.currency.rate")
    same = (table.rows[row_id] for row_id in table.find("currency_id", values.get("currency_id")))
    if any(row["name"] == values["name"] for row in same):
        raise ValidationError(_TWICE)


def before_rate_written(env: Env, ids: tuple[int, ...], values: Row) -> None:
    """As when it is made."""
    _turn_round(values)


def _turn_round(values: Row) -> None:
    """Whichever of the three figures is given, `rate` follows from it."""
    if values.get("inverse_company_rate"):
        values["rate"] = 1 / float(values["inverse_company_rate"])
    elif values.get("company_rate"):
        values["rate"] = float(values["company_rate"])


def set_rates(env: Env, rates: Iterable[Rate]) -> None:
    """The story's rates stand in the company's table."""
    currencies = {row["name"]: row["id"] for row in env.table("res.currency").rows.values()}
    for rate in rates:
        values = {
            "currency_id": currencies[rate.currency],
            "name": rate.valid_from.isoformat(),
            "inverse_company_rate": float(rate.company_units),
        }
        remember(
            env, f"maple.{rate.key}", "res.currency.rate", create_record(env, "res.currency.rate", values)
        )


RULES["res.currency.rate"] = Rules(prepare_rate, before_write=before_rate_written)
