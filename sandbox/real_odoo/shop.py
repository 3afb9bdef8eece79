"""What is done inside Odoo, once: the company, its modules, one till, its accounts, one user and its key.

Fed to `odoo shell`, which provides `env`; the last line printed is RESULT and a JSON object. Every
step looks before it acts, so a second run only makes a new key.
"""

import datetime
import json
from typing import Any

MODULES = ("l10n_ca", "sale_stock", "purchase_stock", "point_of_sale")

# Accounts that the chart ca_2023 lacks and the ledger's roles need (counterflow/settings.toml).
ACCOUNTS = (
    ("111510", "Stripe clearing", "asset_current", True),
    ("111520", "Undeposited funds", "asset_current", True),
    ("411240", "Shipping charged to customers", "income", False),
    ("411250", "Order fees charged to customers", "income", False),
    ("512220", "Card processor fees", "expense", False),
    ("512230", "Rounding differences", "expense", False),
)

# Enough to read every resource of the sync and to post entries, and nothing of it can be left out.
SYNC_GROUPS = (
    "base.group_user",
    "account.group_account_invoice",  # the books: read, load, post
    "point_of_sale.group_pos_user",  # the tills' sales
    "stock.group_stock_user",  # reordering rules
)
# What the story's staff and the contract tests do besides: sell, buy, count, add goods and people.
STAFF_GROUPS = (
    "sales_team.group_sale_salesman_all_leads",
    "stock.group_stock_manager",
    "purchase.group_purchase_user",
    "product.group_product_manager",
    "base.group_partner_manager",
)
KEY_DAYS = 89  # an ordinary user's own key may live 90


def company(env: Any) -> None:
    """The company is a shop in Toronto. Before the chart: the province decides the default taxes."""
    ontario = env["res.country.state"].search([("country_id.code", "=", "CA"), ("code", "=", "ON")])
    env.company.write(
        {
            "name": "Maple Lane Goods Ltd",
            "street": "12 Maple Lane",
            "city": "Toronto",
            "zip": "M5V 2T6",
            "country_id": ontario.country_id.id,
            "state_id": ontario.id,
            "currency_id": env.ref("base.CAD").id,
        }
    )


def modules(env: Any) -> None:
    """MODULES are installed, in one go."""
    missing = env["ir.module.module"].search([("name", "in", MODULES), ("state", "!=", "installed")])
    if missing:
        missing.button_immediate_install()


def books(env: Any) -> None:
    """ACCOUNTS and one till exist."""
    accounts = env["account.account"]
    for code, name, kind, is_reconciled in ACCOUNTS:
        if not accounts.search([("code", "=", code)]):
            accounts.create({"code": code, "name": name, "account_type": kind, "reconcile": is_reconciled})
    if not env["pos.config"].search([]):
        env["pos.config"].load_onboarding_retail_scenario(with_demo_data=False)


def integration_key(env: Any) -> tuple[str, datetime.datetime]:
    """A new key of the integration user, who has no password, and when it ends."""
    users = env["res.users"].with_context(no_reset_password=True)
    user = users.search([("login", "=", "counterflow")]) or users.create(
        {"name": "Counterflow", "login": "counterflow", "tz": "UTC"}
    )
    user.group_ids = [(6, 0, [env.ref(group).id for group in SYNC_GROUPS + STAFF_GROUPS])]
    ends = datetime.datetime.now() + datetime.timedelta(days=KEY_DAYS)
    return env["res.users.apikeys"].with_user(user).sudo()._generate(None, "counterflow", ends), ends


def set_up(env: Any) -> None:
    """Everything above, committed; prints the RESULT line."""
    company(env)
    modules(env)
    env.transaction.reset()
    env = env(user=1)
    books(env)
    key, ends = integration_key(env)
    env.cr.commit()
    print("RESULT", json.dumps({"key": key, "expires": f"{ends:%Y-%m-%d}"}))
