"""Ledger entries in Odoo 19, exactly once: `account.move/load` with an external id on the entry and on
every line, then `action_post`. Lines are rounded already; the date and the lines are read back.

A reversal is an entry like any other that names what it reverses. Odoo silently moves an entry out of a
locked period: one that a new lock has caught is not sent, and the next run dates it into the open period.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from connections.connection import Connection
from connections.errors import Rejected, Unavailable
from connections.odoo import Odoo
from loaders.base import Intent, NotSent, Present, Sent

# Odoo's own journal for what is neither a sale nor a purchase made in it.
JOURNAL_CODE = "MISC"
_FIELDS = [
    "id", "move_type", "ref", "date", "journal_id", "reversed_entry_id/id",
    "line_ids/id", "line_ids/account_id/.id", "line_ids/name", "line_ids/debit", "line_ids/credit",
]  # fmt: skip
# Only where a batch has lines in another currency: then Odoo wants both filled on every line.
_CURRENCY_FIELDS = ["line_ids/currency_id", "line_ids/amount_currency"]


class LedgerEntries:
    """outbound.out_odoo__ledger_entries made true in the books."""

    system = "odoo"
    thing = "ledger_entry"
    kind = "posting"
    outbound_model = "out_odoo__ledger_entries"
    batch_size = 100
    inputs: tuple[str, ...] = ("woocommerce", "stripe")
    flow = "ledger_entries"
    differs = "true"
    money = "due.total_amount"
    zeroes = "false"
    row_columns: tuple[str, ...] = ()

    def open(self, connection: Connection) -> Odoo:
        """A client of the ERP."""
        return Odoo(connection)

    def wanted(self, intent: Intent) -> Mapping[str, Any]:
        """The posted entry: its date, state, and lines as account, debit, credit."""
        lines = [
            [line["account_code"], _money(line["debit"]), _money(line["credit"])]
            for line in intent.payload["lines"]
        ]
        return {"date": intent.payload["date"], "state": "posted", "lines": sorted(lines)}

    def present(self, client: Odoo, intents: Sequence[Intent]) -> Mapping[str, Present]:
        """The entries that carry our external ids; a draft is not complete."""
        keys = {intent.payload["external_id"]: intent.key for intent in intents}
        # search by reference, which is quick but not unique; the external id decides
        entries = client.search_read(
            "account.move",
            [["ref", "in", sorted({intent.payload["ref"] for intent in intents})]],
            ["id", "name", "date", "state"],
        )
        if not entries:
            return {}
        names = client.read("account.move", "get_external_id", ids=[entry["id"] for entry in entries])
        ours = {entry["id"]: entry for entry in entries if names.get(str(entry["id"])) in keys}
        lines = _lines(client, list(ours))
        return {
            keys[names[str(id_)]]: Present(
                str(id_),
                {"date": entry["date"], "state": entry["state"], "lines": sorted(lines[id_])},
                entry["name"] or "",
                is_complete=entry["state"] == "posted",
            )
            for id_, entry in ours.items()
        }

    def send(
        self, client: Odoo, intents: Sequence[Intent], present: Mapping[str, Present]
    ) -> Mapping[str, Sent | NotSent]:
        """The entries loaded and posted in one batch; one that it fails on is found by halving the batch."""
        accounts = _account_ids(client, intents)
        locked_until = _locked_until(client)
        answers: dict[str, Sent | NotSent] = {}
        ready = []
        for intent in intents:
            absent = sorted({line["account_code"] for line in intent.payload["lines"]} - accounts.keys())
            if absent:
                codes = ", ".join(absent)
                reason = f"account {codes} is not in Odoo: correct it in settings.toml, or create it there"
                answers[intent.key] = NotSent("held", "mapping_missing", reason)
            elif intent.payload["date"] <= locked_until:
                reason = (
                    f"the books were locked to {locked_until} meanwhile; the next run dates it after that"
                )
                answers[intent.key] = NotSent("held", "stale_input", reason)
            else:
                ready.append(intent)
        return answers | self._load_and_post(client, ready, accounts)

    def _load_and_post(
        self, client: Odoo, intents: list[Intent], accounts: Mapping[str, int]
    ) -> dict[str, Sent | NotSent]:
        if not intents:
            return {}
        try:
            ids = _load(client, intents, accounts)
            client.write("account.move", "action_post", ids=ids)
        except Rejected as error:
            if len(intents) == 1:
                return {intents[0].key: _refusal(client, intents[0], error)}
            half = len(intents) // 2
            first, second = intents[:half], intents[half:]
            return self._load_and_post(client, first, accounts) | self._load_and_post(
                client, second, accounts
            )
        return {intent.key: Sent(self.wanted(intent)) for intent in intents}


def _load(client: Odoo, intents: Sequence[Intent], accounts: Mapping[str, int]) -> list[int]:
    """The drafts' ids. Rejected: what Odoo says against the first bad one; then none was loaded."""
    in_currencies = any("currency" in line for intent in intents for line in intent.payload["lines"])
    data = [row for intent in intents for row in _rows(intent, accounts, in_currencies)]
    fields = _FIELDS + (_CURRENCY_FIELDS if in_currencies else [])
    answer = client.write("account.move", "load", fields=fields, data=data)
    if answer["ids"]:
        return [int(id_) for id_ in answer["ids"]]
    messages = "; ".join(" ".join(str(item.get("message", "")).split()) for item in answer["messages"])[:300]
    if "serialize access" in messages or "concurrent update" in messages:
        raise Unavailable("another client is loading the same entries", where="odoo: account.move/load")
    raise Rejected(messages or "Odoo loaded nothing and does not say why", where="odoo: account.move/load")


def _rows(intent: Intent, accounts: Mapping[str, int], in_currencies: bool) -> list[list[Any]]:
    """The entry in load's form: its own columns in its first row, one row per line."""
    entry = intent.payload
    head = [
        entry["external_id"], "entry", entry["ref"], entry["date"], JOURNAL_CODE, entry.get("reverses", ""),
    ]  # fmt: skip
    return [
        [
            *(head if number == 0 else [""] * len(head)),
            f"{entry['external_id']}_line_{line['line_key']}",
            accounts[line["account_code"]],
            line["name"],
            _money(line["debit"]),
            _money(line["credit"]),
            *(_in_currency(line, entry["currency"]) if in_currencies else ()),
        ]
        for number, line in enumerate(entry["lines"])
    ]


def _in_currency(line: Mapping[str, Any], books_currency: str) -> tuple[str, str]:
    """A line's currency, and its signed amount in it."""
    if "currency" in line:
        return line["currency"], _money(line["currency_amount"])
    return books_currency, _money(Decimal(line["debit"]) - Decimal(line["credit"]))


def _locked_until(client: Odoo) -> str:
    """The last day that is closed for entries of this kind; '' where none is."""
    names = ["fiscalyear_lock_date", "hard_lock_date"]
    [company] = client.search_read("res.company", [], names)[:1] or [{}]
    return max((str(company[name]) for name in names if company.get(name)), default="")


def _refusal(client: Odoo, intent: Intent, error: Rejected) -> NotSent:
    """Why one entry was refused; an entry of ours that somebody gave another reference is told apart."""
    module, name = intent.payload["external_id"].split(".", 1)
    try:
        _, id_ = client.read("ir.model.data", "check_object_reference", module=module, xml_id=name)
    except Rejected:
        id_ = None
    if not id_:  # Odoo remembers the ids of what it rolled back, as False
        return NotSent("refused", "permanent", str(error))
    reason = f"entry {id_} in Odoo has this key already, but was changed there; put its reference back"
    return NotSent("held", "needs_person", f"{reason} ({error})")


def _account_ids(client: Odoo, intents: Sequence[Intent]) -> dict[str, int]:
    codes = sorted({line["account_code"] for intent in intents for line in intent.payload["lines"]})
    accounts = client.search_read("account.account", [["code", "in", codes]], ["id", "code"])
    return {account["code"]: account["id"] for account in accounts}


def _lines(client: Odoo, entry_ids: list[int]) -> dict[int, list[list[str]]]:
    """By entry, its lines as account code, debit, credit."""
    rows = client.search_read(
        "account.move.line", [["move_id", "in", entry_ids]], ["move_id", "account_id", "debit", "credit"]
    )
    account_ids = sorted({row["account_id"] for row in rows if row["account_id"]})
    accounts = client.search_read(
        "account.account", [["id", "in", account_ids]], ["id", "code"], archived_too=True
    )
    codes = {account["id"]: account["code"] for account in accounts}
    lines: dict[int, list[list[str]]] = defaultdict(list)
    for row in rows:
        code = codes.get(row["account_id"], "")
        lines[row["move_id"]].append([code, _money(row["debit"]), _money(row["credit"])])
    return lines


def _money(value: Any) -> str:
    """An amount in cents' precision as text: 126.56, never -0.00. Odoo answers with floats."""
    amount = Decimal(str(value)).quantize(Decimal("0.01"))
    return str(amount if amount else abs(amount))
