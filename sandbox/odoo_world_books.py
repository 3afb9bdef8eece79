"""The opening balance of the story's books."""

from __future__ import annotations

from datetime import datetime

from sandbox.odoo_world_calls import Odoo

OPENING = "Opening balance"
GOODS, BANK, OWNER = "121120", "111200", "313000"  # of the chart ca_2023
BANK_CENTS = 2_500_000


def open_books(odoo: Odoo, counted_at: datetime, goods_cents: int) -> None:
    """One posted entry of the stock count's day: goods at cost and money in the bank are the owner's."""
    if odoo.find("account.move", [["ref", "=", OPENING]], "state"):
        return
    balances = ((GOODS, goods_cents), (BANK, BANK_CENTS), (OWNER, -goods_cents - BANK_CENTS))
    heads = [["maple.opening", OPENING, f"{counted_at:%Y-%m-%d}", "MISC"], [""] * 4, [""] * 4]
    rows = [
        [*head, f"maple.opening_{code}", code, OPENING, max(cents, 0) / 100, max(-cents, 0) / 100]
        for head, (code, cents) in zip(heads, balances, strict=True)
    ]
    fields = ["id", "ref", "date", "journal_id"]
    fields += [f"line_ids/{field}" for field in ("id", "account_id", "name", "debit", "credit")]
    entry = odoo.call("account.move", "load", fields=fields, data=rows)
    if not entry["ids"]:
        raise RuntimeError(f"account.move/load: {entry['messages'][0]['message']}")
    odoo.call("account.move", "action_post", ids=entry["ids"])
