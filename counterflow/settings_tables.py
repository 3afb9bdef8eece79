"""The settings as tables (schema settings), where the models read them.

A table is written only if it differs: a run with unchanged settings writes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from connections.warehouse import Cursor

_COLUMNS = {
    "business": (
        "name, legal_name, street, city, province, postal_code, country, time_zone, currency,"
        " gst_hst_number, qst_number, rounding_cap, safety_stock, books_start_date"
    ),
    "accounts": "role, account_code",
    "tax_registrations": "province, tax, number, registered_from, registered_to",
    "flows": "flow, direction",
    "stock_locations": "location, is_sold_from_web",
    "ledger": "mode, counter_sales, cost_of_goods, bank_lines, lapse_days",
    "commissions": "payee, coupon, source, rate, base, tax, tax_province, tax_rate, valid_from, valid_to",
    "lists": "list, value",
    "tax_classes": "source_class, product_class",
    "shipping": (
        "account, rule, max_days, default_weight_g, default_length_mm, default_width_mm, default_height_mm,"
        " rate_sheet, customs_hs_code, customs_origin_country, complete_orders, customer_notes,"
        " phone, return_labels"
    ),
    "boxes": "box, length_mm, width_mm, height_mm, weight_g, max_weight_g",
    "shipping_services": "method, service_code",
    "promises": "lead_time_days, receiving_days, answer_days, default_choice, retell_days",
    "documents": (
        "folder, invoice_when, invoice_prefix, credit_note_prefix, start_date, pick_list_hour, terms_en,"
        " terms_fr"
    ),
    "mail": "sender, sender_name, reply_to, start_date, max_per_run",
    "portal": "link_days, most_per_minute",
    "models": "fingerprint",
}


def replace_if_different(cursor: Cursor, table: str, wanted: Sequence[tuple[Any, ...]]) -> bool:
    """settings.<table> holds exactly the rows wanted, in the caller's transaction. True: it had to change."""
    columns = _COLUMNS[table]
    places = ", ".join(["%s"] * (columns.count(",") + 1))
    # every name in these statements is from the table above
    cursor.execute(f"select {columns} from settings.{table}".encode())  # noqa: S608
    if {tuple(row.values()) for row in cursor.fetchall()} == set(wanted):
        return False
    cursor.execute(f"delete from settings.{table}".encode())  # noqa: S608
    cursor.executemany(f"insert into settings.{table} ({columns}) values ({places})".encode(), wanted)  # noqa: S608
    return True
