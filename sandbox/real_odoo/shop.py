"""What is done inside Odoo, once: the company, its modules, one till, its accounts, two users and their keys.

Fed to `odoo shell`, which provides `env`; the last line printed is RESULT and a JSON object. Every
step looks before it acts, so a second run only makes new keys.
"""

import datetime
import json
from typing import Any

MODULES = ("l10n_ca", "sale_stock", "purchase_stock", "point_of_sale", "stock_delivery")

# Accounts that the chart ca_2023 lacks and the ledger's roles need (counterflow/settings.toml).
ACCOUNTS = (
    ("111510", "Stripe clearing", "asset_current", True),
    ("111520", "Undeposited funds", "asset_current", True),
    ("111530", "Disputes receivable", "asset_current", True),
    ("111540", "Stripe reserve", "asset_current", False),
    ("111550", "Payments in suspense", "asset_current", True),
    ("236100", "Gift cards outstanding", "liability_current", False),
    ("236200", "Deferred revenue", "liability_current", False),
    ("236300", "Tips payable", "liability_current", False),
    ("236400", "Commissions payable", "liability_current", False),
    ("236500", "Carrier payable", "liability_current", False),
    ("236600", "Customs and brokers payable", "liability_current", False),
    ("236700", "Imports payable", "liability_current", False),
    ("411240", "Shipping charged to customers", "income", False),
    ("411250", "Order fees charged to customers", "income", False),
    ("411260", "Discounts given", "income", False),
    ("411270", "Returns", "income", False),
    ("511230", "Cost of goods sold", "expense_direct_cost", False),
    ("512220", "Card processor fees", "expense", False),
    ("512230", "Rounding differences", "expense", False),
    ("512240", "Dispute fees", "expense", False),
    ("512250", "Chargeback losses", "expense", False),
    ("512260", "Commissions", "expense", False),
    ("512270", "Freight out", "expense", False),
    ("512280", "Bank fees", "expense", False),
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
# What only the business's bookkeeper does: currency rates, bank lines, lock dates (which are the company's).
BOOKKEEPER_GROUPS = (
    "base.group_user",
    "account.group_account_manager",
    "account.group_account_user",
    "base.group_erp_manager",
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
    """ACCOUNTS, one till and the US dollar exist."""
    accounts = env["account.account"]
    for code, name, kind, is_reconciled in ACCOUNTS:
        if not accounts.search([("code", "=", code)]):
            accounts.create({"code": code, "name": name, "account_type": kind, "reconcile": is_reconciled})
    env.ref("base.USD").active = True
    if not env["pos.config"].search([]):
        env["pos.config"].load_onboarding_retail_scenario(with_demo_data=False)


def key_of(env: Any, login: str, name: str, groups: tuple[str, ...], ends: datetime.datetime) -> str:
    """A new key, until `ends`, of this user of these groups, who has no password."""
    users = env["res.users"].with_context(no_reset_password=True)
    user = users.search([("login", "=", login)]) or users.create({"name": name, "login": login, "tz": "UTC"})
    user.group_ids = [(6, 0, [env.ref(group).id for group in groups])]
    return str(env["res.users.apikeys"].with_user(user).sudo()._generate(None, login, ends))


def set_up(env: Any) -> None:
    """Everything above, committed; prints the RESULT line."""
    company(env)
    modules(env)
    env.transaction.reset()
    env = env(user=1)
    books(env)
    ends = datetime.datetime.now() + datetime.timedelta(days=KEY_DAYS)
    made = {
        "key": key_of(env, "counterflow", "Counterflow", SYNC_GROUPS + STAFF_GROUPS, ends),
        "bookkeeper_key": key_of(env, "bookkeeper", "Bookkeeper", BOOKKEEPER_GROUPS, ends),
        "expires": f"{ends:%Y-%m-%d}",
    }
    env.cr.commit()
    print("RESULT", json.dumps(made))
