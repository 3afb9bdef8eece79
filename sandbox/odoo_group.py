"""`formatted_read_group`: sums and counts by group, in the shape Odoo 19 gives them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from sandbox.odoo_access import check_access
from sandbox.odoo_errors import WrongValue
from sandbox.odoo_fields import Field
from sandbox.odoo_read import Domain, Records, find_ids, named, record_key
from sandbox.odoo_store import Env, Row
from sandbox.odoo_values import getter, path_getter

_STEPS: dict[str, Callable[[date], tuple[date, date, str]]] = {
    "day": lambda day: (day, day + timedelta(days=1), f"{day:%d %b %Y}"),
    "week": lambda day: _week(day),
    "month": lambda day: (day.replace(day=1), _after_month(day, 1), f"{day:%B %Y}"),
    "quarter": lambda day: _quarter(day),
    "year": lambda day: (
        day.replace(month=1, day=1),
        day.replace(year=day.year + 1, month=1, day=1),
        f"{day:%Y}",
    ),
}
_FOLDS: dict[str, Callable[[list[Any]], Any]] = {
    "sum": sum,
    "min": min,
    "max": max,
    "avg": lambda found: sum(found) / len(found),
    "count": len,
    "count_distinct": lambda found: len(set(found)),
    "array_agg": list,
}


def _week(day: date) -> tuple[date, date, str]:
    first = day - timedelta(days=(day.weekday() + 1) % 7)
    return first, first + timedelta(days=7), f"W{first + timedelta(days=3):%V %Y}"


def _after_month(day: date, months: int) -> date:
    index = day.year * 12 + day.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


def _quarter(day: date) -> tuple[date, date, str]:
    first = date(day.year, day.month - (day.month - 1) % 3, 1)
    return first, _after_month(first, 3), f"Q{(day.month + 2) // 3} {day.year}"


def formatted_read_group(
    self: Records,
    domain: Domain,
    groupby: list[str] | None = None,
    aggregates: list[str] | None = None,
    having: Domain | None = None,
    offset: int = 0,
    limit: int | None = None,
    order: str | None = None,
) -> list[Row]:
    """One row a group, in the order of the grouping: its values, `__extra_domain` and the aggregates."""
    env, model = self.env, self.model
    check_access(env, model, "read")
    specs = groupby or []
    keys = [_key(env, model, spec) for spec in specs]
    groups: dict[tuple[Any, ...], list[Row]] = {}
    for row in env.rows(model, find_ids(env, model, domain, order="id")):
        groups.setdefault(tuple(key(row) for key in keys), []).append(row)
    if not specs and not groups:
        groups[()] = []
    sort_keys = [_sort_key(env, model, spec) for spec in specs]
    ordered = sorted(
        groups, key=lambda values: [key(value) for key, value in zip(sort_keys, values, strict=True)]
    )
    if order and order.split(",")[0].strip().lower().endswith(" desc"):
        ordered.reverse()
    page = ordered[offset : offset + limit] if limit else ordered[offset:]
    return [_group(env, model, specs, values, groups[values], aggregates or []) for values in page]


def _field(env: Env, model: str, path: str) -> Field:
    return path_getter(env, model, path)[1]


def _key(env: Env, model: str, spec: str) -> Callable[[Row], Any]:
    path, _, step = spec.partition(":")
    name, _, rest = path.partition(".")
    if name not in env.store.models[model].fields:
        raise WrongValue(f"Invalid field {name!r} on model {model!r}")
    if rest:
        values_of, _ = path_getter(env, model, path)
        return lambda row: next(iter(values_of(row)), False)
    value_of = getter(env, model, name)
    if env.field(model, name).type not in ("date", "datetime"):
        return value_of
    if step == "hour":
        return lambda row: f"{found[:13]}:00:00" if (found := value_of(row)) else False
    start = _STEPS[step or "month"]
    return lambda row: (
        start(date.fromisoformat(found[:10]))[0].isoformat() if (found := value_of(row)) else False
    )


def _sort_key(env: Env, model: str, spec: str) -> Callable[[Any], Any]:
    """Groups come in the order of their records, those of no value last."""
    field = _field(env, model, spec.partition(":")[0])
    if field.type == "many2one":
        rows, key = env.table(field.relation).rows, record_key(env, field.relation)
        return lambda value: key(rows.get(value))
    if field.type == "boolean":
        return lambda value: value
    return lambda value: (True, "") if value is False else (False, value)


def _group(
    env: Env, model: str, specs: list[str], values: tuple[Any, ...], rows: list[Row], aggregates: list[str]
) -> Row:
    answer: Row = {}
    leaves: list[list[Any]] = []
    for spec, value in zip(specs, values, strict=True):
        shown, found = _shown(env, model, spec, value)
        answer[spec] = shown
        leaves += found
    domain: list[Any] = [*["&"] * (len(leaves) - 1), *leaves] if leaves else [[1, "=", 1]]
    answer["__extra_domain"] = domain
    for aggregate in aggregates:
        answer[aggregate] = _aggregate(env, model, aggregate, rows)
    return answer


def _shown(env: Env, model: str, spec: str, value: Any) -> tuple[Any, list[list[Any]]]:
    """A group's value as it is shown, and the leaves that find its records."""
    name, _, step = spec.partition(":")
    field = _field(env, model, name)
    if "." in name:
        first, _, rest = name.partition(".")
        return value, [[first, "any", [[rest, "=", value]]]]
    if field.type == "many2one":
        return named(env, field.relation, value), [[name, "=", value]]
    if value is False or field.type not in ("date", "datetime"):
        return value, [[name, "=", value]]
    if step == "hour":
        hour = datetime.fromisoformat(value)
        shown = [value, f"{hour:%I:%M %d %b}"]
        return shown, [[name, ">=", value], [name, "<", str(hour + timedelta(hours=1))]]
    begin, end, label = _STEPS[step or "month"](date.fromisoformat(value))
    time = " 00:00:00" if field.type == "datetime" else ""
    span = [[name, ">=", f"{begin}{time}"], [name, "<", f"{end}{time}"]]
    return [f"{begin}{time}", label], span


def _aggregate(env: Env, model: str, aggregate: str, rows: list[Row]) -> Any:
    if aggregate == "__count":
        return len(rows)
    name, _, fold = aggregate.partition(":")
    if name not in env.store.models[model].fields or fold not in _FOLDS:
        raise WrongValue(f"Invalid field {name!r} on model {model!r} for {aggregate!r}.")
    value_of = getter(env, model, name)
    found = [value for value in map(value_of, rows) if value is not False]
    if not found and fold != "count":
        return False
    value = _FOLDS[fold](found)
    return round(value, 6) if isinstance(value, float) else value
