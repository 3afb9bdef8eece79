"""Settings of what flows between the systems, item by item."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, ValidationInfo, field_validator

from counterflow.settings_types import Section, wrong

Direction = Literal["off", "one_way", "both_ways"]

# What can come back as well as go out.
_BOTH_WAYS = ("deliveries", "customer_choice")
# What always comes in, from the systems that are on.
_ALWAYS_READ = ("web_orders",)


class Flows(Section):
    """What is carried from one side to the other; off holds what would be sent."""

    web_orders: Direction = Field(
        description='"one_way": WooCommerce and Stripe to the integrated view. What is not to be read'
        " is taken out of [systems] on"
    )
    stock_levels: Direction = Field(description='"off" or "one_way": Odoo\'s stock to WooCommerce')
    ledger_entries: Direction = Field(description='"off" or "one_way": what happened, to Odoo\'s books')
    card_captures: Direction = Field(
        default="one_way",
        description='"off" or "one_way": authorised cards are captured in Stripe when the goods ship',
    )
    card_refunds: Direction = Field(
        default="off",
        description='"off" or "one_way": refunds entered in the shop are paid back by Counterflow in Stripe',
    )

    shipping_labels: Direction = Field(
        default="off", description='"off" or "one_way": labels are bought from Canada Post'
    )
    documents: Direction = Field(
        default="off", description='"off" or "one_way": slips, invoices and their like are issued and kept'
    )
    customer_mail: Direction = Field(
        default="off", description='"off" or "one_way": customers are written to'
    )
    customer_choice: Direction = Field(
        default="off",
        description='"off" (the default choice holds), "one_way" (the page shows what comes when) or'
        ' "both_ways" (the customer chooses to wait or to take part)',
    )
    tracking: Direction = Field(
        default="off", description='"off" or "one_way": tracking numbers and status to WooCommerce\'s orders'
    )
    deliveries: Direction = Field(
        default="one_way",
        description='"off" (what is picked in Odoo is not heeded), "one_way" (it left) or "both_ways" (our'
        " parcels are picked in Odoo too)",
    )
    backorder_status: Direction = Field(
        default="off", description='"off" or "one_way": what is on order, and until when, to WooCommerce'
    )

    def sends(self, flow: str) -> bool:
        """Whether the flow writes anything: `deliveries` only when it goes both ways."""
        direction: Direction = getattr(self, flow)
        return direction == "both_ways" or (direction == "one_way" and flow != "deliveries")

    @field_validator("*")
    @classmethod
    def _carried(cls, value: Direction, info: ValidationInfo) -> Direction:
        if value == "both_ways" and info.field_name not in _BOTH_WAYS:
            raise wrong('"both_ways" is not carried by this version', 'Set it to "one_way" or "off"')
        if value == "off" and info.field_name in _ALWAYS_READ:
            raise wrong('"off" would leave out what the rest relies on', 'Set it to "one_way"')
        return value
