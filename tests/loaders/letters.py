"""The mail server's stand-in, a place with documents, and outbound rows as a build would leave them."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import sandbox
from connections.connection import Connection
from connections.signing import Links
from connections.storage import Storage
from connections.warehouse import session
from loaders.base import DeliverySummary, deliver
from loaders.mail import Messages
from loaders.planning import Guards
from tests.documents.letters import row

GUARDS = Guards(most_rows=1000, most_money=10**9, most_to_zero=0)
PORTAL = Connection.from_fields("portal", host="orders.maplelane.example", password="k" * 43)
TO = "customer@mail.example"
PDF = b"%PDF-1.7 the very invoice"

_TABLE = """
create table if not exists outbound.out_mail__messages (
    write_key text, payload jsonb, payload_hash text, hold_class text, hold_reason text, order_id text,
    build_id bigint
)
"""
_BUILD = """
insert into sync.builds (run_id, version_until, since_version, since_build, status, finished_at)
values ('b', 0, 0, 0, 'succeeded', now()) returning build_id
"""


class Letters:
    """A mail server, and a warehouse with the outbound model of mails."""

    def __init__(self, world: sandbox.World, warehouse: Connection, place: Path) -> None:
        self.world = world
        self.warehouse = warehouse
        self.storage = Storage(str(place))
        self.loader = Messages(lambda: self.storage, lambda: Links.of(PORTAL))
        with session(warehouse) as opened:
            opened.execute(_TABLE)

    @property
    def connection(self) -> Connection:
        """The server, with little patience."""
        given = json.loads(self.world.connections["mail"])
        given["extra"]["timeout_seconds"] = 0.3
        names = ("host", "port", "login", "password", "schema", "extra")
        return Connection.from_fields("mail", **{name: given[name] for name in names})

    def want(self, *due: dict[str, Any]) -> None:
        """The outbound model holds exactly these rows, by a new build."""
        with session(self.warehouse) as opened:
            build = opened.execute(_BUILD).fetchone()
            assert build is not None
            opened.execute("delete from outbound.out_mail__messages")
            for each in due:
                text = json.dumps(each["payload"], sort_keys=True)
                opened.execute(
                    "insert into outbound.out_mail__messages values (%s, %s, %s, %s, %s, %s, %s)",
                    [
                        each["write_key"], text, hashlib.md5(text.encode()).hexdigest(),
                        each.get("hold_class"), each.get("hold_reason"), each["payload"]["order_id"],
                        build["build_id"],
                    ],
                )  # fmt: skip

    def deliver(self, **options: Any) -> DeliverySummary:
        """Everything that is due, as one run does it."""
        connection = options.pop("connection", self.connection)
        return deliver(self.loader, connection, self.warehouse, "run", **{"guards": GUARDS, **options})

    def writes(self) -> dict[str, tuple[str, str | None]]:
        """Status and reason class of each current write."""
        with session(self.warehouse) as opened:
            found = opened.execute(
                "select key, status, reason_class from sync.writes where is_current"
            ).fetchall()
        return {each["key"]: (each["status"], each["reason_class"]) for each in found}

    def record(self) -> str:
        """All that the record says beside the payloads, as text."""
        with session(self.warehouse) as opened:
            found = opened.execute(
                "select coalesce(string_agg(to_jsonb(w)::text, ' '), '') as told from ("
                "select key, status, reason, target_id, target_name, read_back, drift from sync.writes) as w"
            ).fetchone()
            tries = opened.execute(
                "select coalesce(string_agg(coalesce(message, ''), ' '), '') as told from sync.attempts"
            ).fetchone()
        assert found is not None and tries is not None
        return f"{found['told']} {tries['told']}"

    def taken(self) -> list[str]:
        """The Message-IDs of the mails that the server has taken, in order."""
        return [mail["message_id"] for mail in self.world.truth["mail"]["mails"]]

    def file(self, path: str = "orders/1001/invoice.pdf", content: bytes = PDF) -> str:
        """The document lies in its place; its hash."""
        return self.storage.put(path, content).sha256


def letter(number: int, kind: str = "backorder", to: str = TO, **more: Any) -> dict[str, Any]:
    """The outbound row of the message `<kind>:woocommerce:<number>`."""
    key = f"{kind}:woocommerce:{number}"
    payload = row(kind, order_id=f"woocommerce:{number}", order_number=str(number))
    payload["message_id"] = f"<{key.replace(':', '.')}@maplelane.example>"
    payload["recipient"] |= {"address": to}
    payload |= more.pop("payload", {})
    return {"write_key": key, "payload": payload, **more}


def message_id(number: int, kind: str = "backorder") -> str:
    """The Message-ID of that message."""
    return f"<{kind}.woocommerce.{number}@maplelane.example>"
