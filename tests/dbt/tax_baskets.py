"""Baskets of every kind and day, and the web shop's orders of them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

from hypothesis import strategies as st

from tests.dbt import shop, tax_oracle
from tests.dbt.conftest import Builder
from tests.dbt.shop import Payload
from tests.dbt.tax_oracle import Basket, Line

PROVINCES = ("AB", "BC", "MB", "NB", "NL", "NS", "NT", "NU", "ON", "PE", "QC", "SK", "YT")
# Days on which something begins or ends, and the day before.
EDGES = (
    "2010-07-01", "2012-01-01", "2013-01-01", "2013-04-01", "2013-07-01", "2016-07-01", "2016-10-01",
    "2017-01-01", "2017-03-23", "2017-04-01", "2018-01-01", "2019-07-01", "2022-01-01", "2024-12-14",
    "2025-02-16", "2025-04-01",
)  # fmt: skip
ALWAYS = (date(2008, 1, 1), date.max)
REGISTERED = {
    (province, tax): ALWAYS
    for province in PROVINCES
    for day in ("2008-01-01", "2012-06-01", "2026-01-01")
    for tax in tax_oracle.rates(province, date.fromisoformat(day))
} | {("BC", "PST"): (date(2022, 1, 1), date.max), ("SK", "PST"): (date(2008, 1, 1), date(2025, 3, 31))}
# class -> SKU and the shop's own tax class; novels are books by their category
GOODS = {
    "standard": ("TEA-1", ""),
    "books": ("BOOK-1", "books"),
    "novels": ("NOVEL-1", ""),
    "clothing": ("SHIRT-1", "childrens-clothing"),
    "groceries": ("FLOUR-1", "zero-rate"),
    "gift card": ("gift-50", ""),
}
CLASSES = {
    "books": "books",
    "category:novels": "books",
    "childrens-clothing": "childrens_clothing",
    "zero-rate": "basic_groceries",
}

lines = st.builds(
    lambda goods, quantity, price, part: Line(goods, quantity, price, quantity * price * part // 10),
    st.sampled_from(sorted(GOODS)),
    st.integers(1, 7),
    st.integers(1, 30_000),
    st.sampled_from((0, 0, 0, 1, 2, 10)),
)
days = st.one_of(
    st.sampled_from(EDGES).map(date.fromisoformat),
    st.sampled_from(EDGES).map(lambda day: date.fromisoformat(day) - timedelta(days=1)),
    st.dates(date(2008, 1, 1), date(2026, 11, 23)),
)
baskets = st.builds(
    Basket,
    days,
    st.sampled_from((*PROVINCES, None)),
    st.lists(lines, min_size=1, max_size=6).map(tuple),
    st.one_of(st.just(0), st.integers(1, 4_000)),
    fee=st.sampled_from((0, 0, 350)),
    tip=st.sampled_from((0, 0, 500)),
    picked_up=st.sampled_from((False, False, False, False, True)),
    exempt=st.sampled_from((False, False, False, False, False, True)),
    inclusive=st.booleans(),
)


def basket_order(number: int, basket: Basket, moment: datetime, omit: bool = False) -> Payload:
    """The web shop's order of the basket. omit: it charged no tax at all."""
    nets, taxes = tax_oracle.charged(basket, REGISTERED)
    taxes = {} if omit else taxes
    kinds = [kind for kind, _ in tax_oracle.parts(basket)]
    items: dict[str, list[Payload]] = {"goods": [], "shipping": [], "fee": [], "tip": []}
    for part, (kind, net) in enumerate(zip(kinds, nets, strict=True)):
        items[kind].append(
            {
                "id": number * 100 + part,
                "total": _text(net),
                "total_tax": _text(sum(shares[part] for shares in taxes.values())),
                "taxes": [
                    {"id": place, "total": _text(shares[part])}
                    for place, (tax, shares) in enumerate(taxes.items(), start=1)
                    if tax_oracle.part_rates(basket, tax)[part]
                ],
            }
        )
    for item, line in zip(items["goods"], basket.lines, strict=True):
        sku, tax_class = GOODS[line.goods]
        item |= {"name": sku, "sku": sku, "tax_class": tax_class, "quantity": line.quantity,
                 "product_id": shop.product_number(sku), "variation_id": 0, "meta_data": [],
                 "subtotal": item["total"]}  # fmt: skip
    ways = ["local_pickup" if basket.picked_up else "flat_rate"] * (basket.picked_up or basket.shipping > 0)
    shipping = [items["shipping"][0] | {"method_id": way} for way in ways]
    fees = [items["fee"][0] | {"name": "Gift wrap"}] if basket.fee else []
    fees += [items["tip"][0] | {"name": "TIP"}] if basket.tip else []
    tax_lines = [
        {
            "id": number * 100 + 70 + place,
            "rate_id": place,
            "rate_code": f"CA-{basket.place}-{tax}-1",
            "label": tax,
            "rate_percent": None,
            "tax_total": _text(sum(shares) - shares[kinds.index("shipping")]),
            "shipping_tax_total": _text(shares[kinds.index("shipping")]),
        }
        for place, (tax, shares) in enumerate(taxes.items(), start=1)
    ]
    tax = sum(sum(shares) for shares in taxes.values())
    address = {"state": basket.province or "NY", "country": "CA" if basket.province else "US"}
    return shop.order(number, lines=(), method="cod", created_at=moment) | {
        "prices_include_tax": basket.inclusive,
        "line_items": items["goods"],
        "shipping_lines": shipping,
        "fee_lines": fees,
        "tax_lines": tax_lines,
        "shipping_total": shipping[0]["total"] if shipping else "0.00",
        "total_tax": _text(tax),
        "total": _text(sum(nets) + tax),
        "billing": address | {"email": "Exempt@shop.example" if basket.exempt else "someone@shop.example"},
        "shipping": address,
    }


def _text(cents: int) -> str:
    return f"{Decimal(cents) / 100:.2f}"


def settle(builder: Builder, registered: tax_oracle.Registrations = REGISTERED) -> None:
    sql = builder.sql
    shop.settle(sql)
    sql.execute("delete from settings.tax_registrations")
    sql.cursor().executemany(
        "insert into settings.tax_registrations values (%s, %s, 'R', %s, %s)",
        [(*key, since, None if until == date.max else until) for key, (since, until) in registered.items()],
    )
    sql.execute("delete from settings.tax_classes")
    sql.cursor().executemany("insert into settings.tax_classes values (%s, %s)", list(CLASSES.items()))
    sql.execute("delete from settings.lists")
    sql.cursor().executemany(
        "insert into settings.lists values (%s, %s)",
        [("gift_card_sku", "gift-50"), ("tip_name", "tip"), ("exempt_customer", "exempt@shop.example")],
    )
    product = shop.product(shop.product_number("NOVEL-1"), "NOVEL-1") | {"categories": [{"slug": "novels"}]}
    shop.land(sql, "woocommerce__products", {str(product["id"]): product})
