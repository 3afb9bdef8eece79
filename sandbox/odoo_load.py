"""`load`: the import of rows of text, which creates or updates by external id, all or nothing.

Columns are paths: `ref`, `id` (external id), `.id` (database id), `partner_id/id`, `line_ids/debit`. A row
whose own columns are empty adds children to the record above it. The answer is always 200: without a single
error `ids` are the records', else `ids` is False and `messages` say why.

Two clients that bring the same external id at once: the second fails on ir.model.data, in a message.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from sandbox.odoo_access import check_access
from sandbox.odoo_errors import OdooError, UserError, WrongValue
from sandbox.odoo_fields import NUMBERS, Field
from sandbox.odoo_labels import words
from sandbox.odoo_names import display_name
from sandbox.odoo_read import Records
from sandbox.odoo_store import Env, Row
from sandbox.odoo_write import create_record, write_records

Path = tuple[str, ...]


class LoadError(Exception):
    """A value that cannot be read; the field's path in words is part of the message."""

    def __init__(self, field: str, message: str, more: Any = None) -> None:
        super().__init__(message)
        self.field = field
        self.more = more


def load(self: Records, fields: list[str], data: list[list[Any]]) -> Row:
    """`{"ids": [...] or False, "messages": [...], "nextrow": 0}`."""
    env, model = self.env, self.model
    paths = [tuple(name.split("/")) for name in fields]
    for path in paths:
        _check_path(env, model, path)
    start = env.savepoint()
    ids: list[int] = []
    messages: list[Row] = []
    records = list(_records(env, model, paths, data))
    for number, (first, last, rows) in enumerate(records):
        info = {"rows": {"from": first, "to": last}, "record": number, "type": "error"}
        try:
            check_access(env, model, "create")
            ids.append(_store(env, model, paths, rows))
        except LoadError as error:
            messages.append(_value_message(info, error))
        except OdooError as error:
            if len(records) > 1 and not messages and isinstance(error, UserError):
                messages.append(_global_message(records, error))
            info["message"] = error.message.removeprefix("The operation cannot be completed: ")
            if info not in messages:
                messages.append(info)
    if messages:
        env.rollback(start)
        return {"ids": False, "messages": messages, "nextrow": 0}
    return {"ids": ids, "messages": [], "nextrow": 0}


def _check_path(env: Env, model: str, path: Path) -> None:
    name, *rest = path
    if name in ("id", ".id"):
        return
    field = env.store.models[model].fields.get(name)
    if field is None:
        raise WrongValue(f"Invalid field name {name!r}")
    if rest and field.relation:
        _check_path(env, field.relation, tuple(rest))


def _global_message(records: list[tuple[int, int, list[list[Any]]]], error: OdooError) -> Row:
    """The server first tries all records at once, and puts what went wrong down to the first of them."""
    first, last, _ = records[0]
    return {"rows": {"from": first, "to": last}, "record": 0, "type": "error", "message": error.message}


def _value_message(info: Row, error: LoadError) -> Row:
    name = error.field.partition("/")[0]
    if name == ".id":
        return {**info, "field": name, "message": str(error)}
    return {
        **info,
        "field": name,
        "message": str(error),
        **({"moreinfo": error.more} if error.more else {}),
        "field_name": words(name),
    }


def _records(
    env: Env, model: str, paths: list[Path], data: list[list[Any]]
) -> Iterator[tuple[int, int, list[list[Any]]]]:
    """The rows of each record: a row that has only values of children goes on with the record above."""
    own = [place for place, path in enumerate(paths) if not _is_child(env, model, path)]
    start = 0
    for place in range(1, len(data) + 1):
        if place == len(data) or any(_given(data[place], column) for column in own):
            yield start, place - 1, data[start:place]
            start = place


def _is_child(env: Env, model: str, path: Path) -> bool:
    return path[0] not in ("id", ".id") and env.field(model, path[0]).type == "one2many"


def _given(row: list[Any], column: int) -> bool:
    return column < len(row) and row[column] not in ("", None, False)


def _store(env: Env, model: str, paths: list[Path], rows: list[list[Any]]) -> int:
    external, row_id, values, links = _values(env, model, paths, rows, "")
    if row_id:
        write_records(env, model, [row_id], values)
    else:
        row_id = create_record(env, model, values)
        if external:
            remember(env, external, model, row_id)
    for child_model, inverse, names in links:
        _remember_children(env, child_model, inverse, row_id, names)
    return row_id


Links = list[tuple[str, str, list[str | None]]]


def _values(
    env: Env, model: str, paths: list[Path], rows: list[list[Any]], label: str
) -> tuple[str, int, Row, Links]:
    """One record's external id, its database id (0: new), its values and its children's external ids."""
    external, row_id, values = "", 0, dict[str, Any]()
    links: Links = []
    for column, path in enumerate(paths):
        value = rows[0][column] if column < len(rows[0]) else ""
        if path == ("id",):
            external = _complete(env, str(value)) if value else ""
        elif path == (".id",):
            row_id = _existing(env, model, value, label)
        elif not _is_child(env, model, path):
            values[path[0]] = _value(env, env.field(model, path[0]), path[1:], value, label)
    for name in dict.fromkeys(path[0] for path in paths if _is_child(env, model, path)):
        field = env.field(model, name)
        values[name], names = _children(env, field, name, paths, rows)
        links.append((field.relation, field.inverse, names))
    if external and not row_id:
        row_id = find_external(env, external, model)
    return external, row_id, values, links


def _children(
    env: Env, field: Field, name: str, paths: list[Path], rows: list[list[Any]]
) -> tuple[list[Any], list[Any]]:
    columns = [column for column, path in enumerate(paths) if path[0] == name]
    child_paths = [paths[column][1:] for column in columns]
    commands: list[Any] = []
    names: list[str | None] = []
    for row in rows:
        if any(_given(row, column) for column in columns):
            own = [row[column] if column < len(row) else "" for column in columns]
            external, row_id, values, _ = _values(env, field.relation, child_paths, [own], f"{name}/")
            commands.append([1, row_id, values] if row_id else [0, 0, values])
            if not row_id:
                names.append(external or None)
    return commands, names


def _remember_children(env: Env, model: str, inverse: str, parent: int, names: list[str | None]) -> None:
    """The newest children, in the order in which they were made, get their external ids."""
    newest = sorted(env.table(model).find(inverse, parent))[-len(names) :] if names else []
    for name, row_id in zip(names, newest, strict=True):
        if name:
            remember(env, name, model, row_id)


def _complete(env: Env, name: str) -> str:
    return name if "." in name else f"{env.context.get('module', '__import__')}.{name}"


def find_external(env: Env, external: str, model: str = "") -> int:
    """The external id's record, 0 if there is none. UserError if another transaction makes it just now."""
    module, _, name = external.partition(".")
    if env.store.born.get((module, name), 0) > env.snapshot:
        raise UserError("could not serialize access due to concurrent update\n")
    for row in env.rows("ir.model.data", list(env.table("ir.model.data").find("name", name))):
        if row["module"] != module or row["res_id"] not in env.table(row["model"]).rows:
            continue
        if model not in ("", row["model"]):
            raise UserError(
                f"For external id {external} when trying to create/update a record of model {model} "
                f"found record of different model {row['model']} ({row['id']})"
            )
        return int(row["res_id"])
    return 0


def remember(env: Env, external: str, model: str, row_id: int) -> None:
    """The record has this external id."""
    module, _, name = external.partition(".")
    env.insert("ir.model.data", {"module": module, "name": name, "model": model, "res_id": row_id})


def _existing(env: Env, model: str, value: Any, label: str) -> int:
    if not value:
        return 0
    if not str(value).isdigit() or int(value) not in env.table(model).rows:
        raise LoadError(f"{label}.id", f"Unknown database identifier '{value}'")
    return int(value)


def _value(env: Env, field: Field, rest: Path, value: Any, label: str) -> Any:
    if value in ("", None, False):
        return False
    if field.relation:
        return _relation(env, field, rest, value, label)
    shown = _shown(label, field)
    if field.type in NUMBERS:
        try:
            return int(value) if field.type == "integer" else float(value)
        except ValueError as error:
            kind = "an integer" if field.type == "integer" else "a number"
            raise LoadError(
                f"{label}{field.name}", f"'{value}' does not seem to be {kind} for field '{shown}'"
            ) from error
    if field.type == "date":
        try:
            date.fromisoformat(str(value))
        except ValueError as error:
            text = f"'{value}' does not seem to be a valid date for field '{shown}'"
            raise LoadError(f"{label}{field.name}", text, "Use the format '2012-12-31'") from error
    if field.type == "boolean":
        return str(value).lower() in ("1", "true", "yes")
    return str(value)


def _shown(label: str, field: Field) -> str:
    """A field as the messages call it, below the field that holds its record."""
    above = label.removesuffix("/")
    return f"{words(above)}/{words(field.name)}" if above else words(field.name)


def _relation(env: Env, field: Field, rest: Path, value: Any, label: str) -> Any:
    # the server stumbles over a number here, where it takes one for a single record
    texts = value.split(",") if field.type == "many2many" else [str(value)]
    ids = [_one_relation(env, field, rest, text.strip(), label) for text in texts]
    return [[6, 0, ids]] if field.type == "many2many" else ids[0]


def _one_relation(env: Env, field: Field, rest: Path, text: str, label: str) -> int:
    kind = {".id": "database id", "id": "external id"}.get("/".join(rest), "name")
    rows = env.table(field.relation).rows
    if kind == "database id":
        found = int(text) if text.isdigit() and int(text) in rows else 0
    elif kind == "external id":
        found = find_external(env, _complete(env, text), field.relation)
    else:
        found = next(
            (
                row["id"]
                for row in rows.values()
                if text in (row.get("code"), display_name(env, field.relation, row))
                and (row.get("active") or not env.store.models[field.relation].has_active)
            ),
            0,
        )
    if not found:
        shown = _shown(label, field)
        raise LoadError(
            f"{label}{field.name}", f"No matching record found for {kind} '{text}' in field '{shown}'"
        )
    return int(found)
