"""The suites, in the order of the data's way. A new model's suite is a line in its area's file."""

from expectations.rules import Suite
from expectations.suites import books, cards, outbound, processor, sales, staging, stock

SUITES: tuple[Suite, ...] = (
    *staging.SUITES,
    *sales.SUITES,
    *processor.SUITES,
    *stock.SUITES,
    *books.SUITES,
    *outbound.SUITES,
    *cards.SUITES,
)
