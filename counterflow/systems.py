"""Which systems there are: how each is read, and what is written to it. Adding one is a line here."""

from __future__ import annotations

from pathlib import Path

from connections.connection import Connection
from connections.errors import Misconfigured
from connections.storage import Storage
from connections.warehouse import session
from extractors.base import Extractor
from extractors.canadapost import ParcelDue, Tracking
from extractors.files import Files
from extractors.mail import Mail
from extractors.odoo import Odoo
from extractors.portal import Portal
from extractors.stripe import Stripe
from extractors.woocommerce import WooCommerce
from loaders.base import Loader
from loaders.canadapost import Quotes
from loaders.canadapost_after import Manifests, Voids
from loaders.canadapost_labels import Labels, ReturnLabels
from loaders.documents import Documents
from loaders.mail import Messages
from loaders.odoo import LedgerEntries
from loaders.odoo_deliveries import Deliveries
from loaders.rate_sheet import RateSheet
from loaders.stripe import Cancellations, Captures, Refunds
from loaders.woocommerce import StockLevels
from loaders.woocommerce_backorders import BackorderTexts
from loaders.woocommerce_orders import OrderNotes, OrderStatuses


def _inbox() -> Path:
    """The folder that the settings name, beside them unless it is an absolute path."""
    from counterflow import settings  # takes a while: only those who read it pay for it

    return settings.path_of_settings().parent / settings.load().files.folder


def _warehouse() -> Connection:
    """Where our own pages write."""
    return Connection.from_env("warehouse")


def storage() -> Storage:
    """Where documents are kept: what connection `documents` names, else the settings' place."""
    from counterflow import settings

    return Storage.of(Connection.from_env("documents"), settings.place_of_documents(settings.load()))


def rate_sheet() -> RateSheet | None:
    """The owner's own rates, beside the settings; None where there are none. Misconfigured."""
    from counterflow import settings

    name = settings.load().shipping.rate_sheet
    return RateSheet.read(settings.path_of_settings().parent / name) if name else None


def _parcels_due() -> list[ParcelDue]:
    """Parcels to ask Canada Post about; none before the first build."""
    with session() as warehouse:
        there = warehouse.execute("select to_regclass('marts.tracking_due') as there").fetchone()
        if there is None or there["there"] is None:
            return []
        rows = warehouse.execute("select tracking_number, every_hours from marts.tracking_due").fetchall()
    return [ParcelDue(row["tracking_number"], row["every_hours"]) for row in rows]


EXTRACTORS: tuple[Extractor, ...] = (
    WooCommerce(),
    Odoo(),
    Stripe(),
    Tracking(_parcels_due),
    Mail(),
    Portal(_warehouse),
    Files(_inbox),
)
LOADERS: tuple[Loader, ...] = (
    *(StockLevels(), BackorderTexts(), OrderNotes(), OrderStatuses()),
    *(LedgerEntries(), Deliveries(), Captures(), Cancellations(), Refunds()),
    *(Quotes(rate_sheet), Labels(storage), ReturnLabels(storage), Voids(), Manifests()),
    Documents(storage),
    Messages(storage),
)

READ = tuple(extractor.system for extractor in EXTRACTORS)
WRITTEN = tuple(dict.fromkeys(loader.system for loader in LOADERS))
ALL = tuple(dict.fromkeys((*READ, *WRITTEN)))


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
