"""Records wrong at their source, on demand: a total that does not add up, a missing id, a date far off.

`POST /_sandbox/distort` takes `{"kind": "order", "id": 960, "set": {"total": "1.00"}, "remove": ["id"]}` and
counts as a change of the record at its source; the same without `set` and `remove` puts the record right
again. Only what the system shows is distorted: what happens to the record meanwhile happens to the right
one. Kinds: WooCommerce's order, refund, product and variation, and Stripe's object names.
"""

from __future__ import annotations

from typing import Any

from sandbox.journal import Journal

Record = dict[str, Any]
_KIND = "distortion"


class Distortions:
    """Which records of one system are shown wrong, and how."""

    def __init__(self, system: str, journal: Journal) -> None:
        """Those the journal knows."""
        self._system = system
        self._journal = journal
        self._known: dict[str, Record] = {key: body for key, body in journal.load(system, _KIND) if body}

    def set(self, kind: str, identity: str, fields: Record, removed: list[str]) -> None:
        """The record is shown with these fields, and without those removed; neither = as it is."""
        body = {"set": fields, "remove": removed} if fields or removed else None
        key = f"{kind}:{identity}"
        self._journal.put(self._system, _KIND, key, body)
        if body is None:
            self._known.pop(key, None)
        else:
            self._known[key] = body

    def shown(self, kind: str, identity: object, record: Record) -> Record:
        """The record as it is to be shown."""
        known = self._known.get(f"{kind}:{identity}") if self._known else None
        if known is None:
            return record
        changed = record | known["set"]
        return {name: value for name, value in changed.items() if name not in known["remove"]}
