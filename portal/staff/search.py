"""An order found by its number, a name, a mail address, a postal code, a telephone or a tracking number."""

from __future__ import annotations

from connections.warehouse import DictRow, Warehouse, rows

MOST = 50
SHORTEST = 2
KINDS = {
    "number": "number",
    "name": "name",
    "mail": "e-mail",
    "postal_code": "postal code",
    "phone": "telephone",
    "tracking_number": "tracking number",
}


def find(warehouse: Warehouse, words: str) -> list[DictRow]:
    """Orders of which something begins with the words, whatever their case, accents, blanks and punctuation.

    Whole matches first, numbers before others, then the newest; one more than MOST where there are more.
    """
    term = _term(warehouse, words)
    if len(term) < SHORTEST:
        return []
    return rows(
        warehouse,
        """
        with hits as (
            select order_id, min(kind) filter (where term = %s) as exact_kind, min(kind) as kind
            from marts.order_search where term like %s
            group by order_id
        )
        select
            orders.order_id, orders.order_number, orders.channel, orders.status, orders.customer_name,
            orders.total_amount, orders.currency, orders.created_at,
            coalesce(hits.exact_kind, hits.kind) as kind
        from hits inner join marts.orders as orders on hits.order_id = orders.order_id
        order by
            hits.exact_kind is null, hits.exact_kind is distinct from 'number', orders.created_at desc,
            orders.order_id
        limit %s
        """,
        [term, term + "%", MOST + 1],
    )


def _term(warehouse: Warehouse, words: str) -> str:
    """The words as mart order_search has them: dbt's macro search_term says the same."""
    found = rows(
        warehouse,
        r"""
        select regexp_replace(
            lower(normalize(%s, NFKD)), '[\u0300-\u036f[:space:][:punct:]\u2010-\u201f]', '', 'g'
        ) as term
        """,
        [words],
    )
    return str(found[0]["term"])
