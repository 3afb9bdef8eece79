"""The few JSON-2 calls that the story's back office needs (sandbox/odoo_world.py)."""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import httpx

BATCH = 100
Row = dict[str, Any]


class Odoo:
    """JSON-2 calls. One call is one transaction."""

    def __init__(self, connection: str) -> None:
        """`connection` is the JSON of an AIRFLOW_CONN_ODOO."""
        fields = json.loads(connection)
        extra = fields.get("extra", {})
        self._client = httpx.Client(
            base_url=f"{fields['schema']}://{fields['host']}:{fields['port']}/json/2/",
            headers={"Authorization": f"bearer {fields['password']}", "X-Odoo-Database": extra["database"]},
            verify=ssl.create_default_context(cafile=extra["ca_file"]) if extra.get("ca_file") else True,
            timeout=300,
        )

    def call(self, model: str, method: str, **arguments: Any) -> Any:
        """The method's result; RuntimeError with Odoo's own words where it refuses."""
        answer = self._client.post(f"{model}/{method}", json=arguments)
        if answer.status_code != 200:
            raise RuntimeError(f"{model}/{method}: HTTP {answer.status_code} {answer.json().get('message')}")
        return answer.json()

    def find(self, model: str, domain: list[Any], *fields: str) -> list[Row]:
        """The records, archived ones too, many2one as plain ids."""
        found: list[Row] = self.call(
            model,
            "search_read",
            domain=domain,
            fields=list(fields),
            load=None,
            context={"active_test": False},
        )
        return found

    def load(self, model: str, rows: Sequence[Row]) -> list[int]:
        """The ids of records made, or made the same again, by their external ids (key `id` of a row)."""
        ids: list[int] = []
        for part in batches(rows):
            fields = list(part[0])
            result = self.call(
                model, "load", fields=fields, data=[[row[field] for field in fields] for row in part]
            )
            if not result["ids"]:
                raise RuntimeError(f"{model}/load: {result['messages'][0]['message']}")
            ids += result["ids"]
        return ids


def batches(rows: Iterable[Any]) -> Iterator[list[Any]]:
    """The rows, BATCH at a time."""
    rows = list(rows)
    for start in range(0, len(rows), BATCH):
        yield rows[start : start + BATCH]


def odoo_time(moment: datetime) -> str:
    """UTC as Odoo writes it, to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
