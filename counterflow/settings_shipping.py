"""Settings of what goes to the customer: parcels, promises, documents, mail and the customer's page.

Lengths are whole millimetres, weights whole grams, services those of Canada Post (DOM.EP, USA.XP, ...).
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from counterflow.settings_types import Count, Section, Text

Millimetres = Annotated[int, Field(strict=True, ge=1, le=3000)]
Grams = Annotated[int, Field(strict=True, ge=0, le=30_000)]
Days = Annotated[int, Field(strict=True, ge=0, le=365)]
Service = Annotated[str, StringConstraints(pattern=r"^(DOM|USA|INT)\.[A-Z]{2,3}(\.[A-Z]+)*$")]
Address = Annotated[str, StringConstraints(pattern=r"^[^@\s<>]+@[^@\s<>]+\.[^@\s<>]+$", max_length=254)]


class Shipping(Section):
    """How parcels are rated, bought and handed over."""

    account: Literal["contract", "non_contract"] = Field(
        default="contract", description='the Canada Post account: "contract" or "non_contract"'
    )
    rule: Literal["as_paid", "cheapest_in_time"] = Field(
        default="as_paid",
        description='"as_paid" (the service of [[shipping_services]], else the cheapest in time) or'
        ' "cheapest_in_time"',
    )
    max_days: Annotated[int, Field(strict=True, ge=1, le=60)] = Field(
        default=9, description="working days that a parcel may take, like 9"
    )
    default_weight_g: Grams = Field(default=500, description="weight of a product that states none, in grams")
    default_length_mm: Millimetres = Field(default=150, description="its length in millimetres, like 150")
    default_width_mm: Millimetres = Field(default=100, description="its width in millimetres, like 100")
    default_height_mm: Millimetres = Field(default=80, description="its height in millimetres, like 80")
    rate_sheet: Text | None = Field(
        default=None,
        description="a CSV file of rates beside the settings file, used as an estimate while Canada Post"
        " does not answer",
    )
    customs_hs_code: Text | None = Field(
        default=None, description='the tariff code of goods that state none, like "9503.00"'
    )
    customs_origin_country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")] = Field(
        default="CA", description='where goods that state no origin were made, like "CA"'
    )
    complete_orders: Annotated[bool, Field(strict=True)] = Field(
        default=True, description="true: an order of the shop is completed when all of it is shipped"
    )
    customer_notes: Annotated[bool, Field(strict=True)] = Field(
        default=False, description="true: the shop mails the note with the tracking number to the customer"
    )
    phone: Text | None = Field(
        default=None,
        description='the sender\'s telephone number, which every label bears, like "416-555-0199"',
    )
    return_labels: Annotated[bool, Field(strict=True)] = Field(
        default=False,
        description="true: each parcel within Canada has a label for its return (billed when it is used; with"
        " the JSON API at once)",
    )


class Box(Section):
    """A box on the shelf: its inside, what it weighs empty and what it bears."""

    name: Text = Field(description='what it is called, like "Small"')
    length_mm: Millimetres = Field(description="inner length in millimetres, like 250")
    width_mm: Millimetres = Field(description="inner width in millimetres, like 200")
    height_mm: Millimetres = Field(description="inner height in millimetres, like 100")
    weight_g: Grams = Field(description="its own weight in grams, like 120")
    max_weight_g: Annotated[int, Field(strict=True, ge=1, le=30_000)] = Field(
        default=30_000, description="the most it may weigh when full, in grams (Canada Post: 30000)"
    )


class ShippingService(Section):
    """What the customer chose in the shop, and the service that is."""

    method: Text = Field(description='the title of the shop\'s shipping method, like "Express"')
    service: Service = Field(description='the service of Canada Post, like "DOM.XP"')


class Promises(Section):
    """When what is out of stock is promised, and what happens while the customer does not answer."""

    lead_time_days: Days = Field(
        default=14, description="days until goods that nobody has ordered yet arrive, where no supplier says"
    )
    receiving_days: Days = Field(
        default=1, description="days from a delivery's arrival until its goods leave, like 1"
    )
    answer_days: Days = Field(default=3, description="days that the customer's answer is waited for, like 3")
    default_choice: Literal["ship_now", "wait"] = Field(
        default="ship_now", description='what is done without an answer: "ship_now" or "wait"'
    )
    retell_days: Annotated[int, Field(strict=True, ge=1, le=60)] = Field(
        default=1, description="a promise that slips by so many days is told again, like 1"
    )


class Documents(Section):
    """Invoices, slips and where they are kept."""

    folder: Text = Field(
        default="documents",
        description='a folder beside the settings file, an absolute one, or an address like "s3://bucket/x"',
    )
    invoice_when: Literal["paid", "shipped"] = Field(
        default="paid", description='an invoice is issued when the order is "paid", or when it has "shipped"'
    )
    invoice_prefix: Text = Field(default="INV-", description='stands before the number, like "INV-"')
    credit_note_prefix: Text = Field(default="CN-", description='stands before the number, like "CN-"')
    start: date | None = Field(
        default=None,
        description="the first day whose orders and refunds get documents, like 2026-11-01 (no quotes);"
        " left out: none do",
    )
    pick_list_hour: Annotated[int, Field(strict=True, ge=0, le=23)] = Field(
        default=6,
        description="the hour of the day, in the business's zone, from which the day's pick list is made",
    )
    terms_en: Text = Field(default="Payable on receipt.", description="the terms of payment, in English")
    terms_fr: Text = Field(default="Payable sur réception.", description="the terms of payment, in French")


class Mail(Section):
    """Who writes to the customers, and since when."""

    sender: Address = Field(default="orders@example.ca", description='like "orders@example.ca"')
    sender_name: Text | None = Field(default=None, description="as customers see it; the business's name")
    reply_to: Address | None = Field(default=None, description='where answers go, like "help@example.ca"')
    start: date | None = Field(
        default=None,
        description="nobody is written to about an order placed before this day, like 2026-11-01"
        " (no quotes); left out: nothing is mailed at all",
    )
    max_per_run: Count = Field(default=500, description="more mails than this are held for a person")


class Portal(Section):
    """The customer's page."""

    link_days: Annotated[int, Field(strict=True, ge=1, le=365)] = Field(
        default=90, description="days that a link works, like 90"
    )
    most_per_minute: Annotated[int, Field(strict=True, ge=1)] = Field(
        default=30, description="pages that one visitor may open in a minute, like 30"
    )
