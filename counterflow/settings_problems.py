"""What is wrong with a setting, where, and what to do about it, in words for the person who set it."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import ErrorDetails


@dataclass(frozen=True)
class Problem:
    """One thing wrong: where (a dotted name, items counted from 1), what, and what to do about it."""

    where: str
    what: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}. {self.remedy}"


def problem_of(model: type[BaseModel], detail: ErrorDetails) -> Problem:
    """One of pydantic's errors about the model, in the words of the field's own description."""
    location, kind = detail["loc"], detail["type"]
    where = ".".join(str(part + 1) if isinstance(part, int) else part for part in location if part != "[key]")
    context = detail.get("ctx", {})
    described, siblings = _field(model, location)
    remedy = context.get("remedy") or f"Give {described}"
    if kind == "missing":
        return Problem(where, "is missing", remedy)
    if kind == "extra_forbidden":
        near = difflib.get_close_matches(str(location[-1]), siblings, n=1)
        guess = f'Did you mean "{near[0]}"' if near else f"Remove it; known here: {', '.join(siblings)}"
        return Problem(where, "is no setting", guess)
    what = (
        context.get("what")
        or f"{detail['msg'][:1].lower()}{detail['msg'][1:]}, not {_short(detail['input'])}"
    )
    return Problem(where, what, remedy)


def _short(value: object) -> str:
    text = str(value) if isinstance(value, (int, Decimal, date)) else repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _field(model: type[BaseModel], location: tuple[int | str, ...]) -> tuple[str, list[str]]:
    """What the field at a location is, in words, and the names of the fields beside it."""
    kind: Any = model
    described, siblings = "a value of the right kind", []
    for part in location:
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            fields = {field.alias or name: field for name, field in kind.model_fields.items()}
            siblings = list(fields)
            if part not in fields:
                break
            described, kind = fields[str(part)].description or described, fields[str(part)].annotation
        elif get_origin(kind) is list:
            kind = get_args(kind)[0]
    return described, siblings
