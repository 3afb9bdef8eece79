"""The page *Last sync* over a real warehouse: every figure is the tables' own, nothing in it is markup."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest

from connections.connection import Connection
from connections.warehouse import session
from plugins import _last_sync, _page
from plugins._airflow_run import AirflowRun

RUN = "manual__2026-11-24T15:00:00+00:00_aB3"
HOSTILE = "<script>alert('x')</script> & \"Zoë\" 🎁"


@pytest.fixture
def synced(warehouse: Connection) -> Connection:
    """A warehouse after an hour in which something of everything went wrong."""
    with session(warehouse) as open_warehouse:
        open_warehouse.execute(Path(__file__).with_name("synced.sql").read_bytes())
    return warehouse


def page(airflow_run: AirflowRun | None = None, reports: dict[str, str] | None = None) -> str:
    sync = _last_sync.read(None)
    assert sync is not None
    return _page.render(sync, airflow_run, "/base", "/base/counterflow", reports or {})


def test_the_newest_run_with_all_that_is_open(synced: Connection) -> None:
    sync = _last_sync.read(None)
    assert sync is not None
    assert (sync.run_id, sync.status, sync.time_zone) == (RUN, "red", "America/Toronto")
    assert [row["resource"] for row in sync.resources] == ["stock_quant", "charges", "orders", "products"]
    assert sync.models == {"built": 2, "failed": []}
    assert [(row["key"], row["status"]) for row in sync.open_rows] == [
        ("woocommerce_order_1003", "refused"),
        ("product:17", "unknown"),
        ("woocommerce_order_1002", "held"),
    ]
    assert [row["key"] for row in sync.drifted] == ["product:18"]
    assert (sync.checks_passed, [row["model"] for row in sync.checks_failed]) == (0, ["orders", "stock"])
    assert Decimal(sync.difference) == Decimal("0.01")
    assert [row["subject"] for row in sync.reconciled] == ["order", "payout", "stock"]
    assert [row["record_key"] for row in sync.differing] == ["woocommerce:2"]
    waiting = [(row["record_key"], row["difference"]) for row in sync.waiting]
    assert waiting == [("stripe:po_1", "122.59"), ("sku:84946", "-3 units")]
    assert sync.quarantine_count == 1
    assert len(sync.recent) == 2


def test_an_earlier_run_by_its_id(synced: Connection) -> None:
    sync = _last_sync.read("scheduled__2026-11-24T14:00:00+00:00")
    assert sync is not None
    assert (sync.status, sync.resources) == ("green", [])
    assert _last_sync.read("no such run") is None


def test_a_warehouse_without_a_run_or_without_tables(warehouse: Connection) -> None:
    assert _last_sync.read(None) is None
    with session(warehouse) as open_warehouse:
        open_warehouse.execute("drop schema sync cascade")
    assert _last_sync.read(None) is None


def test_what_comes_from_outside_is_text_and_never_markup(synced: Connection) -> None:
    text = page(AirflowRun("failed", "/dags/hourly_sync/runs/x", [("extract_odoo.read", "failed", "/log")]))
    assert "<script>alert" not in text
    # in the alarm, the error, the reason, the check, the quarantine and the cause of a difference
    assert text.count("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;") == 6
    assert "Zoë" in text and "🎁" in text
    problem = _page.problem(HOSTILE)
    assert "<script>alert" not in problem


def test_figures_times_and_links(synced: Connection) -> None:
    run = AirflowRun("failed", "/dags/hourly_sync/runs/x", [("extract_odoo.read", "failed", "/log/of/it")])
    text = page(run, {"Data Docs": "/base/counterflow/reports/data_docs/index.html"})
    assert "Began 2026-11-24 10:00:03 (America/Toronto) · 1 min 24 s" in text
    assert '<td class="n">1,234</td>' in text
    assert '<a data-window href="/base/dags/hourly_sync/runs/x">This run in Airflow</a>' in text
    assert '<a data-window href="/base/log/of/it">extract_odoo.read</a>' in text
    assert '<a href="/base/counterflow/reports/data_docs/index.html">Data Docs</a>' in text
    # a plus in the run's id must arrive as one
    assert "/base/counterflow/last-sync?run=scheduled__2026-11-24T14%3A00%3A00%2B00%3A00" in text
    assert "no account for tax.PST.BC" in text
    assert "<b>0.01</b>reconciliation difference" in text
    assert '<td class="n since">122.59</td><td class="text">its entry is not posted yet</td>' in text


def test_only_our_own_style_and_script_may_run(synced: Connection) -> None:
    policy = _page.CONTENT_POLICY
    assert "'unsafe-inline'" not in policy and "default-src 'none'" in policy
    text = page()
    for tag, content in (("style", _page.STYLE), ("script", _page.SCRIPT)):
        assert re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL) == [content]


def test_a_run_with_nothing_to_tell(warehouse: Connection) -> None:
    with session(warehouse) as open_warehouse:
        open_warehouse.execute("insert into sync.runs (run_id) values ('first')")
    text = page()
    assert "not finished" in text
    assert "Nothing was read in this run." in text


def test_data_docs_are_listed_by_suite_and_model_with_the_newest_page_of_each(tmp_path: Path) -> None:
    for suite, model, at in (("marts", "orders", "1"), ("marts", "orders", "2"), ("staging", "a & b", "1")):
        folder = tmp_path / "validations" / suite / model / f"manual__T19:00:00+00:00/{at}"
        folder.mkdir(parents=True)
        (folder / f"{model}.html").write_text("")
    text = _page.data_docs(tmp_path)
    newest = "validations/marts/orders/manual__T19%3A00%3A00%2B00%3A00/2/orders.html"
    assert f'<a href="{newest}">orders</a>' in text
    assert "a &amp; b" in text
    assert text.count("<li>") == 2
