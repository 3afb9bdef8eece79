"""Reading one value of one row: stored, through a path, the other end of a relation, or computed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sandbox.odoo_compute import COMPUTED
from sandbox.odoo_errors import WrongValue
from sandbox.odoo_fields import Field
from sandbox.odoo_store import Env, Row

Getter = Callable[[Row], Any]


def find_field(env: Env, model: str, name: str) -> Field:
    """The field's declaration; WrongValue in the server's own words if the model has none of this name."""
    field = env.store.models[model].fields.get(name)
    if field is None:
        raise WrongValue(f"Invalid field {name!r} on {model!r}")
    return field


def getter(env: Env, model: str, name: str) -> Getter:
    """A function from a row of `model` to the value of one of its fields."""
    field = find_field(env, model, name)
    if field.path:
        return _path_getter(env, model, field)
    if field.computed:
        return _computed_getter(env, model, field)
    if field.type == "one2many":
        return _inverse_getter(env, field)
    empty = field.empty
    if field.type == "many2many":
        return lambda row: list(row.get(name, ()))
    return lambda row: row.get(name, empty)


def _path_getter(env: Env, model: str, field: Field) -> Getter:
    first, *rest = field.path
    head = getter(env, model, first)
    if not rest:
        return head
    target = env.field(model, first).relation
    rows = env.table(target).rows
    tail = getter(env, target, rest[0])  # every path in the tables has two steps
    empty = field.empty

    def read(row: Row) -> Any:
        other = rows.get(head(row))
        return empty if other is None else tail(other)

    return read


def _computed_getter(env: Env, model: str, field: Field) -> Getter:
    compute = COMPUTED.get((model, field.name)) or COMPUTED[("*", field.name)]
    return lambda row: compute(env, model, row)


def _inverse_getter(env: Env, field: Field) -> Getter:
    table = env.table(field.relation)
    active_only = table.model.has_active and (field.living or env.context.get("active_test", True))
    rows = table.rows

    def read(row: Row) -> list[int]:
        ids = table.find(field.inverse, row["id"])
        if active_only:
            return [row_id for row_id in ids if rows[row_id].get("active")]
        return list(ids)

    return read


def path_getter(env: Env, model: str, path: str) -> tuple[Getter, Field]:
    """A function to the values at a dotted path (several across a one2many), and the path's last field.
    LookupError names a field that is not there."""
    name, _, rest = path.partition(".")
    if name not in env.store.models[model].fields:
        raise LookupError(f"{model}.{name}")
    field, head = env.field(model, name), getter(env, model, name)
    if not rest:
        return (lambda row: [head(row)]), field
    if not field.relation:
        raise WrongValue(f"Invalid field property {rest!r} on {model}.{name}")
    tail, last = path_getter(env, field.relation, rest)
    rows = env.table(field.relation).rows

    def read(row: Row) -> list[Any]:
        value = head(row)
        ids = value if isinstance(value, list) else [value]
        return [found for row_id in ids if row_id in rows for found in tail(rows[row_id])]

    return read, last
