"""After the label: handed over on a manifest, or void, or its money asked back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from connections import canadapost
from connections.canadapost import CanadaPost
from connections.connection import Connection
from connections.errors import Rejected
from loaders.base import Intent, NotSent, Present, Sent
from loaders.canadapost_requests import AtCounter, address
from loaders.one_by_one import send_each

# What Canada Post answers where the label is handed over already, and where the money was asked back before.
_TRANSMITTED = "8064"
_ASKED_BEFORE = "7292"


class Manifests:
    """outbound.out_canadapost__manifests made true: every label on it is transmitted."""

    system = "canadapost"
    thing = "manifest"
    kind = "posting"
    outbound_model = "out_canadapost__manifests"
    batch_size = 1
    inputs: tuple[str, ...] = ()
    flow = "shipping_labels"
    differs = "true"
    money = "0"
    zeroes = "false"
    row_columns: tuple[str, ...] = ()

    def open(self, connection: Connection) -> CanadaPost:
        """A client of the account."""
        return canadapost.client(connection)

    def wanted(self, intent: Intent) -> Mapping[str, Any]:
        """So many labels are transmitted."""
        return {"transmitted_count": len(intent.payload["labels"])}

    def present(self, client: CanadaPost, intents: Sequence[Intent]) -> Mapping[str, Present]:
        """The manifests all of whose labels are transmitted (or are not there any more)."""
        present = {}
        for intent in intents:
            ids = [label["shipment_id_canadapost"] for label in intent.payload["labels"]]
            found = client.each(lambda identity: client.find_shipment(identity, is_contract=True), ids)
            there = [label for label in found if label]
            if there and all(label.status == "transmitted" for label in there):
                present[intent.key] = Present(intent.key, self.wanted(intent))
        return present

    def send(
        self, client: CanadaPost, intents: Sequence[Intent], present: Mapping[str, Present]
    ) -> Mapping[str, Sent | NotSent]:
        """The groups of each are transmitted."""

        def transmit(intent: Intent) -> Sent | NotSent:
            groups = sorted({label["group_id"] for label in intent.payload["labels"]})
            client.transmit(groups, intent.key[:35], address(intent.payload["sender"]))
            return Sent(self.wanted(intent))

        return send_each(client, intents, None, transmit)


class VoidDesk(AtCounter):
    """A client of the account, and the requests for refunds made in this delivery, by key."""

    def __init__(self, client: CanadaPost) -> None:
        super().__init__(client)
        self.tickets: dict[str, str] = {}


class Voids:
    """outbound.out_canadapost__voids made true: the label is void, or its money asked back."""

    system = "canadapost"
    thing = "void"
    kind = "posting"
    outbound_model = "out_canadapost__voids"
    batch_size = 20
    inputs: tuple[str, ...] = ("woocommerce",)
    flow = "shipping_labels"
    differs = "true"
    money = "0"
    zeroes = "false"
    row_columns: tuple[str, ...] = ()

    def open(self, connection: Connection) -> VoidDesk:
        """A client of the account."""
        return VoidDesk(canadapost.client(connection))

    def wanted(self, intent: Intent) -> Mapping[str, Any]:
        """It is not to be used any more."""
        return {"is_void": True}

    def present(self, client: VoidDesk, intents: Sequence[Intent]) -> Mapping[str, Present]:
        """The labels that are not there any more, and those whose money was asked back just now."""
        present = {}
        for intent in intents:
            payload, ticket = intent.payload, client.tickets.get(intent.key, "")
            identity = payload["shipment_id_canadapost"]
            if ticket or client.client.find_shipment(identity, payload["is_contract"]) is None:
                content = {**self.wanted(intent), "refund_ticket": ticket or None}
                present[intent.key] = Present(identity, content)
        return present

    def send(
        self, client: VoidDesk, intents: Sequence[Intent], present: Mapping[str, Present]
    ) -> Mapping[str, Sent | NotSent]:
        """Each void, or asked back."""
        return send_each(client.client, intents, None, lambda intent: self._send_one(client, intent))

    def _send_one(self, client: VoidDesk, intent: Intent) -> Sent | NotSent:
        payload = intent.payload
        identity = payload["shipment_id_canadapost"]
        if payload["is_contract"]:
            try:
                client.client.void(identity)
                return Sent(self.wanted(intent))
            except Rejected as error:
                if error.code != _TRANSMITTED:
                    raise
        try:
            ticket = client.client.refund(identity, payload["email"], payload["is_contract"])
        except Rejected as error:
            if error.code != _ASKED_BEFORE:
                raise
            ticket = "asked before"
        client.tickets[intent.key] = ticket
        return Sent(self.wanted(intent))
