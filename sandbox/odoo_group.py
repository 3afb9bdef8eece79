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

Shown = tuple[Any, list[list[Any]]]

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
    shows = [_show(env, model, spec) for spec in specs]
    folds = [(name, _fold(env, model, name)) for name in aggregates or []]
    return [_group(specs, shows, folds, values, groups[values]) for values in page]


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
    specs: list[str],
    shows: list[Callable[[Any], Shown]],
    folds: list[tuple[str, Callable[[list[Row]], Any]]],
    values: tuple[Any, ...],
    rows: list[Row],
) -> Row:
    answer: Row = {}
    leaves: list[list[Any]] = []
    for spec, show, value in zip(specs, shows, values, strict=True):
        answer[spec], found = show(value)
        leaves += found
    domain: list[Any] = [*["&"] * (len(leaves) - 1), *leaves] if leaves else [[1, "=", 1]]
    answer["__extra_domain"] = domain
    answer.update((name, fold(rows)) for name, fold in folds)
    return answer


def _show(env: Env, model: str, spec: str) -> Callable[[Any], Shown]:
    """A function from a group's value to how it is shown and the leaves that find its records."""
    path, _, step = spec.partition(":")
    field = _field(env, model, path)
    first, _, rest = path.partition(".")
    if rest:
        return lambda value: (value, [[first, "any", [[rest, "=", value]]]])
    if field.type == "many2one":
        return lambda value: (named(env, field.relation, value), [[path, "=", value]])
    if field.type in ("date", "datetime"):
        return lambda value: (
            _shown_span(path, field.type, step, value) if value else (value, [[path, "=", value]])
        )
    return lambda value: (value, [[path, "=", value]])


def _shown_span(name: str, kind: str, step: str, value: str) -> Shown:
    if step == "hour":
        hour = datetime.fromisoformat(value)
        until = str(hour + timedelta(hours=1))
        return [value, f"{hour:%I:%M %d %b}"], [[name, ">=", value], [name, "<", until]]
    begin, end, label = _STEPS[step or "month"](date.fromisoformat(value))
    time = " 00:00:00" if kind == "datetime" else ""
    return [f"{begin}{time}", label], [[name, ">=", f"{begin}{time}"], [name, "<", f"{end}{time}"]]


def _fold(env: Env, model: str, aggregate: str) -> Callable[[list[Row]], Any]:
    """A function from a group's records to one aggregate of them; False where none has a value."""
    if aggregate == "__count":
        return len
    name, _, how = aggregate.partition(":")
    if name not in env.store.models[model].fields or how not in _FOLDS:
        raise WrongValue(f"Invalid field {name!r} on model {model!r} for {aggregate!r}.")
    value_of, fold = getter(env, model, name), _FOLDS[how]

    def result(rows: list[Row]) -> Any:
        found = [value for value in map(value_of, rows) if value is not False]
        if not found and how != "count":
            return False
        value = fold(found)
        return round(value, 6) if isinstance(value, float) else value

    return result
