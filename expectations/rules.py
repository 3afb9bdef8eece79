"""The words suites are written in: a rule says what must hold of a model's rows, and how grave it is if not.

Each rule is one Great Expectations expectation, kept as data so that suites can be read without it.
`says` is the sentence people see. A rule about rows gives the keys of the rows that break it; missing
values pass every rule but `never_null`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Severity = Literal["critical", "warning", "info"]
Layer = Literal["staging", "intermediate", "marts", "outbound"]
Number = int | float


@dataclass(frozen=True)
class Rule:
    """One expectation: its Great Expectations type and arguments, and the words for people."""

    says: str
    type: str
    arguments: Mapping[str, Any]
    severity: Severity = "critical"
    condition: str | None = None


@dataclass(frozen=True)
class Suite:
    """What must hold of one model's rows.

    `key` identifies a row. `holds` is the column by which what depends on a failing row is found in the
    outbound models (order_id, sku...); None: a failure holds all that is built from this model.
    """

    model: str
    layer: Layer
    key: tuple[str, ...]
    holds: str | None
    rules: tuple[Rule, ...]


def never_null(*columns: str, severity: Severity = "critical") -> tuple[Rule, ...]:
    """Each of the columns has a value in every row."""
    kind = "expect_column_values_to_not_be_null"
    return tuple(Rule(f"{column} is there", kind, {"column": column}, severity) for column in columns)


def unique(column: str, *, severity: Severity = "critical") -> Rule:
    """No two rows have the same value in this column."""
    return Rule(f"{column} is unique", "expect_column_values_to_be_unique", {"column": column}, severity)


def one_of(column: str, *values: str, severity: Severity = "critical") -> Rule:
    """The column has one of these values."""
    says = f"{column} is one of {', '.join(values)}"
    arguments = {"column": column, "value_set": list(values)}
    return Rule(says, "expect_column_values_to_be_in_set", arguments, severity)


def between(
    column: str, low: Number | None = None, high: Number | None = None, *, severity: Severity = "critical"
) -> Rule:
    """The column lies between two numbers, both included (None: no bound on that side)."""
    bounds = [f"at least {low}" if low is not None else "", f"at most {high}" if high is not None else ""]
    says = f"{column} is {' and '.join(filter(None, bounds))}"
    arguments = {"column": column, "min_value": low, "max_value": high}
    return Rule(says, "expect_column_values_to_be_between", arguments, severity)


def matches(column: str, regex: str, *, says: str, severity: Severity = "critical") -> Rule:
    """The column matches a POSIX regular expression, as PostgreSQL reads it."""
    return Rule(says, "expect_column_values_to_match_regex", {"column": column, "regex": regex}, severity)


def length(column: str, high: int, *, severity: Severity = "warning") -> Rule:
    """The column's text has at most so many characters."""
    arguments = {"column": column, "min_value": 0, "max_value": high}
    says = f"{column} has at most {high} characters"
    return Rule(says, "expect_column_value_lengths_to_be_between", arguments, severity)


def never(says: str, condition: str, *, severity: Severity = "critical") -> Rule:
    """No row fulfils this SQL condition over the model's own columns. No braces or semicolons in it."""
    query = f"select * from {{batch}} where {condition}"  # noqa: S608 written by us, in suites/
    return Rule(says, "unexpected_rows_expectation", {"unexpected_rows_query": query}, severity, condition)


def not_after_tomorrow(column: str, *, severity: Severity = "warning") -> Rule:
    """The time is not in the future, but for clocks that differ and zones ahead of ours."""
    return never(f"{column} is not in the future", f"{column} > now() + interval '1 day'", severity=severity)
