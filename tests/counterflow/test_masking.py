"""What a record may be shown with: figures and keys; never persons, never what opens doors."""

from __future__ import annotations

import json

from counterflow.masking import MASK, masked

SECRETS = ["Zoé", "O'Neil", "zoe@example.com", "1 Maple", "M5V", "4165550100", "10.0.0.1", "wc_order_key",
           "cs_1",
           "GIFT-CODE", "4242", "pay=now"]  # fmt: skip
ORDER = {
    "id": 1001,
    "total": "126.56",
    "order_key": "wc_order_key",
    "payment_url": "https://shop.example/?pay=now",
    "customer_note": "for Zoé",
    "customer_ip_address": "10.0.0.1",
    "billing": {"first_name": "Zoé", "last_name": "O'Neil", "email": "zoe@example.com", "state": "ON",
                "address_1": "1 Maple", "postcode": "M5V", "phone": "4165550100", "country": "CA"},
    "shipping": {"address": {"line1": "1 Maple", "country": "CA"}},
    "line_items": [{"id": 1, "name": "The tea", "sku": "TEA-1", "total": "100.00"}],
    "meta_data": [{"id": 9, "key": "_billing_phone", "value": "4165550100"},
                  {"id": 10, "key": "gift", "value": "yes"}],
    "gift_cards": [{"id": 3, "code": "GIFT-CODE", "amount": "50.00"}],
}  # fmt: skip
CHARGE = {"id": "ch_1", "amount": 12656, "client_secret": "cs_1", "billing_details": {"name": "Zoé O'Neil"},
          "payment_method_details": {"card": {"brand": "visa", "last4": "4242"}}}  # fmt: skip
PARTNER = {"id": 9, "name": "Zoé O'Neil", "display_name": "Zoé", "zip": "M5V", "street": False}


def test_persons_are_masked_and_figures_stay() -> None:
    text = json.dumps([masked(ORDER, "orders"), masked(CHARGE, "charges"), masked(PARTNER, "res_partner")])
    assert not [secret for secret in SECRETS if json.dumps(secret)[1:-1] in text]
    order = masked(ORDER, "orders")
    assert (order["id"], order["total"]) == (1001, "126.56")
    assert order["line_items"] == ORDER["line_items"]
    assert (order["billing"]["state"], order["billing"]["country"]) == ("ON", "CA")
    assert order["meta_data"][1] == {"id": 10, "key": "gift", "value": "yes"}
    assert order["gift_cards"] == [{"id": 3, "code": MASK, "amount": "50.00"}]
    assert masked(CHARGE, "charges")["payment_method_details"]["card"]["brand"] == "visa"
    assert masked(PARTNER, "res_partner") == {
        "id": 9,
        "name": MASK,
        "display_name": MASK,
        "zip": MASK,
        "street": False,
    }


def test_what_opens_doors_is_masked_even_where_persons_are_shown() -> None:
    order = masked(ORDER, "orders", is_open=True)
    assert order["billing"] == ORDER["billing"]
    assert order["order_key"] == order["payment_url"] == order["gift_cards"][0]["code"] == MASK
    assert masked(CHARGE, "charges", is_open=True)["client_secret"] == MASK
