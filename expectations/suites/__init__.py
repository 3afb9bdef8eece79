"""The suites, in the order of the data's way. A new model's suite is a line in its area's file."""

from expectations.rules import Suite
from expectations.suites import (
    books,
    cards,
    documents,
    fulfilment,
    messages,
    notices,
    outbound,
    parcels,
    portal,
    processor,
    sales,
    staging,
    stock,
)

SUITES: tuple[Suite, ...] = (
    *staging.SUITES,
    *sales.SUITES,
    *processor.SUITES,
    *stock.SUITES,
    *fulfilment.SUITES,
    *parcels.SUITES,
    *documents.SUITES,
    *books.SUITES,
    *outbound.SUITES,
    *cards.SUITES,
    *notices.SUITES,
    *messages.SUITES,
    *portal.SUITES,
)
