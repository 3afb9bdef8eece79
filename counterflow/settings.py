"""The business's settings: one file (settings.toml), read whole, every mistake reported at once.

The file is named by COUNTERFLOW_SETTINGS, else it is settings.toml at the top of the repository.
Money is Decimal in the business's currency; dates are days in the business's own time zone. What each
setting means is in its description, which is also the remedy shown when it is wrong.
"""

from __future__ import annotations

import difflib
import os
import tomllib
from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from zoneinfo import available_timezones

from pydantic import Field, StringConstraints, ValidationError, field_validator, model_validator

from connections.errors import Misconfigured
from connections.warehouse import Cursor
from counterflow.settings_flows import Flows
from counterflow.settings_ledger import Commission, Files, Ledger, Lists, TaxClasses
from counterflow.settings_problems import Problem, problem_of
from counterflow.settings_shipping import (
    Box,
    Documents,
    Mail,
    Portal,
    Promises,
    Shipping,
    ShippingService,
)
from counterflow.settings_tables import replace_if_different
from counterflow.settings_types import Amount, Count, Province, Section, Tax, Text, wrong

DEFAULT_PATH = Path(__file__).resolve().parent.parent / "settings.toml"

System = Literal["woocommerce", "odoo", "stripe", "canadapost", "documents", "mail", "portal", "files"]

# Which provinces charge which tax (Excise Tax Act; the acts of QC, BC, SK and MB): elsewhere it is a slip.
_CHARGED_IN: dict[str, frozenset[str]] = {
    "HST": frozenset({"NB", "NL", "NS", "ON", "PE"}),
    "GST": frozenset({"AB", "BC", "MB", "NT", "NU", "QC", "SK", "YT"}),
    "QST": frozenset({"QC"}),
    "PST": frozenset({"BC", "SK"}),
    "RST": frozenset({"MB"}),
}


class Business(Section):
    """Who trades, where, and in which currency and time zone."""

    name: Text = Field(description='the name customers know, like "Maple Lane Goods"')
    legal_name: Text = Field(description='the registered name, like "Maple Lane Goods Ltd"')
    street: Text = Field(description='street and number, like "214 Queen Street West"')
    city: Text = Field(description='the city, like "Toronto"')
    province: Province = Field(description='the two letters of the province or territory, like "ON"')
    postal_code: Annotated[str, StringConstraints(pattern=r"^[A-Z]\d[A-Z] ?\d[A-Z]\d$")] = Field(
        description='the postal code in capitals, like "M5V 1Z6"'
    )
    country: Literal["CA"] = Field(description='"CA": the taxes and accounts modelled are Canada\'s')
    time_zone: str = Field(description='an IANA time zone, like "America/Toronto" or "America/St_Johns"')
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")] = Field(
        description='the ISO 4217 code of the books\' currency, like "CAD"'
    )
    gst_hst_number: Annotated[str, StringConstraints(pattern=r"^\d{9} ?RT ?\d{4}$")] | None = Field(
        default=None, description='nine digits, RT and four digits, like "123456789 RT0001", or leave it out'
    )
    qst_number: Annotated[str, StringConstraints(pattern=r"^\d{10} ?TQ ?\d{4}$")] | None = Field(
        default=None, description='ten digits, TQ and four digits, like "1234567890 TQ0001", or leave it out'
    )

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        if value not in available_timezones():
            near = difflib.get_close_matches(value, available_timezones(), n=1)
            raise wrong(f'"{value}" is no time zone', f'Did you mean "{near[0]}"' if near else "")
        return value


class TaxRegistration(Section):
    """One registration: from `registered_from` to `registered_to` inclusive (None: still registered)."""

    tax: Tax = Field(description="one of GST, HST, QST, PST, RST")
    provinces: Annotated[list[Province], Field(min_length=1)] = Field(
        description='the provinces it is charged in, like ["ON", "NS"]'
    )
    number: Text = Field(description="the registration's number")
    registered_from: date = Field(alias="from", description="the first day, like 2019-01-01 (no quotes)")
    registered_to: date | None = Field(default=None, alias="to", description="the last day, or leave it out")

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.registered_to and self.registered_to < self.registered_from:
            raise wrong("its last day is before its first", "Swap `from` and `to`, or mend one of them")
        strangers = [province for province in self.provinces if province not in _CHARGED_IN[self.tax]]
        if strangers:
            allowed = ", ".join(sorted(_CHARGED_IN[self.tax]))
            raise wrong(f"{self.tax} is not charged in {', '.join(strangers)}", f"It is charged in {allowed}")
        return self


class Guards(Section):
    """The most that one run may send to one system; what goes beyond is held for a person."""

    max_rows_per_run: Count = Field(description="a whole number of rows, like 5000")
    max_money_per_run: Amount = Field(description="an amount in the books' currency, like 500000.00")
    max_skus_to_zero_per_run: Count = Field(description="a whole number of products, like 25")
    max_input_age_hours: Annotated[int, Field(strict=True, gt=0)] = Field(description="whole hours, like 6")


class Money(Section):
    """How far cents may differ before an order goes to quarantine."""

    rounding_cap: Amount = Field(description="an amount in the books' currency, like 0.05")


class Books(Section):
    """Since when Counterflow posts."""

    start: date = Field(description="the first day whose sales are posted, like 2026-01-01 (no quotes)")


class Stock(Section):
    """What is offered on the web."""

    safety_stock: Count = Field(description="a whole number of units kept back of each product, like 0")
    locations: Annotated[dict[Text, Annotated[bool, Field(strict=True)]], Field(min_length=1)] = Field(
        description='Odoo locations by full name, like "WH/Stock" = true (true: sold from the web)'
    )

    @field_validator("locations")
    @classmethod
    def _something_sold(cls, value: dict[str, bool]) -> dict[str, bool]:
        if not any(value.values()):
            raise wrong("no location is sold from the web", "Set at least one of them to true")
        return value


class Systems(Section):
    """The systems that are read and written."""

    on: Annotated[list[System], Field(min_length=1)] = Field(
        description='like ["woocommerce", "odoo", "stripe", "files"]'
    )


class Settings(Section):
    """All of settings.toml."""

    business: Business = Field(description="a section [business]")
    tax_registrations: list[TaxRegistration] = Field(default=[], description="sections [[tax_registrations]]")
    accounts: dict[Text, Text] = Field(
        description='a section [accounts] of role = code, like "sales" = "411000"'
    )
    flows: Flows = Field(description="a section [flows]")
    guards: Guards = Field(description="a section [guards]")
    money: Money = Field(description="a section [money]")
    books: Books = Field(description="a section [books]")
    ledger: Ledger = Field(default=Ledger(), description="a section [ledger]")
    commissions: list[Commission] = Field(default=[], description="sections [[commissions]]")
    lists: Lists = Field(default=Lists(), description="a section [lists]")
    tax_classes: TaxClasses = Field(default={}, description="a section [tax_classes]")
    files: Files = Field(default=Files(), description="a section [files]")
    stock: Stock = Field(description="a section [stock]")
    shipping: Shipping = Field(default=Shipping(), description="a section [shipping]")
    boxes: list[Box] = Field(default=[], description="sections [[boxes]]")
    shipping_services: list[ShippingService] = Field(default=[], description="sections [[shipping_services]]")
    promises: Promises = Field(default=Promises(), description="a section [promises]")
    documents: Documents = Field(default=Documents(), description="a section [documents]")
    mail: Mail = Field(default=Mail(), description="a section [mail]")
    portal: Portal = Field(default=Portal(), description="a section [portal]")
    systems: Systems = Field(description="a section [systems]")

    @field_validator("boxes", "shipping_services")
    @classmethod
    def _named_once(cls, value: list[Any]) -> list[Any]:
        names = [getattr(each, "name", None) or each.method.lower() for each in value]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise wrong(f"named twice: {', '.join(twice)}", "Give each a name of its own, or remove one")
        return value

    @field_validator("tax_registrations")
    @classmethod
    def _one_at_a_time(cls, value: list[TaxRegistration]) -> list[TaxRegistration]:
        periods = sorted(
            (province, registration.tax, registration.registered_from, registration.registered_to or date.max)
            for registration in value
            for province in registration.provinces
        )
        twice = [
            f"{earlier[1]} in {earlier[0]} from {later[2]}"
            for earlier, later in pairwise(periods)
            if earlier[:2] == later[:2] and later[2] <= earlier[3]
        ]
        if twice:
            raise wrong(f"registered twice: {', '.join(twice)}", "End the earlier one, or remove one of them")
        return value

    def account(self, role: str) -> str | None:
        """The role's account code in Odoo; tax.<TAX>.<PROVINCE> falls back to tax.<TAX>. None: not set."""
        if role in self.accounts:
            return self.accounts[role]
        return self.accounts.get(role.rpartition(".")[0]) if role.count(".") == 2 else None

    def store(self, cursor: Cursor) -> bool:
        """The tables settings.* say what the file says, in the caller's transaction. True: they changed."""
        rows: dict[str, list[tuple[Any, ...]]] = {
            "business": [
                (
                    *self.business.model_dump().values(),
                    self.money.rounding_cap,
                    self.stock.safety_stock,
                    self.books.start,
                )
            ],
            "accounts": list(self.accounts.items()),
            "tax_registrations": [
                (province, r.tax, r.number, r.registered_from, r.registered_to)
                for r in self.tax_registrations
                for province in r.provinces
            ],
            "flows": list(self.flows.model_dump().items()),
            "ledger": [tuple(self.ledger.model_dump().values())],
            "commissions": [tuple(rule.model_dump().values()) for rule in self.commissions],
            "lists": self.lists.rows(),
            "tax_classes": list(self.tax_classes.items()),
            "stock_locations": list(self.stock.locations.items()),
            "shipping": [tuple(self.shipping.model_dump().values())],
            "boxes": [tuple(box.model_dump().values()) for box in self.boxes],
            "shipping_services": [(each.method.lower(), each.service) for each in self.shipping_services],
            "promises": [tuple(self.promises.model_dump().values())],
            "documents": [tuple(self.documents.model_dump().values())],
            "mail": [tuple(self.mail.model_dump().values())],
            "portal": [tuple(self.portal.model_dump().values())],
        }
        return any([replace_if_different(cursor, table, wanted) for table, wanted in rows.items()])


def path_of_settings() -> Path:
    """COUNTERFLOW_SETTINGS, else settings.toml at the top of the repository."""
    return Path(os.environ.get("COUNTERFLOW_SETTINGS") or DEFAULT_PATH)


def place_of_documents(chosen: Settings) -> str:
    """Where documents are kept: an address as it stands, a folder beside the settings unless absolute."""
    folder = chosen.documents.folder
    return folder if "://" in folder else str(path_of_settings().parent / folder)


def read(path: Path | None = None) -> tuple[Settings | None, list[Problem]]:
    """The settings, or None and everything that is wrong with them."""
    path = path or path_of_settings()
    try:
        with path.open("rb") as file:
            values = tomllib.load(file, parse_float=Decimal)
    except OSError as error:
        remedy = "Copy settings.toml there, or point COUNTERFLOW_SETTINGS at the right file"
        return None, [Problem(str(path), f"cannot be read ({error.strerror})", remedy)]
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        return None, [
            Problem(str(path), f"is not TOML: {error}", "Mend that line; text stands in double quotes")
        ]
    try:
        return Settings.model_validate(values), []
    except ValidationError as error:
        return None, [problem_of(Settings, detail) for detail in error.errors(include_url=False)]


def load(path: Path | None = None) -> Settings:
    """The settings. Misconfigured: the one error lists every problem, each with its remedy."""
    settings, problems = read(path)
    if settings is None:
        lines = "\n".join(f"  - {problem}" for problem in problems)
        count = "one thing is" if len(problems) == 1 else f"{len(problems)} things are"
        raise Misconfigured(
            f"{count} wrong with the settings:\n{lines}", where=str(path or path_of_settings())
        )
    return settings
