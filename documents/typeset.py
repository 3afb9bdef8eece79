"""Typst (0.15) sets a template and its data as PDF/A, in the fonts it brings along: everywhere the same."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import typst

TEMPLATES = Path(__file__).resolve().parent / "templates"
_EPOCH = 0  # a document says its own dates; its file has none


def pdf(template: str, data: Mapping[str, Any]) -> bytes:
    """The template with the data as PDF/A-2b. Amounts are text already: nothing is computed there."""
    made = _compiler(template, data).compile(format="pdf", pdf_standards="a-2b", timestamp=_EPOCH)
    assert isinstance(made, bytes)
    return made


def png(template: str, data: Mapping[str, Any], pixels_per_inch: float = 110) -> list[bytes]:
    """Its pages as pictures, to look at."""
    made = _compiler(template, data).compile(format="png", ppi=pixels_per_inch)
    if isinstance(made, list):
        return made
    return [made] if made else []


def _compiler(template: str, data: Mapping[str, Any]) -> typst.Compiler:
    return typst.Compiler(
        TEMPLATES / f"{template}.typ",
        root=TEMPLATES,
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
    )
