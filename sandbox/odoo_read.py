"""The methods every model answers to when it is read: search, read, group, count."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from sandbox.odoo_access import check_access, visible
from sandbox.odoo_domain import candidates, compile_domain, lowest_id
from sandbox.odoo_errors import OdooError, UserError, WrongValue
from sandbox.odoo_fields import Field
from sandbox.odoo_names import display_name
from sandbox.odoo_store import Env, Row
from sandbox.odoo_values import find_field, getter

Domain = list[Any]


@dataclass(frozen=True, slots=True)
class Records:
    """Some records of one model in one transaction: what a method is called on."""

    env: Env
    model: str
    ids: tuple[int, ...] = ()

    def rows(self) -> list[Row]:
        """Their rows, those that do not exist left out."""
        return list(self.env.rows(self.model, self.ids))


def find_ids(
    env: Env,
    model: str,
    domain: Domain,
    *,
    order: str | None = None,
    offset: int = 0,
    limit: int | None = None,
) -> list[int]:
    """The ids a domain finds, in order; archived ones if it asks for them or `active_test` is false."""
    if limit and limit < 0:
        raise OdooError("LIMIT must not be negative\n", name="psycopg2.errors.InvalidRowCountInLimitClause")
    domain = _checked(domain)
    table = env.table(model)
    besides = list(visible(env, model))
    if table.model.has_active and env.context.get("active_test", True) and not _asks_active(domain):
        besides.append(["active", "=", True])
    asked, allowed = compile_domain(env, model, domain), compile_domain(env, model, besides)
    narrowed = candidates(env, model, domain)
    ordering = order or table.model.order
    if narrowed is None:
        ids = _all_sorted(env, model, ordering)
        if ordering == "id":
            ids = ids[bisect_left(ids, lowest_id(domain)) :]
    else:
        ids = _sort(env, model, narrowed, ordering)
    rows, found, end = table.rows, [], None if not limit else offset + limit
    for row_id in ids:
        if asked(rows[row_id]) and allowed(rows[row_id]):
            found.append(row_id)
            if len(found) == end:
                break
    return found[offset:]


def _checked(domain: Domain) -> Domain:
    if not isinstance(domain, (list, tuple)):
        raise OdooError(f"Domain() invalid argument type for domain: {domain!r}", name="builtins.TypeError")
    return list(domain)


def _asks_active(domain: Domain) -> bool:
    return any(isinstance(leaf, (list, tuple)) and leaf[0] == "active" for leaf in domain)


def _all_sorted(env: Env, model: str, order: str) -> list[int]:
    table = env.table(model)
    names = [term.split()[0] for term in order.split(",") if term.strip()]
    plain = all(
        name in table.model.fields
        and table.model.fields[name].stored
        and not table.model.fields[name].relation
        for name in names
    )
    version = table.version if plain else sum(other.version for other in env.store.tables.values())
    return table.ordered(order, version, lambda: _sort(env, model, table.rows, order))


def _sort(env: Env, model: str, ids: Iterable[int], order: str) -> list[int]:
    rows, found = env.table(model).rows, list(ids)
    for term in reversed(order.split(",")):
        name, _, direction = term.strip().partition(" ")
        if direction.strip().lower() not in ("", "asc", "desc") or not name.isidentifier():
            raise UserError(
                f'Invalid "order" specified ({order}). A valid "order" specification is a comma-separated '
                "list of valid field names (optionally followed by asc/desc for the direction)"
            )
        if name not in env.store.models[model].fields:
            raise WrongValue(f"Invalid field {name!r} on model {model!r}")
        key = _sort_key(env, model, name)
        found.sort(key=lambda row_id: key(rows[row_id]), reverse=direction.strip().lower() == "desc")
    return found


def _sort_key(env: Env, model: str, name: str) -> Callable[[Row], Any]:
    """Unset values come last, as null does in the database (first where the order is descending)."""
    field = find_field(env, model, name)
    if name == "id":
        return lambda row: row["id"]
    read = getter(env, model, name)
    if field.type == "many2one":
        others, key = env.table(field.relation).rows, record_key(env, field.relation)
        return lambda row: key(others.get(read(row)))
    numeric = field.type in ("integer", "float", "monetary", "boolean")
    return lambda row: (False, read(row)) if numeric else ((value := read(row)) is False, value or "")


def record_key(env: Env, model: str) -> Callable[[Row | None], Any]:
    """What sorts a model's records in their own order (its parts that are no relations, ascending)."""
    terms = [term.split()[0] for term in env.store.models[model].order.split(",")]
    keys = [_sort_key(env, model, term) for term in terms if _sorts_plainly(env, model, term)]
    return lambda row: (True,) if row is None else (False, *(key(row) for key in keys))


def _sorts_plainly(env: Env, model: str, name: str) -> bool:
    field = find_field(env, model, name)
    return field.type != "many2one" and not field.relation


def search(
    self: Records, domain: Domain, offset: int = 0, limit: int | None = None, order: str | None = None
) -> list[int]:
    """Ids."""
    check_access(self.env, self.model, "read")
    return find_ids(self.env, self.model, domain, order=order, offset=offset, limit=limit)


def search_count(self: Records, domain: Domain, limit: int | None = None) -> int:
    """How many records a domain finds."""
    check_access(self.env, self.model, "read")
    return len(find_ids(self.env, self.model, domain, order="id", limit=limit))


def search_read(
    self: Records,
    domain: Domain | None = None,
    fields: list[str] | None = None,
    offset: int = 0,
    limit: int | None = None,
    order: str | None = None,
    load: str | None = "_classic_read",
) -> list[Row]:
    """Records with these fields (all, unless named)."""
    check_access(self.env, self.model, "read")
    ids = find_ids(self.env, self.model, domain or [], order=order, offset=offset, limit=limit)
    return read_rows(self.env, self.model, ids, fields, load)


def read(self: Records, fields: list[str] | None = None, load: str | None = "_classic_read") -> list[Row]:
    """These records' fields; ids that do not exist are silently left out."""
    check_access(self.env, self.model, "read")
    allowed = visible(self.env, self.model)
    ids: Iterable[int] = self.ids
    if allowed:
        matches = compile_domain(self.env, self.model, allowed)
        ids = [row["id"] for row in self.rows() if matches(row)]
    return read_rows(self.env, self.model, ids, fields, load)


def read_rows(
    env: Env, model: str, ids: Iterable[int], fields: list[str] | None, load: str | None
) -> list[Row]:
    """Rows as the server writes them: times to the second, False for unset, many2one as `load` says."""
    names = list(dict.fromkeys(fields or env.store.models[model].fields))
    readers = [(name, shown(env, model, name, load)) for name in names if name != "id"]
    return [{"id": row["id"], **{name: show(row) for name, show in readers}} for row in env.rows(model, ids)]


def shown(env: Env, model: str, name: str, load: str | None) -> Callable[[Row], Any]:
    """A function from a row to one field's value as it leaves the server."""
    field, value_of = find_field(env, model, name), getter(env, model, name)
    if field.type == "datetime":
        return lambda row: str(found)[:19] if (found := value_of(row)) else False
    if field.type == "many2one" and load:
        return lambda row: named(env, field.relation, value_of(row))
    if field.type in ("float", "monetary"):
        return lambda row: float(value_of(row))
    return value_of


def named(env: Env, model: str, row_id: Any) -> Any:
    """`[id, display name]`, or False."""
    row = env.table(model).rows.get(row_id)
    return [row_id, display_name(env, model, row)] if row else False


def fields_get(self: Records, allfields: list[str] | None = None, attributes: list[str] | None = None) -> Row:
    """What the fields are (type, relation, whether required and stored)."""
    fields = self.env.store.models[self.model].fields
    return {name: _described(fields[name], attributes) for name in allfields or fields if name in fields}


def _described(field: Field, attributes: list[str] | None) -> Row:
    described: Row = {
        "name": field.name,
        "type": field.type,
        "required": field.required,
        "readonly": field.computed,
        "store": field.stored or field.type == "one2many",
        "string": field.name.replace("_", " ").title(),
    }
    if field.relation:
        described["relation"] = field.relation
    if field.inverse:
        described["relation_field"] = field.inverse
    return {name: value for name, value in described.items() if not attributes or name in attributes}


def name_search(
    self: Records, name: str = "", domain: Domain | None = None, operator: str = "ilike", limit: int = 100
) -> list[list[Any]]:
    """`[id, display name]` of the records whose name matches."""
    check_access(self.env, self.model, "read")
    wanted = [*(domain or []), *([["display_name", operator, name]] if name else [])]
    ids = find_ids(self.env, self.model, wanted, limit=limit)
    return [[row["id"], display_name(self.env, self.model, row)] for row in self.env.rows(self.model, ids)]


def web_read(self: Records, specification: dict[str, Any]) -> list[Row]:
    """Records with nested records, as the specification asks."""
    check_access(self.env, self.model, "read")
    return [_nested(self.env, self.model, row, specification) for row in self.rows()]


def web_search_read(
    self: Records,
    domain: Domain,
    specification: dict[str, Any],
    offset: int = 0,
    limit: int | None = None,
    order: str | None = None,
    count_limit: int | None = None,
) -> Row:
    """`{"length": all that match, "records": this page of them}`."""
    check_access(self.env, self.model, "read")
    ids = find_ids(self.env, self.model, domain, order=order)
    page = ids[offset : offset + limit] if limit else ids[offset:]
    records = web_read(Records(self.env, self.model, tuple(page)), specification)
    return {"length": min(len(ids), count_limit or len(ids)), "records": records}


def _nested(env: Env, model: str, row: Row, specification: dict[str, Any]) -> Row:
    answer: Row = {"id": row["id"]}
    for name, wanted in specification.items():
        field = find_field(env, model, name)
        value = shown(env, model, name, None)(row)
        inner = wanted.get("fields") if wanted else None
        if field.relation and inner is not None:
            found = [
                _nested(env, field.relation, other, inner)
                for other in env.rows(field.relation, value if isinstance(value, list) else [value])
            ]
            value = found if isinstance(value, list) else (found[0] if found else False)
        answer[name] = value
    return answer
