"""The books' furniture, as a real Odoo 19 has it with the Canadian chart ca_2023: accounts, journals, taxes.

Of the chart's 355 accounts those that a shop's entries touch; those at the end, from 111510 on,
are the ones that sandbox/real_odoo/shop.py adds there.
"""

from __future__ import annotations

# code, kind, may be reconciled, name
ACCOUNTS = """
111100 asset_cash - Cash in Canadian Currency
111101 asset_current r Liquidity Transfer
111200 asset_cash - Demand Deposits / Notice Deposits in Deposit Accepting Institutions
111211 asset_cash - Cash Maple Lane Goods Ltd
111311 asset_cash - Bank
111312 asset_current - Bank Suspense Account
111313 asset_current r Outstanding Receipts
111314 asset_current r Outstanding Payments
112110 asset_receivable r Trade Accounts Receivable
112113 asset_receivable r Customers Account (PoS)
118100 asset_current - GST receivable
118200 asset_current - PST/QST receivable
118300 asset_current - HST receivable - 13%
118400 asset_current - HST receivable - 14%
118500 asset_current - HST receivable - 15%
121120 asset_current - Goods for Sale Inventory
121130 asset_current r Stock Received But Not Billed
221110 liability_payable r Accounts Payable - Retail and Wholesale Trade Accounts
231000 liability_current - GST to pay
232000 liability_current - PST/QST to pay
233000 liability_current - HST to pay - 13%
234000 liability_current - HST to pay - 14%
235000 liability_current - HST to pay - 15%
313000 equity - Owners' Equity (Owners' Investment - No Share Capital Entities)
411100 income - Sales of Goods
411110 income - Sales of Goods Purchased for Resale
411200 income - Sales of Services
511210 expense_direct_cost - Purchases
512200 expense - Expenses Other than Labour
512210 expense - All Other Operating Expenses
612100 income_other - Gains on the Translation of Foreign Currency
612200 expense - Losses on the Translation of Foreign Currency
111510 asset_current r Stripe clearing
111520 asset_current r Undeposited funds
111530 asset_current r Disputes receivable
111540 asset_current - Stripe reserve
111550 asset_current r Payments in suspense
236100 liability_current - Gift cards outstanding
236200 liability_current - Deferred revenue
236300 liability_current - Tips payable
236400 liability_current - Commissions payable
236500 liability_current - Carrier payable
236600 liability_current - Customs and brokers payable
236700 liability_current - Imports payable
411240 income - Shipping charged to customers
411250 income - Order fees charged to customers
411260 income - Discounts given
411270 income - Returns
511230 expense_direct_cost - Cost of goods sold
512220 expense - Card processor fees
512230 expense - Rounding differences
512240 expense - Dispute fees
512250 expense - Chargeback losses
512260 expense - Commissions
512270 expense - Freight out
512280 expense - Bank fees
"""

# code, kind, sequence, default account, name
JOURNALS = """
INV sale 5 411100 Sales
BILL purchase 6 511210 Purchases
MISC general 9 - Miscellaneous Operations
EXCH general 10 - Exchange Difference
CABA general 10 - Cash Basis Taxes
BNK1 bank 7 111311 Bank
STJ general 10 - Inventory Valuation
POSS general 10 - Point of Sale
CSH1 cash 10 111211 Cash Maple Lane Goods Ltd
"""

# rate, sequence, group, account when sold, account when bought, name
TAXES = """
5.0 10 GST 231000 118100 5% GST
0.0 10 GST 231000 118100 0% GST
6.0 20 PST_6% 232000 118200 6% PST SK
7.0 20 PST_7% 232000 118200 7% PST BC
7.0 20 PST_7% 232000 118200 7% PST MB
9.975 20 QST 232000 118200 9.975% QST
13.0 20 HST_13% 233000 118300 13% HST
14.0 20 HST_14% 234000 118400 14% HST
15.0 20 HST_15% 235000 118500 15% HST
0.0 10 Taxes - - 0% Int
0.0 10 Taxes - - 0% Exempt
"""

# a group's name and its members; its own amount is 100.0 and means nothing
TAX_GROUPS = {
    "11% GST+PST SK": ("5% GST", "6% PST SK"),
    "12% GST+PST BC": ("5% GST", "7% PST BC"),
    "12% GST+PST MB": ("5% GST", "7% PST MB"),
    "14.975% GST+QST": ("5% GST", "9.975% QST"),
}

PROVINCES = {
    "AB": "Alberta",
    "BC": "British Columbia",
    "MB": "Manitoba",
    "NB": "New Brunswick",
    "NL": "Newfoundland and Labrador",
    "NT": "Northwest Territories",
    "NS": "Nova Scotia",
    "NU": "Nunavut",
    "ON": "Ontario",
    "PE": "Prince Edward Island",
    "QC": "Quebec",
    "SK": "Saskatchewan",
    "YT": "Yukon",
}
