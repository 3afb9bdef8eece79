"""WooCommerce's customers: those with an account. Guests have none, and modified_after is not looked at."""

from __future__ import annotations

import hashlib
from typing import Any

from sandbox.clock import Clock
from sandbox.journal import Journal
from sandbox.story import Customer, Story
from sandbox.woocommerce_catalogue import SYSTEM, Catalogue
from sandbox.woocommerce_http import ALL_METHODS, Answer, Call, Refusal, links, only_fields, page_of
from sandbox.woocommerce_money import gmt, local

Record = dict[str, Any]


class CustomerCalls:
    """What a client asks of /customers."""

    def __init__(self, story: Story, catalogue: Catalogue, clock: Clock, journal: Journal) -> None:
        """The story's accounts, then what the journal knows to have changed."""
        self._story = story
        self._catalogue = catalogue
        self._clock = clock
        self._journal = journal
        self._joined = story.book.start - 24 * 3600
        self._accounts = story.customers
        self._customers: dict[int, Record | None] = {int(k): b for k, b in journal.load(SYSTEM, "customer")}

    def _customer(self, customer_id: int) -> Record | None:
        if customer_id in self._customers:
            return self._customers[customer_id]
        index = customer_id - 2
        if index < 0 or index >= self._story.book.people:
            return None
        buyer = self._story.customer(index)
        return _customer_record(buyer, self._joined) if buyer.customer_id == customer_id else None

    def _customer_ids(self) -> list[int]:
        own = [index + 2 for index in self._accounts if self._customers.get(index + 2, 1) is not None]
        known = set(own)
        return own + [key for key, body in self._customers.items() if body is not None and key not in known]

    def list_customers(self, call: Call) -> Answer:
        """A page of accounts; guests have none, and modified_after is not looked at."""
        ids = self._customer_ids()
        if include := call.ids("include"):
            ids = [key for key in ids if key in include]
        email, text = call.text("email").lower(), call.text("search").lower()
        if email or text:
            ids = [key for key in ids if self._answers_to(key, email, text)]
        key = call.choice("orderby", "name", ("id", "include", "name", "registered_date"))
        descending = call.choice("order", "asc", ("asc", "desc")) == "desc"
        if key == "name":
            ids.sort(key=lambda key: str((self._customer(key) or {})["username"]), reverse=descending)
        else:
            ids.sort(reverse=descending)
        offset, size = call.page
        records = (record for key in ids[offset : offset + size] if (record := self._customer(key)))
        return page_of(call, (self._shown(call, record) for record in records), len(ids))

    def _answers_to(self, customer_id: int, email: str, text: str) -> bool:
        record = self._customer(customer_id) or {}
        return (
            record["email"].lower() == email
            if email
            else text in f"{record['email']} {record['username']}".lower()
        )

    def get_customer(self, call: Call, customer_id: int) -> Answer:
        """One account."""
        return Answer(only_fields(call, self._shown(call, self._found(customer_id, 404))))

    def create_customer(self, call: Call) -> Answer:
        """A new account; an address that has one already is refused."""
        email = str(call.body.get("email") or "")
        if not email:
            raise Refusal("rest_missing_callback_param", "Missing parameter(s): email", 400, params=["email"])
        if any((self._customer(key) or {})["email"] == email for key in self._customer_ids()):
            message = "An account is already registered with your email address. Please log in."
            raise Refusal("registration-error-email-exists", message, 400)
        buyer = self._story.customer(0)
        record = _customer_record(buyer, self._clock.timestamp())
        blank = {key: "" for key in record["billing"]}
        record |= {"id": self._catalogue.new_id(), "email": email, "first_name": "", "last_name": ""}
        record |= {
            "billing": blank,
            "shipping": {k: "" for k in record["shipping"]},
            "is_paying_customer": False,
        }
        record["username"] = str(call.body.get("username") or email.partition("@")[0])
        return Answer(self._save(call, record), 201)

    def update_customer(self, call: Call, customer_id: int) -> Answer:
        """The account after the change."""
        return Answer(self._save(call, dict(self._found(customer_id, 400))))

    def delete_customer(self, call: Call, customer_id: int) -> Answer:
        """The account is gone (force=true only)."""
        record = self._found(customer_id, 400)
        if not call.flag("force"):
            raise Refusal("woocommerce_rest_trash_not_supported", "Customers do not support trashing.", 501)
        self._customers[customer_id] = None
        self._journal.put(SYSTEM, "customer", str(customer_id), None)
        return Answer(self._shown(call, record))

    def _found(self, customer_id: int, status: int) -> Record:
        record = self._customer(customer_id)
        if record is None:
            raise Refusal("woocommerce_rest_invalid_id", "Invalid resource ID.", status)
        return record

    def _save(self, call: Call, record: Record) -> Record:
        for name in ("first_name", "last_name", "email", "username"):
            if name in call.body:
                record[name] = str(call.body[name])
        for name in ("billing", "shipping"):
            given = call.body.get(name) or {}
            record[name] = record[name] | {
                key: str(value) for key, value in given.items() if key in record[name]
            }
        now = self._clock.timestamp()
        record["date_modified"], record["date_modified_gmt"] = local(now), gmt(now)
        self._customers[record["id"]] = record
        self._journal.put(SYSTEM, "customer", str(record["id"]), record)
        return self._shown(call, record)

    def _shown(self, call: Call, record: Record) -> Record:
        return record | {"_links": links(call.base, f"/customers/{record['id']}", "/customers", ALL_METHODS)}


def _customer_record(buyer: Customer, joined: int) -> Record:
    address = {
        "first_name": buyer.first_name,
        "last_name": buyer.last_name,
        "company": buyer.company,
        "address_1": buyer.street,
        "address_2": buyer.street_2,
        "city": buyer.city,
        "postcode": buyer.postcode,
        "country": "CA",
        "state": buyer.province,
    }
    face = hashlib.sha256(buyer.email.encode()).hexdigest()
    return {
        "id": buyer.customer_id,
        "date_created": local(joined),
        "date_created_gmt": gmt(joined),
        "date_modified": local(joined),
        "date_modified_gmt": gmt(joined),
        "email": buyer.email,
        "first_name": buyer.first_name,
        "last_name": buyer.last_name,
        "role": "customer",
        "username": buyer.email.partition("@")[0],
        "billing": address | {"email": buyer.email, "phone": buyer.phone},
        "shipping": address | {"phone": buyer.phone},
        "is_paying_customer": True,
        "avatar_url": f"https://secure.gravatar.com/avatar/{face}?s=96&d=mm&r=g",
        "meta_data": [],
    }
