"""Landing against raw COPY of the same payloads into the same kind of table, in turn, in one run.

python -m bench.landing [orders]       ends with: landing vs COPY: <ratio>
"""

from __future__ import annotations

import hashlib
import random
import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from connections.connection import Connection
from connections.landing import Record, encode, land
from connections.warehouse import Warehouse, connect, ensure_raw_tables, migrate
from runtime.env import warehouse_variables
from runtime.postgres import throwaway

ROUNDS = 3
PAGE = 1000


def payload(number: int, rng: random.Random) -> dict[str, Any]:
    """An order of about 3 KB in WooCommerce's shape."""
    lines = [
        {
            "id": number * 10 + line,
            "name": f"Article {rng.randrange(500)}",
            "sku": f"SKU-{rng.randrange(500):04}",
            "quantity": rng.randrange(1, 6),
            "subtotal": f"{rng.randrange(100, 90000) / 100:.2f}",
            "total": f"{rng.randrange(100, 90000) / 100:.2f}",
            "taxes": [{"id": 2, "total": "1.88", "subtotal": "1.88"}],
            "meta_data": [{"id": line, "key": "_reduced_stock", "value": "1"}],
        }
        for line in range(rng.randrange(1, 8))
    ]
    address = {"first_name": "Aisha", "last_name": f"Tremblay-{number}", "address_1": "105 rue Principale",
               "city": "Moncton", "state": "NB", "postcode": "E1C 1A1", "country": "CA"}  # fmt: skip
    return {
        "id": number, "status": "processing", "currency": "CAD", "date_modified_gmt": "2026-11-24T07:01:44",
        "total": f"{rng.randrange(1000, 90000) / 100:.2f}", "billing": address, "shipping": address,
        "line_items": lines,
        "meta_data": [{"id": n, "key": f"_key_{n}", "value": "x" * 60} for n in range(12)],
    }  # fmt: skip


def copy_only(warehouse: Warehouse, payloads: list[dict[str, Any]]) -> None:
    """The limit: the same key, hash and payload by one COPY per page into a table with a key."""
    warehouse.execute("create table raw.copied (key text primary key, payload jsonb, payload_hash text)")
    for start in range(0, len(payloads), PAGE):
        with warehouse.cursor().copy("copy raw.copied from stdin") as copy:
            for item in payloads[start : start + PAGE]:
                text = orjson.dumps(item)
                digest = hashlib.md5(text, usedforsecurity=False).hexdigest()
                copy.write(b"%d\t%b\t%b\n" % (item["id"], text.replace(b"\\", b"\\\\"), digest.encode()))
        warehouse.commit()


def landed(warehouse: Warehouse, payloads: list[dict[str, Any]], run_id: str) -> int:
    """Ours: hash, history, change numbers and merge; how many rows were written."""
    written = 0
    now = datetime.now(UTC)
    for start in range(0, len(payloads), PAGE):
        records = [Record(str(item["id"]), item, now) for item in payloads[start : start + PAGE]]
        written += land(warehouse, "bench", "orders", records, run_id).written
        warehouse.commit()
    return written


def timed(function: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds of wall time, and the function's result."""
    start = time.perf_counter()
    result = function()
    return time.perf_counter() - start, result


def main(orders: int) -> None:
    """Print medians, ratios and what a second and a changed landing cost."""
    rng = random.Random(7)
    payloads = [payload(number, rng) for number in range(1, orders + 1)]
    size = sum(len(encode(item)) for item in payloads[:1000]) / min(orders, 1000)
    print(f"{orders:,} orders of {size:,.0f} bytes, {ROUNDS} rounds in turn")
    with throwaway() as embedded:
        embedded.server.create_database("bench")
        fields = orjson.loads(warehouse_variables(embedded.server, "bench")["AIRFLOW_CONN_WAREHOUSE"])
        fields.pop("conn_type")
        connection = Connection.from_fields("warehouse", **fields)
        migrate(connection)
        ours, limit = [], []
        with connect(connection) as warehouse:
            for number in range(ROUNDS):
                warehouse.execute(
                    "drop table if exists raw.copied, raw.bench__orders, raw.bench__orders__history"
                )
                ensure_raw_tables(warehouse, "bench", ["orders"])
                warehouse.commit()
                limit.append(timed(lambda: copy_only(warehouse, payloads))[0])
                ours.append(timed(lambda run=f"run{number}": landed(warehouse, payloads, run))[0])
            again, written_again = timed(lambda: landed(warehouse, payloads, "again"))
            changed = [{**item, "status": "completed"} for item in payloads[:1000]]
            later = datetime.now(UTC) + timedelta(seconds=1)
            records = [Record(str(item["id"]), item, later) for item in changed]
            seconds, counts = timed(lambda: land(warehouse, "bench", "orders", records, "changed"))
            warehouse.commit()
    best = statistics.median(limit)
    mine = statistics.median(ours)
    print(f"COPY            {orders / best:>9,.0f} rows/s")
    print(f"landing         {orders / mine:>9,.0f} rows/s")
    print(f"the same again  {orders / again:>9,.0f} rows/s, {written_again} written")
    print(f"1,000 changed   {seconds * 1000:>9,.0f} ms, {counts.written:,} written")
    print(f"landing vs COPY: {best / mine:.2f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)
