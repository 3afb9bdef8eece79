"""The gate's page: failures first, by key, readable without a network, safe from what is in the keys."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

from expectations.report import write
from expectations.results import CheckResult

AT = datetime(2026, 11, 24, 19, 5, tzinfo=UTC)
GOOD = CheckResult("marts", "orders", "order_id is there", "critical", True, 1200, 0)
BAD = CheckResult(
    "marts",
    "orders",
    "total_amount is lines & taxes",
    "critical",
    False,
    1200,
    60,
    ["<script>alert(1)</script>", *[f"woocommerce:{n}" for n in range(59)]],
    "not so in 60 of 1,200 rows",
)
WARNING = CheckResult("staging", "stg_x__y", "name has at most 10 characters", "warning", False, 5, 1, ["7"])


def page(tmp_path: Path, *results: CheckResult) -> str:
    path = write(results, tmp_path / "new" / "report", run_id="<run> 1", at=AT, data_docs="../gx/index.html")
    HTMLParser().feed(path.read_text())
    return path.read_text()


def test_all_good(tmp_path: Path) -> None:
    text = page(tmp_path, GOOD)
    assert "<title>The gate: passed</title>" in text
    assert "Every rule holds" in text
    assert "1,200" in text
    assert "2026-11-24 19:05 UTC" in text


def test_failures_come_first_the_gravest_ahead(tmp_path: Path) -> None:
    text = page(tmp_path, WARNING, GOOD, BAD)
    assert "<title>The gate: 1 critical rule broken</title>" in text
    assert text.index("lines &amp; taxes") < text.index("name has at most") < text.index("All rules")
    assert "woocommerce:48" in text
    assert "and 10 more" in text


def test_a_warning_alone_passes(tmp_path: Path) -> None:
    assert "passed with 1 to look at" in page(tmp_path, WARNING, GOOD)


def test_nothing_is_fetched_and_nothing_in_a_key_is_run(tmp_path: Path) -> None:
    text = page(tmp_path, BAD)
    assert "<script>" not in text
    assert "&lt;run&gt; 1" in text
    assert not re.search(r"(src=|url\(|@import|https?://)", text)
