"""The stand-in's models as data: what a model's fields are, read from short tables of text.

A table has one field a line, `name type options`, where the type is Odoo's own or one of
`m2o:<model>`, `o2m:<model>.<inverse field>`, `m2m:<model>`; a selection may name its `selection:<choices>`,
separated by commas. The options:

- `required`: create refuses the record without it;
- `=<value>`: the default of a new record, in JSON;
- `<<path>`: nothing is stored, the value is read through the dotted path (and written through it);
- `computed`: nothing is stored, `odoo_compute.py` gives the value;
- `living`: archived records are left out of a one2many even if they are asked for;
- `index`: rows are found by this value without a scan;
- `.<n>`: the number of decimals kept.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

EMPTY: Mapping[str, Any] = MappingProxyType({"integer": 0, "float": 0.0, "monetary": 0.0})
"""What an unset field reads as, by type; every other type reads as False."""

TEXTS = frozenset({"char", "text", "html", "selection"})
NUMBERS = frozenset({"integer", "float", "monetary"})
MANY = frozenset({"one2many", "many2many"})
RELATIONS = MANY | {"many2one"}

_LONG_TYPES = {"m2o": "many2one", "o2m": "one2many", "m2m": "many2many"}
_MAGIC = """
id integer
display_name char computed
create_date datetime
write_date datetime
create_uid m2o:res.users
write_uid m2o:res.users
"""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of one model."""

    name: str
    type: str
    relation: str = ""
    inverse: str = ""
    required: bool = False
    default: Any = None
    path: tuple[str, ...] = ()
    computed: bool = False
    index: bool = False
    living: bool = False
    choices: tuple[str, ...] = ()
    decimals: int | None = None

    @property
    def stored(self) -> bool:
        """True if rows hold the value themselves."""
        return not self.path and not self.computed and self.type != "one2many"

    @property
    def empty(self) -> Any:
        """What the field reads as when nothing was written."""
        return [] if self.type in MANY else EMPTY.get(self.type, False)


@dataclass(frozen=True)
class Model:
    """One model: its fields and the order its records come in when none is asked for."""

    name: str
    fields: dict[str, Field]
    order: str = "id"

    @property
    def has_active(self) -> bool:
        """True if archived records are hidden unless asked for."""
        return "active" in self.fields


def _parse_field(line: str) -> Field:
    name, kind, *options = line.split()
    kind, _, target = kind.partition(":")
    values: dict[str, Any] = {"type": _LONG_TYPES.get(kind, kind), "relation": target}
    if kind == "o2m":
        values["relation"], _, values["inverse"] = target.rpartition(".")
    if kind == "selection":
        values["relation"], values["choices"] = "", tuple(target.split(",")) if target else ()
    for option in options:
        if option.startswith("="):
            values["default"] = json.loads(option[1:])
        elif option.startswith("<"):
            values["path"] = tuple(option[1:].split("."))
        elif option.startswith("."):
            values["decimals"] = int(option[1:])
        else:
            values[option] = True
    return Field(name, **values)


def parse_models(tables: Mapping[str, str], orders: Mapping[str, str]) -> dict[str, Model]:
    """The models of `tables`; a many2one that is some one2many's inverse is indexed by itself."""
    models = {}
    for name, table in tables.items():
        lines = [line for line in (_MAGIC + table).splitlines() if line.strip()]
        fields = {field.name: field for field in map(_parse_field, lines)}
        models[name] = Model(name, fields, orders.get(name, "id"))
    _index_inverses(models)
    return models


def _index_inverses(models: dict[str, Model]) -> None:
    for model in models.values():
        for field in model.fields.values():
            if field.type == "one2many":
                inverse = models[field.relation].fields[field.inverse]
                if not inverse.index:
                    models[field.relation].fields[field.inverse] = _indexed(inverse)


def _indexed(field: Field) -> Field:
    values = {name: getattr(field, name) for name in Field.__dataclass_fields__}
    return Field(**{**values, "index": True})
