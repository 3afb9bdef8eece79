"""x"""

from expectations.rules import Suite

SUITES: tuple[Suite, ...] = ()
