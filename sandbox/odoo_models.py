"""All models of the stand-in."""

from __future__ import annotations

from sandbox.odoo_fields import parse_models
from sandbox.odoo_models_books import BOOKS_ORDERS, BOOKS_TABLES
from sandbox.odoo_models_stock import STOCK_ORDERS, STOCK_TABLES
from sandbox.odoo_models_trade import TRADE_ORDERS, TRADE_TABLES

MODELS = parse_models(TRADE_TABLES | STOCK_TABLES | BOOKS_TABLES, TRADE_ORDERS | STOCK_ORDERS | BOOKS_ORDERS)
