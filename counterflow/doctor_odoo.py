"""The doctor's questions to Odoo: key, rights, and what the settings name there.

Rights are asked for with has_access: where a record rule hides records, reading gives an empty list and
no error, so that an answer alone proves nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta

from connections.connection import Connection
from connections.errors import CounterflowError, Rejected
from connections.odoo import Odoo
from counterflow.findings import Finding, finding_of, good, wrong
from counterflow.settings import Settings
from extractors.odoo import Odoo as OdooExtractor

WARN_BEFORE = timedelta(days=14)
_LOCKS = {
    "fiscalyear_lock_date": "the books",
    "tax_lock_date": "entries with taxes",
    "sale_lock_date": "sales journals",
    "purchase_lock_date": "purchase journals",
    "hard_lock_date": "the books, for good",
}
# What each flow writes there.
_WRITTEN = {
    "ledger_entries": (
        ("account.move", "create"),
        ("account.move", "write"),
        ("account.move.line", "create"),
    ),
    "deliveries": (
        ("stock.picking", "write"),
        ("stock.move", "write"),
        ("sale.order", "write"),
        ("res.partner", "create"),
    ),
}
_KEY = "In Odoo, the user's Preferences > Security > New API Key; put it into the connection's password"
_RIGHTS = "In Odoo, Settings > Users, give the user the groups listed in docs/data-engineer.md"


def examine_odoo(connection: Connection, chosen: Settings | None) -> Iterator[Finding]:
    """Sign-in, expiry of the key, rights on each model, and what the settings and the ledger need there."""
    with Odoo(connection) as odoo:
        try:
            odoo.read("res.users", "context_get")
        except CounterflowError as error:
            yield finding_of("odoo", error, _KEY)
            return
        yield good("odoo", f"signs in at {connection.url}")
        yield _key_expiry(odoo, connection)
        flows = [flow for flow in _WRITTEN if chosen is None or chosen.flows.sends(flow)]
        yield from _rights(odoo, flows)
        if chosen:
            for look in (_accounts, _locations, _currency, _rates, _locks):
                try:
                    yield from look(odoo, chosen)
                except CounterflowError as error:
                    yield finding_of("odoo", error, _RIGHTS)


def _key_expiry(odoo: Odoo, connection: Connection) -> Finding:
    ends = _expiry(odoo, connection)
    today = datetime.now(UTC).date()
    if ends is None:
        return good("odoo", "the key has no end that can be seen")
    if ends - today <= WARN_BEFORE:
        return wrong(
            "odoo", f"the key ends on {ends}, in {(ends - today).days} days", f"Make a new one. {_KEY}"
        )
    return good("odoo", f"the key is valid until {ends}")


def _expiry(odoo: Odoo, connection: Connection) -> date | None:
    """The connection's key_expires, else the earliest end of the user's own keys as Odoo lists them."""
    stated = connection.extra.get("key_expires")
    if stated:
        return date.fromisoformat(str(stated)[:10])
    try:
        keys = odoo.search_read("res.users.apikeys", [], ["expiration_date"])
    except CounterflowError:
        return None
    ends = [str(key["expiration_date"])[:10] for key in keys if key["expiration_date"]]
    return date.fromisoformat(min(ends)) if ends else None


def _rights(odoo: Odoo, flows: Iterable[str]) -> Iterator[Finding]:
    """One finding for all rights that are there, one for each that is missing."""
    needed = [(resource.path, "read") for resource in OdooExtractor().resources]
    needed += [right for flow in flows for right in _WRITTEN[flow]]
    missing = 0
    for model, operation in needed:
        try:
            has_right = odoo.read(model, "has_access", operation=operation)
        except Rejected as error:
            remedy = "Install the Odoo app that has it (Inventory, Sales, Purchase, Point of Sale, Invoicing)"
            yield finding_of(f"odoo {model}", error, remedy)
            missing += 1
            continue
        if has_right is not True:
            yield wrong(f"odoo {model}", f"the user may not {operation} it", _RIGHTS)
            missing += 1
    if missing < len(needed):
        yield good("odoo", f"{len(needed) - missing} of {len(needed)} rights are there")


def _accounts(odoo: Odoo, chosen: Settings) -> Iterator[Finding]:
    codes = sorted(set(chosen.accounts.values()))
    found = {row["code"] for row in odoo.search_read("account.account", [["code", "in", codes]], ["code"])}
    absent = [code for code in codes if code not in found]
    for code in absent:
        roles = sorted(role for role, account in chosen.accounts.items() if account == code)
        named = f"role {roles[0]}" if len(roles) == 1 else f"roles {', '.join(roles)}"
        remedy = f"Correct accounts.{roles[0]} in settings.toml, or create the account in Odoo"
        yield wrong(f"odoo account {code}", f"is not in the chart of accounts ({named})", remedy)
    if not absent:
        yield good("odoo", f"all {len(codes)} accounts of settings.toml are in the chart")


def _locations(odoo: Odoo, chosen: Settings) -> Iterator[Finding]:
    there = odoo.search_read("stock.location", [["usage", "=", "internal"]], ["complete_name"])
    names = {row["complete_name"] for row in there}
    for location in chosen.stock.locations:
        if location not in names:
            remedy = (
                f"Odoo has {', '.join(sorted(names)) or 'none'}; correct stock.locations in settings.toml"
            )
            yield wrong(f"odoo location {location}", "is no internal stock location", remedy)
        else:
            yield good("odoo", f"stock location {location} is there")


def _currency(odoo: Odoo, chosen: Settings) -> Iterator[Finding]:
    currency = chosen.business.currency
    if odoo.search_read("res.currency", [["name", "=", currency]], ["name"]):
        yield good("odoo", f"currency {currency} is switched on")
    else:
        remedy = f"Switch {currency} on in Odoo, Accounting > Configuration > Currencies"
        yield wrong("odoo", f"currency {currency} is not switched on", remedy)


def _rates(odoo: Odoo, chosen: Settings) -> Iterator[Finding]:
    """Each currency that is switched on besides the books' own has a rate: sales in it are booked at it."""
    currencies = odoo.search_read("res.currency", [["name", "!=", chosen.business.currency]], ["name"])
    for currency in currencies:
        name, domain = currency["name"], [["currency_id", "=", currency["id"]]]
        newest = odoo.search_read("res.currency.rate", domain, ["name"], order="name desc", limit=1)
        if newest:
            yield good("odoo", f"{name} has exchange rates, the newest from {newest[0]['name']} on")
        else:
            remedy = (
                "Enter one in Odoo, Accounting > Configuration > Currencies, or switch the currency off there"
            )
            yield wrong(f"odoo {name}", "has no exchange rate, so that orders in it wait", remedy)


def _locks(odoo: Odoo, chosen: Settings) -> Iterator[Finding]:
    """Up to when the books are closed: what is dated earlier goes to the first open day."""
    [company, *_] = odoo.search_read("res.company", [], [*_LOCKS])
    locks = [f"{what} up to {company[name]}" for name, what in _LOCKS.items() if company[name]]
    if locks:
        yield good("odoo", f"closed: {', '.join(locks)}; what is dated earlier goes to the first open day")
    else:
        yield good("odoo", "no part of the books is closed (no lock dates)")
