"""Settings of the books: how events are posted, commissions, and what is named how in the shop."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from counterflow.settings_types import Fraction, Province, Section, Tax, Text, wrong


class Ledger(Section):
    """How events become entries, and what Odoo posts by itself."""

    mode: Literal["per_order", "daily"] = Field(
        default="per_order",
        description='"per_order", or "daily" (one entry per day, channel and province)',
    )
    counter_sales: Literal["odoo", "counterflow"] = Field(
        default="odoo", description='who books counter sales: "odoo" (the till\'s closing) or "counterflow"'
    )
    cost_of_goods: Literal["odoo", "counterflow"] = Field(
        default="odoo", description='who books cost of goods: "odoo" or "counterflow"'
    )
    bank_lines: Literal["odoo", "file"] = Field(
        default="odoo", description='where the bank\'s lines come from: "odoo" (its bank journal) or "file"'
    )
    lapse_days: Annotated[int, Field(strict=True, ge=1, le=31)] = Field(
        default=7, description="days after which a card's authorisation lapses, like 7"
    )


class Commission(Section):
    """What is owed to a marketplace or an agent on the orders that its coupon or source marks."""

    payee: Text = Field(description="who is owed it")
    coupon: Text | None = Field(default=None, description="the coupon code that marks the orders")
    source: Text | None = Field(default=None, description="the order's source (utm source) that marks them")
    rate: Fraction = Field(description="a fraction, like 0.10 for 10 %")
    base: Literal["goods", "total"] = Field(
        default="goods", description='"goods" (after discount) or "total"'
    )
    tax: Tax | None = Field(default=None, description="the recoverable tax that the payee charges, like HST")
    tax_province: Province | None = Field(default=None, description="the province of that tax")
    tax_rate: Fraction | None = Field(default=None, description="its rate as a fraction, like 0.13")
    valid_from: date | None = Field(
        default=None, alias="from", description="the first day of its sales, like 2026-01-01, or leave it out"
    )
    valid_to: date | None = Field(
        default=None, alias="to", description="the last day of its sales, or leave it out"
    )

    @model_validator(mode="after")
    def _marked_and_taxed(self) -> Self:
        if (self.coupon is None) == (self.source is None):
            raise wrong("it must be marked by a coupon or by a source", "Give one of them, not both")
        if len({self.tax is None, self.tax_province is None, self.tax_rate is None}) == 2:
            raise wrong("tax, tax_province and tax_rate belong together", "Give all three, or none")
        return self


class Lists(Section):
    """What things are called in the shop, at the bank and among its customers."""

    gift_card_skus: list[Text] = Field(default=[], description='SKUs of gift cards, like ["GIFT-50"]')
    tip_names: list[Text] = Field(default=[], description='names of fee lines that are tips, like ["Tip"]')
    bank_fee_words: list[Text] = Field(
        default=[], description='words in a bank line that make it a fee, like ["SERVICE CHARGE"]'
    )
    exempt_customers: list[Text] = Field(
        default=[], description="e-mail addresses or WooCommerce customer ids of customers who pay no tax"
    )

    def rows(self) -> list[tuple[str, str]]:
        """(list, value): the list by its name in the singular; text in lower case."""
        names = {
            "gift_card_sku": self.gift_card_skus,
            "tip_name": self.tip_names,
            "bank_fee_word": self.bank_fee_words,
            "exempt_customer": self.exempt_customers,
        }
        return [
            (name, value) for name, values in names.items() for value in sorted({v.lower() for v in values})
        ]


TaxClasses = dict[Text, Text]


class Files(Section):
    """Where statements are put that no system gives."""

    folder: Text = Field(
        default="inbox", description='a folder, like "inbox" (beside the settings file) or "/srv/statements"'
    )
