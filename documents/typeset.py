"""Typst (0.15) sets a template and its data as PDF/A, in fonts that come as packages: everywhere the same.

Names are written in many scripts. Typst brings fonts for the Latin one, Noto for the others, emoji among
them (in one colour: they are printed). PDF/A refuses a letter that no font has: it is shown as an empty box.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import manimgx_fonts
import manimgx_fonts_cjk
import typst

TEMPLATES = Path(__file__).resolve().parent / "templates"
_EPOCH = 0  # a document says its own dates; its file has none
_EMPTY_BOX = "\u25a1"
_UNKNOWN = re.compile(r'the text `"(.*?)"` could not be displayed', re.DOTALL)
_MOST_UNKNOWN = 100  # different letters without a glyph, in one document
# What is no text: control signs, halves of signs, and signs that are none (kept: the end of a line).
_NO_TEXT = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff\u202a-\u202e\u2066-\u2069]"
)
_T = TypeVar("_T")


def pdf(template: str, data: Mapping[str, Any]) -> bytes:
    """The template with the data as PDF/A-2b. Amounts are text already: nothing is computed there."""

    def make(compiler: typst.Compiler) -> bytes:
        made = compiler.compile(format="pdf", pdf_standards="a-2b", timestamp=_EPOCH)
        assert isinstance(made, bytes)
        return made

    return _made(template, data, make)


def png(template: str, data: Mapping[str, Any], pixels_per_inch: float = 110) -> list[bytes]:
    """Its pages as pictures, to look at."""

    def make(compiler: typst.Compiler) -> list[bytes]:
        made = compiler.compile(format="png", ppi=pixels_per_inch)
        if isinstance(made, list):
            return made
        return [made] if made else []

    return _made(template, data, make)


def _made(template: str, data: Mapping[str, Any], make: Callable[[typst.Compiler], _T]) -> _T:
    """What is made of the template, letters without a glyph as empty boxes."""
    text = json.dumps(_cleaned(data), ensure_ascii=False)
    for _ in range(_MOST_UNKNOWN):
        try:
            return make(_compiler(template, text))
        except typst.TypstError as error:
            unknown = {letter for found in _UNKNOWN.findall(str(error)) for letter in _plain(found)}
            if not unknown & set(text):
                raise
            text = text.translate(dict.fromkeys(map(ord, unknown), _EMPTY_BOX))
    raise ValueError(f"{template}: too many letters that no font has")


def _plain(found: str) -> str:
    """A letter as typst quotes it: itself, or \\u{20bf}."""
    return re.sub(r"\\u\{([0-9a-f]+)\}", lambda match: chr(int(match[1], 16)), found)


def _cleaned(value: Any) -> Any:
    """Every text without what is no text, so that nobody's name can reorder what stands beside it."""
    if isinstance(value, str):
        return _NO_TEXT.sub("", value)
    if isinstance(value, Mapping):
        return {name: _cleaned(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_cleaned(item) for item in value]
    if isinstance(value, bytes):
        return list(value)  # typst: bytes(..)
    return value


@cache
def _fonts() -> typst.Fonts:
    packages = (manimgx_fonts, manimgx_fonts_cjk)
    return typst.Fonts(
        include_system_fonts=False,
        font_paths=[str(Path(str(package.__file__)).parent) for package in packages],
    )


def _compiler(template: str, text: str) -> typst.Compiler:
    return typst.Compiler(
        TEMPLATES / f"{template}.typ", root=TEMPLATES, font_paths=_fonts(), sys_inputs={"data": text}
    )
