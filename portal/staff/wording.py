"""What the record of writes says, in plain English, and what a person can do about it. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from connections.decisions import Act

Row = Mapping[str, Any]

OPEN = ("refused", "unknown", "held", "sent")
CHOICES = {"ship_now": "ship now what is in stock", "wait": "wait for all of it"}
SYSTEMS = {
    "woocommerce": "The shop",
    "odoo": "Odoo",
    "stripe": "Stripe",
    "canadapost": "Canada Post",
    "documents": "The place for documents",
    "mail": "The mail server",
}
THINGS = {
    "stock_level": "stock level",
    "ledger_entry": "ledger entry",
    "capture": "card capture",
    "cancellation": "card release",
    "refund": "card refund",
    "quote": "shipping rate",
    "label": "shipping label",
    "manifest": "manifest",
    "void": "void of a label",
    "return_label": "return label",
    "document": "document",
    "message": "mail",
    "order_note": "note on the order",
    "order_status": "order status",
    "backorder_text": "backorder text",
    "delivery": "delivery",
}
MARKS = {"label": "goods", "document": "paper", "message": "mail", "ledger_entry": "books"}
STATUSES = {
    "planned": "to be sent",
    "sent": "under way",
    "confirmed": "done",
    "refused": "refused",
    "unknown": "not known whether done",
    "held": "held",
    "superseded": "replaced by a newer one",
    "waived": "put aside",
}
ACTS = {
    "retry": "tries again:",
    "waive": "puts aside:",
    "done": "saw that it happened:",
    "not_done": "saw that it did not happen:",
    "map": "maps",
    "packed": "packed",
    "opened": "opened again",
    "add": "adds",
    "set password": "sets the password of",
    "remove": "removes",
}
_STATUS_HELP = {
    "sent": "It is under way, or its run was cut short; the next delivery looks it up.",
    "unknown": "No answer came. The next delivery looks it up, and sends it only if it is not there.",
    "refused": "It said no to this very thing, in the words above. Mend what they name, then try again; or "
    "put it aside, if it is not to happen.",
}
CLASS_HELP = {
    "retry": "It is tried again by itself with the next run.",
    "mapping_missing": "Something has no counterpart: an account in the settings, or a product in Odoo (page "
    "Mappings). It goes on by itself once that is there.",
    "needs_person": "Mend what the words above name, where they name it; it goes on with the next run. "
    "Or put it aside, if it is not to happen.",
    "stale_input": "A source could not be read, or the thing is no longer wanted. It goes on by itself.",
    "guard": "More was due at once than the settings allow. If that is right, raise the limit in [guards] of "
    "settings.toml; else mend the source.",
    "switch": "The flow is off in settings.toml. It goes on once that is on.",
    "check": "A check failed on what it rests on (page Last sync). It goes on once the check holds.",
}
_UNKNOWABLE = (
    "It may have happened, and nobody but a person can tell: look there (the recipient, the sent folder). It "
    "is not sent again until you say that it did not happen."
)
_BESIDE = (
    "What was sent stands. This change of it waits for what follows by itself; put it aside if nothing is to."
)


@dataclass(frozen=True)
class Told:
    """A write in words."""

    title: str
    detail: str


@dataclass(frozen=True)
class Advice:
    """What to do about an open write, and what the page offers for it."""

    to_do: str
    acts: tuple[Act, ...]


def advice(write: Row) -> Advice:
    """For a write that is refused, unknown, held or sent; the rules themselves are sync.decide's."""
    status, reason_class = write["status"], write["reason_class"]
    if status == "unknown" and reason_class == "needs_person":
        return Advice(_UNKNOWABLE, ("not_done", "done", "waive"))
    if not write["is_current"]:
        return Advice(_BESIDE, ("waive",))
    if status == "sent":
        return Advice(_STATUS_HELP["sent"], ())
    if status == "held":
        return Advice(CLASS_HELP.get(reason_class, ""), ("retry", "waive"))
    return Advice(_STATUS_HELP[status], ("retry", "waive"))


def write(row: Row) -> Told:
    """What became of it."""
    thing = THINGS.get(row["thing"]) or plain(row["thing"])
    name = (
        key_of(row["key"]) if row["thing"] in ("document", "message") else (row["target_name"] or row["key"])
    )
    system = SYSTEMS.get(row["system"], row["system"])
    status = STATUSES[row["status"]]
    drift = " Read back different." if row["drift"] else ""
    detail = ": ".join(filter(None, (system, row["reason"]))) + drift
    return Told(f"{thing.capitalize()} {name}: {status}", detail)


def key_of(key: str) -> str:
    """'packing_slip:woocommerce:1001:1' -> 'packing slip woocommerce:1001:1'."""
    kind, _, rest = key.partition(":")
    return f"{plain(kind)} {rest}"


def plain(word: str) -> str:
    """A word of ours with blanks for its underscores."""
    return word.replace("_", " ")
