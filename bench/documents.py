"""Documents per minute on one core: set only, and issued (number, record and file, on a real PostgreSQL).

python -m bench.documents [how many]     ends with: <n> documents a minute issued
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from connections.connection import Connection
from connections.storage import Storage
from connections.warehouse import connect, migrate
from documents.rendering import WITH_LABEL, document_pdf
from loaders.documents import issue
from runtime.env import warehouse_variables
from runtime.postgres import throwaway
from tests.documents import examples

KINDS = (
    "invoice",
    "invoice_sixty_lines",
    "credit_note",
    "packing_slip",
    "label_page",
    "customs_form",
    "pick_list",
)
DEFAULT_COUNT = 300
_LABEL = examples.label()

Payload = Mapping[str, Any]


def main(count: int) -> None:
    """Print how many documents a minute makes, by kind and issued."""
    print(f"set, one after the other, {count} of each kind:")
    for kind in KINDS:
        payload = examples.ALL[kind]()
        seconds = _timed(partial(_set, payload), count)
        print(f"  {kind:20} {1000 * seconds / count:7.1f} ms   {60 * count / seconds:8,.0f} a minute")
    with tempfile.TemporaryDirectory() as folder, throwaway() as embedded:
        embedded.server.create_database("documents")
        os.environ.update(warehouse_variables(embedded.server, "documents"))
        migrate(Connection.from_env("warehouse"))
        seconds = _issued(Storage(folder), count)
    print(f"an invoice, a slip and a label page for each of {count} orders, issued: {seconds:.1f} s")
    print(f"{60 * 3 * count / seconds:,.0f} documents a minute issued")


def _set(payload: Payload) -> bytes:
    return document_pdf(payload, examples.ISSUED, _LABEL if payload["kind"] in WITH_LABEL else None)


def _timed(once: Callable[[], object], count: int) -> float:
    once()  # fonts are read once
    start = time.perf_counter()
    for _ in range(count):
        once()
    return time.perf_counter() - start


def _issued(storage: Storage, count: int) -> float:
    """Seconds for three documents of each order."""
    start = time.perf_counter()
    with connect() as warehouse:
        for number in range(count):
            order = {"order_id": f"woocommerce:{number}", "order_number": str(number)}
            same = {"order": order, "time_zone": "America/Toronto", "number_prefix": "INV-"}
            for kind in ("invoice", "packing_slip", "label_page"):
                key = f"{kind}:{order['order_id']}"
                payload = examples.ALL[kind]() | same | {"document_key": key}
                payload["series"] = "invoice" if kind == "invoice" else None
                row, content = issue(warehouse, payload, _LABEL if kind in WITH_LABEL else None)
                storage.put(row["path"], content)
    return time.perf_counter() - start


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT_COUNT)
