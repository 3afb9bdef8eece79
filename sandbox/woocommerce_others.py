"""WooCommerce's tax rates and classes, settings and system status."""

from __future__ import annotations

from typing import Any

from sandbox.journal import Journal
from sandbox.story import SHOP_NAME, Story, TaxRate
from sandbox.woocommerce_catalogue import SYSTEM
from sandbox.woocommerce_http import ALL_METHODS, Answer, Call, Refusal, links, only_fields, page_of
from sandbox.woocommerce_money import format_decimal

Record = dict[str, Any]
_CLASSES = {
    "standard": "Standard rate",
    "basic-groceries": "Basic groceries",
    "books": "Books",
    "reduced-rate": "Reduced rate",
    "zero-rate": "Zero rate",
}
_SETTINGS = {
    "general": {
        "woocommerce_store_address": ("100 Queen St W", "text"),
        "woocommerce_store_city": ("Toronto", "text"),
        "woocommerce_default_country": ("CA:ON", "select"),
        "woocommerce_store_postcode": ("M5H 2N2", "text"),
        "woocommerce_calc_taxes": ("yes", "checkbox"),
        "woocommerce_enable_coupons": ("yes", "checkbox"),
        "woocommerce_currency": ("CAD", "select"),
        "woocommerce_price_num_decimals": ("2", "number"),
    },
    "tax": {
        "woocommerce_prices_include_tax": ("no", "radio"),
        "woocommerce_tax_based_on": ("shipping", "select"),
        "woocommerce_shipping_tax_class": ("inherit", "select"),
        "woocommerce_tax_round_at_subtotal": ("no", "checkbox"),
        "woocommerce_tax_total_display": ("itemized", "select"),
    },
    "products": {
        "woocommerce_weight_unit": ("kg", "select"),
        "woocommerce_dimension_unit": ("cm", "select"),
        "woocommerce_manage_stock": ("yes", "checkbox"),
    },
}


class OtherCalls:
    """What a client asks of /taxes, /settings and /system_status."""

    def __init__(self, story: Story, journal: Journal) -> None:
        """The story's rates, then what the journal knows to have changed."""
        self._journal = journal
        self._rates: dict[int, Record] = {rate.rate_id: _rate_record(rate) for rate in story.rates}
        for key, body in journal.load(SYSTEM, "tax"):
            self._rates[int(key)] = body
        self._rates = {key: body for key, body in self._rates.items() if body is not None}

    def list_taxes(self, call: Call) -> Answer:
        """A page of tax rates, by their order in the table."""
        records = [record for record in self._rates.values() if call.text("class") in ("", record["class"])]
        records.sort(key=lambda record: record["id"], reverse=call.text("order", "asc") == "desc")
        offset, size = call.page
        page = (self._shown_rate(call, record) for record in records[offset : offset + size])
        return page_of(call, page, len(records))

    def get_tax(self, call: Call, rate_id: int) -> Answer:
        """One tax rate."""
        return Answer(only_fields(call, self._shown_rate(call, self._rate(rate_id, 404))))

    def create_tax(self, call: Call) -> Answer:
        """A new tax rate; orders of the story keep to their own."""
        rate_id = max(self._rates, default=0) + 1
        record = _rate_record(TaxRate(rate_id, "", "Tax", 0, 1)) | {"country": "", "shipping": True}
        return Answer(self._save_rate(call, record), 201)

    def update_tax(self, call: Call, rate_id: int) -> Answer:
        """The rate after the change."""
        return Answer(self._save_rate(call, self._rate(rate_id, 400)))

    def delete_tax(self, call: Call, rate_id: int) -> Answer:
        """The rate is gone (force=true only)."""
        record = self._rate(rate_id, 400)
        if not call.flag("force"):
            raise Refusal("woocommerce_rest_trash_not_supported", "Taxes do not support trashing.", 501)
        del self._rates[rate_id]
        self._journal.put(SYSTEM, "tax", str(rate_id), None)
        return Answer(self._shown_rate(call, record))

    def _rate(self, rate_id: int, status: int) -> Record:
        if rate_id not in self._rates:
            raise Refusal("woocommerce_rest_invalid_id", "Invalid resource ID.", status)
        return self._rates[rate_id]

    def _save_rate(self, call: Call, record: Record) -> Record:
        for name in (
            "country",
            "state",
            "postcode",
            "city",
            "name",
            "priority",
            "compound",
            "shipping",
            "order",
            "class",
        ):
            if name in call.body:
                record[name] = call.body[name]
        if "rate" in call.body:
            record["rate"] = f"{float(format_decimal(call.body['rate']) or 0):.4f}"
        self._rates[record["id"]] = record
        self._journal.put(SYSTEM, "tax", str(record["id"]), record)
        return self._shown_rate(call, record)

    def _shown_rate(self, call: Call, record: Record) -> Record:
        return record | {"_links": links(call.base, f"/taxes/{record['id']}", "/taxes", ALL_METHODS)}

    def list_tax_classes(self, call: Call) -> Answer:
        """Every tax class, on one page."""
        collection = {"collection": [{"href": f"{call.base}/taxes/classes"}]}
        return Answer([{"slug": slug, "name": name, "_links": collection} for slug, name in _CLASSES.items()])

    def list_settings(self, call: Call, group: str) -> Answer:
        """The settings of one group that an integrator looks at."""
        if group not in _SETTINGS:
            raise Refusal("rest_setting_setting_group_invalid", "Invalid setting group.", 404)
        return Answer([self._setting(call, group, key) for key in _SETTINGS[group]])

    def get_setting(self, call: Call, group: str, key: str) -> Answer:
        """One setting."""
        if key not in _SETTINGS.get(group, {}):
            raise Refusal("rest_setting_setting_invalid", "Invalid setting.", 404)
        return Answer(only_fields(call, self._setting(call, group, key)))

    def _setting(self, call: Call, group: str, key: str) -> Record:
        value, kind = _SETTINGS[group][key]
        label = key.removeprefix("woocommerce_").replace("_", " ").capitalize()
        return {
            "id": key,
            "label": label,
            "description": "",
            "type": kind,
            "default": "",
            "tip": "",
            "value": value,
            "_links": links(call.base, f"/settings/{group}/{key}", f"/settings/{group}", ALL_METHODS[:4]),
        }

    def system_status(self, call: Call) -> Answer:
        """What the server says about itself, as far as an integrator looks."""
        site = call.base.removesuffix("/wp-json/wc/v3")
        environment = {"home_url": site, "site_url": site, "version": "11.0.1", "wp_version": "7.1"}
        settings = {"api_enabled": True, "force_ssl": False, "currency": "CAD", "currency_symbol": "&#36;"}
        settings |= {"thousand_separator": ",", "decimal_separator": ".", "number_of_decimals": 2}
        theme = {"name": SHOP_NAME, "version": "1.0"}
        return Answer(
            only_fields(
                call,
                {
                    "environment": environment | {"default_timezone": "UTC", "wp_multisite": False},
                    "database": {"wc_database_version": "11.0.1", "database_prefix": "wp_"},
                    "active_plugins": [],
                    "theme": theme,
                    "settings": settings,
                    "security": {"secure_connection": site.startswith("https"), "hide_errors": True},
                    "pages": [],
                },
            )
        )


def _rate_record(rate: TaxRate) -> Record:
    return {
        "id": rate.rate_id,
        "country": "CA",
        "state": rate.province,
        "postcode": "",
        "city": "",
        "rate": f"{rate.rate_milli / 1000:.4f}",
        "name": rate.name,
        "priority": rate.priority,
        "compound": False,
        "shipping": True,
        "order": 0,
        "class": rate.tax_class or "standard",
        "postcodes": [],
        "cities": [],
    }
