"""Which systems there are: how each is read, and what is written to it. Adding one is a line here."""

from __future__ import annotations

from pathlib import Path

from connections.errors import Misconfigured
from extractors.base import Extractor
from extractors.files import Files
from extractors.odoo import Odoo
from extractors.stripe import Stripe
from extractors.woocommerce import WooCommerce
from loaders.base import Loader
from loaders.odoo import LedgerEntries
from loaders.stripe import Cancellations, Captures, Refunds
from loaders.woocommerce import StockLevels


def _inbox() -> Path:
    """The folder that the settings name, beside them unless it is an absolute path."""
    from counterflow import settings  # takes a while: only those who read it pay for it

    return settings.path_of_settings().parent / settings.load().files.folder


EXTRACTORS: tuple[Extractor, ...] = (WooCommerce(), Odoo(), Stripe(), Files(_inbox))
LOADERS: tuple[Loader, ...] = (StockLevels(), LedgerEntries(), Captures(), Cancellations(), Refunds())

READ = tuple(extractor.system for extractor in EXTRACTORS)
WRITTEN = tuple(dict.fromkeys(loader.system for loader in LOADERS))


def extractor(system: str) -> Extractor:
    """How the system is read. Misconfigured: there is no such system."""
    for candidate in EXTRACTORS:
        if candidate.system == system:
            return candidate
    raise Misconfigured(f"there is no system {system}", remedy=f"Choose one of {', '.join(READ)}")


def loaders(system: str) -> tuple[Loader, ...]:
    """What is written to the system, in order. Misconfigured: nothing is."""
    found = tuple(loader for loader in LOADERS if loader.system == system)
    if not found:
        raise Misconfigured(f"nothing is written to {system}", remedy=f"Choose one of {', '.join(WRITTEN)}")
    return found
