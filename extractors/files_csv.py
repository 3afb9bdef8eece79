"""Tables that people and banks save as CSV: the rows below the header, each with its line in the file.

Read whatever the separator (comma, semicolon, tab), the encoding (UTF-8, UTF-16, Windows-1252) and the
lines above the header. Cells stay text: nothing is guessed from them. By Python's own reader, which is strict
about quotation marks and tells an empty cell from none: pandas does neither, and would read 1,234.00
without them as 1.00.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

from extractors.files_names import Names, columns
from extractors.files_values import Unreadable

_SEPARATORS = (",", ";", "\t")
_LINES_ABOVE = 20


@dataclass(frozen=True)
class Row:
    """One row: its cells by field, where several columns may be one field, and all of it as it stands."""

    line: int
    cells: dict[str, list[str]]
    written: list[str]
    too_long: bool  # it has more cells than the header: 1,234.00 without quotation marks has become two

    def text(self, field: str) -> str:
        """The first filled cell of the field; '' where there is none."""
        return next((cell for cell in self.cells.get(field, []) if cell), "")


@dataclass(frozen=True)
class Table:
    """The rows below a header, and what the header calls each field."""

    rows: list[Row]
    names: dict[str, str]

    def column(self, field: str) -> list[str]:
        """The field's text in every row."""
        return [row.text(field) for row in self.rows]


def table(content: bytes, names: Names, needed: tuple[str, ...]) -> Table:
    """The table of a file whose header has the needed fields. Unreadable: it is none."""
    text = _decoded(content)
    separator, above, header = _header(text, names, needed)
    places = columns(header, names)
    rows = []
    for line, cells in _numbered(text, separator, above):
        if not any(cells):
            continue
        filled = cells + [""] * (len(header) - len(cells))
        rows.append(
            Row(
                line=line,
                cells={field: [filled[place] for place in found] for field, found in places.items()},
                written=cells,
                too_long=len(cells) > len(header),
            )
        )
    return Table(rows, {field: header[found[0]] for field, found in places.items()})


def _decoded(content: bytes) -> str:
    """UTF-8 or, by its mark, UTF-16; else Windows-1252, as older banks and Excel write it."""
    encodings = ["utf-16"] if content[:2] in (b"\xff\xfe", b"\xfe\xff") else ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text.replace("\r\n", "\n").replace("\r", "\n")
    raise Unreadable("it is not text", "Save it as CSV (UTF-8)")


def _header(text: str, names: Names, needed: tuple[str, ...]) -> tuple[str, int, list[str]]:
    """The separator, the header's line and its cells: the first line that has every needed field.

    A needed field may have several forms: 'amount|debit|credit'.
    """
    nearest: tuple[int, list[str]] = (0, [])
    for line, content in enumerate(text.split("\n")[:_LINES_ABOVE], start=1):
        for separator in _SEPARATORS:
            try:
                header = [_cell(cell) for cell in next(csv.reader([content], delimiter=separator), [])]
            except csv.Error:
                continue
            found = columns(header, names)
            missing = [field for field in needed if not found.keys() & set(field.split("|"))]
            if not missing:
                return separator, line, header
            if len(needed) - len(missing) > nearest[0]:
                nearest = (len(needed) - len(missing), missing)
    missing = nearest[1] or list(needed)
    wanted = ", ".join(field.split("|")[0].replace("_", " ") for field in missing)
    raise Unreadable(
        f"no line of it names the columns {wanted}", "See docs/files.md for what the columns are called"
    )


def _numbered(text: str, separator: str, above: int) -> Iterator[tuple[int, list[str]]]:
    """Each row below the header: the line it begins in (a cell in quotes may go over several), its cells."""
    reader = csv.reader(
        io.StringIO(f"{text}\n".split("\n", above)[above], newline=""), delimiter=separator, strict=True
    )
    line = above + 1
    try:
        for cells in reader:
            yield line, [_cell(cell) for cell in cells]
            line = above + reader.line_num + 1
    except csv.Error as error:
        raise Unreadable(
            f"line {line} is no CSV ({error})", "Look for a quotation mark too many, and save it again"
        ) from None


def _cell(text: str) -> str:
    """Without blanks around it, and without the ="..." by which Excel is made to keep digits as they are."""
    text = text.strip().strip("\ufeff").strip()
    return text[2:-1].strip() if len(text) > 3 and text.startswith('="') and text.endswith('"') else text
