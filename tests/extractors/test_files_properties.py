"""Any split of a statement and any damage to a file: nothing is doubled, lost, or left untold."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connections.files import FoundFile
from connections.landing import Record
from extractors.files_bank import csv_lines, ofx_lines
from extractors.files_costs import imports, postage
from extractors.files_values import Unreadable

EXAMPLES = Path(__file__).parent / "files"
FIRST = date(2026, 10, 1)
LINES = st.lists(
    st.tuples(st.integers(0, 9), st.sampled_from(("-15.00", "122.59", "0.01")), st.sampled_from("ab")),
    max_size=25,
).map(sorted)
PERIODS = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=4)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(LINES, PERIODS, st.booleans())
def test_however_a_statement_is_cut_into_files_each_line_is_there_once(
    lines: list[tuple[int, str, str]], periods: list[tuple[int, int]], newest_first: bool
) -> None:
    """Periods overlap as they like; what none covers is in files of its own."""
    cut = [(min(period), max(period)) for period in periods]
    covered = {day for first, last in cut for day in range(first, last + 1)}
    cut += [(day, day) for day in range(10) if day not in covered]
    found: dict[str, Any] = {}
    for place, (first, last) in enumerate([*cut, (3, 7)]):
        part = [line for line in lines if first <= line[0] <= last]
        if newest_first:
            part.reverse()
        text = "".join(f"{FIRST + timedelta(days=day)};{name};{amount}\n" for day, amount, name in part)
        file = FoundFile(f"{place}.csv", Path(f"{place}.csv"), 0, place)
        for record in csv_lines(f"Date;Description;Amount\n{text}".encode(), file):
            assert record.problem is None
            found[str(record.key)] = record.payload
    expected = Counter((f"{FIRST + timedelta(days=day)}", amount, name) for day, amount, name in lines)
    assert Counter((row["date"], row["amount"], row["description"]) for row in found.values()) == expected


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(sorted(EXAMPLES.iterdir())),
    st.lists(st.tuples(st.integers(0, 1500), st.integers(0, 5), st.binary(max_size=5)), max_size=6),
)
def test_however_a_file_is_spoiled_it_is_read_or_refused(
    example: Path, spoils: list[tuple[int, int, bytes]]
) -> None:
    content = example.read_bytes()
    for at, removed, put in spoils:
        content = content[:at] + put + content[at + removed :]
    file = FoundFile(example.name, example, len(content), 0)
    for reader in (csv_lines, ofx_lines, imports, postage):
        try:
            records = reader(content, file)
        except Unreadable as refused:
            assert refused.what and refused.remedy
            continue
        for record in records:
            assert isinstance(record, Record) and record.key
            assert record.problem or all(isinstance(value, str) for value in record.payload.values())
