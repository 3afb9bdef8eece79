"""A tree of plain text, as a terminal shows it: what rests on what."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

Say = Callable[[str], None]
WIDTH = 120


@dataclass
class Branch:
    """One line, and what hangs below it."""

    text: str
    below: list[Branch] = field(default_factory=list)

    def add(self, text: str) -> Branch:
        """A new line below this one, to hang more on."""
        child = Branch(text)
        self.below.append(child)
        return child


def draw(root: Branch, say: Say = print) -> None:
    """The tree, a line each; a text that is too long goes on below itself."""
    say(root.text)
    _draw_below(root, "", say)


def _draw_below(branch: Branch, indent: str, say: Say) -> None:
    for place, child in enumerate(branch.below):
        is_last = place == len(branch.below) - 1
        first, further = ("└─ ", "   ") if is_last else ("├─ ", "│  ")
        for number, line in enumerate(_wrapped(child.text, WIDTH - len(indent) - len(first))):
            under = further + ("│    " if child.below else "     ")
            say(indent + (first if number == 0 else under) + line)
        _draw_below(child, indent + further, say)


def _wrapped(text: str, width: int) -> list[str]:
    if len(text) <= max(width, 40):
        return [text]
    return textwrap.wrap(text, max(width - 5, 40), break_on_hyphens=False) or [""]


def amount(value: Any, width: int = 0) -> str:
    """An amount to the cent: '1,234.50'; '?' where it is not known."""
    text = "?" if value is None else f"{Decimal(str(value)):,.2f}"
    return text.rjust(width)


def counted(number: int, one: str, many: str = "") -> str:
    """'1 entry', '3 entries'."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
