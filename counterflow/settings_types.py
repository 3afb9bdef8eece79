"""The kinds of value that settings are made of."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

Province = Literal["AB", "BC", "MB", "NB", "NL", "NS", "NT", "NU", "ON", "PE", "QC", "SK", "YT"]
Tax = Literal["GST", "HST", "QST", "PST", "RST"]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Count = Annotated[int, Field(strict=True, ge=0)]
Amount = Annotated[Decimal, Field(ge=0, max_digits=12, decimal_places=2)]
Fraction = Annotated[Decimal, Field(ge=0, le=1, max_digits=7, decimal_places=6)]


def wrong(what: str, remedy: str) -> PydanticCustomError:
    """A mistake in words, with what to do about it."""
    return PydanticCustomError("setting", "{what}", {"what": what, "remedy": remedy})


class Section(BaseModel):
    """A section of the file: no setting that is not known, and nothing changes it."""

    model_config = ConfigDict(extra="forbid", frozen=True)
