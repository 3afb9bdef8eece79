"""Domains: the server's search language, compiled to a function over rows.

A domain is a list in prefix notation: `["|", A, B, C]` is (A or B) and C; a leaf is `[field, operator,
value]`. An unset value is equal to False and unequal to all else: `!=` and `not in` also find the unset.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from sandbox.odoo_errors import WrongValue
from sandbox.odoo_fields import MANY, NUMBERS, RELATIONS, Field
from sandbox.odoo_names import display_name
from sandbox.odoo_store import Env, Row
from sandbox.odoo_values import path_getter

Predicate = Callable[[Row], bool]
Test = Callable[[Any], bool]
_NEGATIVE = {
    "!=": "=",
    "<>": "=",
    "not in": "in",
    "not like": "like",
    "not ilike": "ilike",
    "not =like": "=like",
    "not =ilike": "=ilike",
    "not any": "any",
}
_ORDERINGS: dict[str, Callable[[Any, Any], bool]] = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


def compile_domain(env: Env, model: str, domain: Iterable[Any]) -> Predicate:
    """A function that is true for the rows the domain finds. Archived rows are the caller's matter."""
    stack: list[Predicate] = []
    for item in reversed(list(domain)):
        if item in ("!", "&", "|"):
            if len(stack) < (1 if item == "!" else 2):
                raise WrongValue(f"Domain() malformed domain {list(domain)!r}")
            stack.append(_negate(stack.pop()) if item == "!" else _join(item, stack.pop(), stack.pop()))
        else:
            stack.append(_compile_leaf(env, model, item))
    return _all(stack[::-1])


def _negate(inner: Predicate) -> Predicate:
    return lambda row: not inner(row)


def _join(operator: str, left: Predicate, right: Predicate) -> Predicate:
    if operator == "|":
        return lambda row: left(row) or right(row)
    return lambda row: left(row) and right(row)


def _all(predicates: list[Predicate]) -> Predicate:
    if not predicates:
        return lambda row: True
    if len(predicates) == 1:
        return predicates[0]
    return lambda row: all(predicate(row) for predicate in predicates)


def _compile_leaf(env: Env, model: str, leaf: Any) -> Predicate:
    if not isinstance(leaf, (list, tuple)) or len(leaf) != 3:
        raise WrongValue(f"Domain() invalid item in domain: {leaf!r}")
    name, operator, value = leaf
    if name in (1, 0) and operator == "=":  # [1, "=", 1] is true, [0, "=", 1] is false
        return lambda row: bool(name == value)
    if operator in _NEGATIVE:
        return _negate(_compile_leaf(env, model, [name, _NEGATIVE[operator], value]))
    try:
        values_of, field = path_getter(env, model, name)
    except LookupError as error:
        condition = (name.rpartition(".")[2], operator, value)
        raise WrongValue(f"Invalid field {error.args[0]} in condition {condition!r}") from error
    test = _compile_test(env, field, operator, value)
    if field.type in MANY:
        return lambda row: any(test(found) for found in values_of(row))
    if "." not in name and field.stored:
        empty = field.empty
        return lambda row: test(row.get(name, empty))
    if (operator == "in" and False in _listed(value)) or (operator == "=" and value is False):
        return lambda row: any(map(test, values_of(row))) or not values_of(row)
    return lambda row: any(map(test, values_of(row)))


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, (list, tuple)) else [value]


def _compile_test(env: Env, field: Field, operator: str, value: Any) -> Test:
    if operator == "any":
        return _related_test(env, field, compile_domain(env, field.relation, value))
    if operator in ("child_of", "parent_of"):
        return _tree_test(env, field, operator, value)
    if operator in ("=", "=?", "in"):
        if operator == "=?" and not value:
            return lambda found: True
        return _equal_test(env, field, _listed(value))
    if operator.endswith("like"):
        return _like_test(env, field, operator, value)
    if operator in _ORDERINGS:
        return _order_test(field, operator, value)
    raise WrongValue(f"Invalid operator in condition {(field.name, operator, value)!r}")


def _equal_test(env: Env, field: Field, values: list[Any]) -> Test:
    wanted = {_plain(field, value) for value in values}
    if field.relation and any(isinstance(value, str) for value in wanted):
        names = {value for value in wanted if isinstance(value, str)}
        return _related_test(env, field, lambda row: display_name(env, field.relation, row) in names)
    if field.type in MANY:
        return lambda found: not found if wanted == {False} else not wanted.isdisjoint(found)
    if field.type in NUMBERS or field.type == "boolean":
        wanted = {0 if value is False else value for value in wanted}
    elif field.type == "datetime":
        return lambda found: (found and found[:19]) in wanted
    elif "" in wanted:
        wanted.add(False)
    return lambda found: found in wanted


def _plain(field: Field, value: Any) -> Any:
    """Times are compared by whole seconds (days if no time is given): `>` skips what is left of them."""
    if field.type == "datetime" and isinstance(value, str):
        return value.replace("T", " ")[:19]
    return value[:10] if field.type == "date" and isinstance(value, str) else value


def _order_test(field: Field, operator: str, value: Any) -> Test:
    if value is False or value is None:
        return lambda found: False
    value = _plain(field, value)
    compare = _ORDERINGS[operator]
    if field.type == "datetime":
        length = len(value)
        return lambda found: bool(found) and compare(found[:length], value)
    if field.type in NUMBERS or field.name == "id":
        return lambda found: compare(found, value)
    return lambda found: bool(found) and compare(found, value)


def _like_test(env: Env, field: Field, operator: str, value: Any) -> Test:
    pattern = "".join({"%": ".*", "_": "."}.get(char, re.escape(char)) for char in str(value or ""))
    flags = re.DOTALL | (re.IGNORECASE if "ilike" in operator else 0)
    match = (
        re.compile(pattern, flags).fullmatch
        if operator.startswith("=")
        else re.compile(pattern, flags).search
    )
    if field.relation:
        return _related_test(
            env, field, lambda row: match(str(display_name(env, field.relation, row))) is not None
        )
    return lambda found: found is not False and match(str(found)) is not None


def _related_test(env: Env, field: Field, accepts: Predicate) -> Test:
    rows = env.table(field.relation).rows
    if field.type in MANY:
        return lambda found: any(accepts(rows[row_id]) for row_id in found if row_id in rows)
    return lambda found: found in rows and accepts(rows[found])


def _tree_test(env: Env, field: Field, operator: str, value: Any) -> Test:
    model = field.relation or "stock.location"
    parent = next(
        name
        for name, other in env.store.models[model].fields.items()
        if other.relation == model and other.type == "many2one"
    )
    rows = env.table(model).rows
    roots = set(_listed(value))

    def above(row_id: Any) -> set[int]:
        found = set()
        while row_id and row_id not in found:
            found.add(row_id)
            row_id = rows[row_id].get(parent)
        return found

    if operator == "child_of":
        return lambda found: not roots.isdisjoint(above(found))
    wanted = set().union(*map(above, roots))
    return lambda found: found in wanted


def _top_leaves(domain: list[Any]) -> list[Any]:
    """The leaves that every record found must satisfy: those below no operator."""
    leaves, place = [], 0
    while place < len(domain):
        if not isinstance(domain[place], str):
            leaves.append(domain[place])
        wanted = 1
        while wanted and place < len(domain):
            wanted += {"!": 0, "&": 1, "|": 1}.get(str(domain[place]), -1)
            place += 1
    return leaves


def lowest_id(domain: list[Any]) -> int:
    """No record with an id below this one can be found by the domain."""
    bounds = [
        value + (operator == ">")
        for name, operator, value in _top_leaves(domain)
        if name == "id" and operator in (">", ">=") and isinstance(value, int)
    ]
    return max(bounds, default=0)


def candidates(env: Env, model: str, domain: list[Any]) -> list[int] | None:
    """The ids that a domain can find at most, where an index says so; None if none does."""
    table = env.table(model)
    best: list[int] | None = None
    for name, operator, value in _top_leaves(domain):
        if operator not in ("=", "in") or not isinstance(name, str) or "." in name:
            continue
        values = list(dict.fromkeys(_listed(value)))
        if name == "id":
            found = [row_id for row_id in values if row_id in table.rows]
        elif name in table.indexes and all(values) and not _by_name(env.field(model, name), values):
            found = [row_id for wanted in values for row_id in table.find(name, wanted)]
        else:
            continue
        if best is None or len(found) < len(best):
            best = found
    return best


def _by_name(field: Field, values: list[Any]) -> bool:
    return field.type in RELATIONS and any(isinstance(value, str) for value in values)
