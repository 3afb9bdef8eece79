"""Labels: bought once for each parcel, the PDF kept with the order's documents.

Each label is bought under our id of the parcel (`request_id`), by which it is looked up before anything is
sent again; what was bought just now is read back by Canada Post's own id. The look-up also keeps the PDF: a
label is confirmed once its file is there. One that is there without its file is not bought again, and does
not stop the others.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from connections import canadapost
from connections.canadapost import CanadaPost, Label
from connections.connection import Connection
from connections.errors import Rejected, Unavailable
from connections.storage import Storage
from loaders.base import Intent, NotSent, Present, Sent
from loaders.canadapost_requests import AtCounter, amounts, label_request
from loaders.one_by_one import send_each

_BOUGHT = {"is_bought": True, "is_kept": True}


class LabelDesk(AtCounter):
    """A client of the account, the place for files, and what was bought in this delivery."""

    def __init__(self, client: CanadaPost, storage: Storage) -> None:
        super().__init__(client)
        self.storage = storage
        self.bought: dict[str, Label] = {}
        self.doubts: dict[str, str] = {}  # why what may have been bought could not be looked at

    def shown(self, intent: Intent, look: Callable[[], Label | None]) -> Present | None:
        """What the look-up found, with its file kept; None: nothing, or it is in `doubts`.

        Unavailable, Rejected: of what nobody has sent yet, so that it is not sent blindly.
        """
        self.doubts.pop(intent.key, None)
        try:
            label = look()
            return shown(self, label, intent.payload["document_path"]) if label else None
        except (Unavailable, Rejected) as error:
            if not (intent.is_unknown or intent.key in self.bought):
                raise
            self.doubts[intent.key] = str(error)
            return None

    def send_each(
        self, intents: Sequence[Intent], buy: Callable[[Intent], Label]
    ) -> Mapping[str, Sent | NotSent]:
        """Each bought, but those in `doubts`."""

        def send(intent: Intent) -> Sent | NotSent:
            if intent.key in self.doubts:
                return NotSent("unknown", "retry", self.doubts[intent.key])
            self.bought[intent.key] = buy(intent)
            return Sent(_BOUGHT)

        return send_each(self.client, intents, None, send)

    def kept(self, label: Label, path: str) -> str:
        """The PDF is kept at the path, whatever lay there before; its SHA-256. Unavailable, Misconfigured."""
        return self.storage.put(path, self.client.label_pdf(label)).sha256


class Labels:
    """outbound.out_canadapost__labels made true."""

    system = "canadapost"
    thing = "label"
    kind = "posting"
    outbound_model = "out_canadapost__labels"
    batch_size = 8
    inputs: tuple[str, ...] = ("woocommerce", "odoo")
    flow = "shipping_labels"
    differs = "true"
    money = "due.quoted_amount"
    zeroes = "false"
    row_columns: tuple[str, ...] = ("hold_reason",)

    def __init__(self, storage: Callable[[], Storage]) -> None:
        """`storage` opens the place where documents are kept."""
        self._storage = storage

    def open(self, connection: Connection) -> LabelDesk:
        """A client of the account, with the place for files."""
        return LabelDesk(canadapost.client(connection), self._storage())

    def ends_choice_of(self, intent: Intent) -> str | None:
        """Once its label is bought, the box is closed."""
        order_id: str | None = intent.payload.get("order_id")
        return order_id

    def wanted(self, intent: Intent) -> Mapping[str, Any]:
        """It is bought, and its file is kept."""
        return _BOUGHT

    def present(self, client: LabelDesk, intents: Sequence[Intent]) -> Mapping[str, Present]:
        """The labels bought under our ids; their files are kept then.

        Without a contract a look-up may have to go through all labels of a month: it is made only for
        what may have been sent.
        """

        def look(intent: Intent) -> Present | None:
            is_contract, bought = intent.payload["is_contract"], client.bought.get(intent.key)
            if bought:
                return client.shown(
                    intent, lambda: client.client.find_shipment(bought.shipment_id, is_contract)
                )
            if not (is_contract or intent.is_unknown):
                return None
            return client.shown(
                intent, lambda: client.client.find_label(intent.payload["request_id"], is_contract)
            )

        found = zip(intents, client.client.each(look, intents), strict=True)
        return {intent.key: there for intent, there in found if there}

    def send(
        self, client: LabelDesk, intents: Sequence[Intent], present: Mapping[str, Present]
    ) -> Mapping[str, Sent | NotSent]:
        """Each bought."""
        return client.send_each(
            intents, lambda intent: client.client.buy_label(label_request(intent.payload))
        )


class ReturnLabels:
    """outbound.out_canadapost__return_labels made true: with them the customer sends something back."""

    system = "canadapost"
    thing = "return_label"
    kind = "posting"
    outbound_model = "out_canadapost__return_labels"
    batch_size = 8
    inputs: tuple[str, ...] = ("woocommerce",)
    flow = "shipping_labels"
    differs = "true"
    money = "0"
    zeroes = "false"
    row_columns: tuple[str, ...] = ()

    def __init__(self, storage: Callable[[], Storage]) -> None:
        """`storage` opens the place where documents are kept."""
        self._storage = storage

    def open(self, connection: Connection) -> LabelDesk:
        """A client of the account, with the place for files."""
        return LabelDesk(canadapost.client(connection), self._storage())

    def wanted(self, intent: Intent) -> Mapping[str, Any]:
        """It is there, and its file is kept."""
        return _BOUGHT

    def present(self, client: LabelDesk, intents: Sequence[Intent]) -> Mapping[str, Present]:
        """Those bought in this delivery, and those that can be found by our id."""

        def look(intent: Intent) -> Label | None:
            bought = client.bought.get(intent.key)
            return bought or client.client.find_label(intent.payload["request_id"], is_contract=True)

        found = {intent.key: client.shown(intent, partial(look, intent)) for intent in intents}
        return {key: there for key, there in found.items() if there}

    def send(
        self, client: LabelDesk, intents: Sequence[Intent], present: Mapping[str, Present]
    ) -> Mapping[str, Sent | NotSent]:
        """Each made."""
        return client.send_each(
            intents, lambda intent: client.client.return_label(label_request(intent.payload))
        )


def shown(client: LabelDesk, label: Label, path: str) -> Present:
    """The label as it stands there; its file is kept. Unavailable, Misconfigured."""
    if not label.label_path:
        raise Rejected(f"shipment {label.shipment_id} has no label", where="canadapost")
    content: dict[str, Any] = {
        **_BOUGHT,
        "shipment_id": label.shipment_id,
        "tracking_number": label.tracking_number,
        "document_path": path,
        "document_sha256": client.kept(label, path),
        **(amounts(label.price) if label.price else {}),
    }
    return Present(label.shipment_id, content, label.tracking_number)
