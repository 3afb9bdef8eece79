"""What a rule found."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from expectations.rules import Rule, Severity, Suite


@dataclass(frozen=True)
class CheckResult:
    """What one rule found in the rows it looked at.

    `failing_keys` has a key for every failing row (the values of the suite's key, joined by "|"), or none
    where rows cannot be named: then the failure stands for the model as a whole. `held_values` are the
    values of the column `held_by` in those rows: what is held in the models built from this one. Both are
    empty where everything built from the model is held.
    """

    suite: str
    model: str
    expectation: str
    severity: Severity
    success: bool
    rows_checked: int
    rows_failed: int
    failing_keys: list[str] = field(default_factory=list)
    message: str = ""
    held_by: str | None = None
    held_values: list[str] = field(default_factory=list)

    @property
    def concerns_all(self) -> bool:
        """It failed, and not for rows that can be named."""
        return not self.success and not self.failing_keys


def passed(suite: Suite, rule: Rule, rows: int) -> CheckResult:
    """The rule holds in all the rows looked at."""
    return CheckResult(suite.layer, suite.model, rule.says, rule.severity, True, rows, 0)


def broken(suite: Suite, rule: Rule, rows: int, message: str) -> CheckResult:
    """The rule could not be evaluated: a failure of the model as a whole."""
    return CheckResult(suite.layer, suite.model, rule.says, rule.severity, False, rows, rows, [], message)


def failed(
    suite: Suite, rule: Rule, rows: int, rows_failed: int, keys: list[str], held: list[str]
) -> CheckResult:
    """The rule does not hold in `rows_failed` rows; keys and held are empty if there are too many to name."""
    shown = ", ".join(key if len(key) <= 80 else key[:77] + "..." for key in keys[:5])
    more = f" and {len(keys) - 5:,} more" if len(keys) > 5 else ""
    places = f": {shown}{more}" if keys else ", too many to name: everything built from them is held"
    message = f"not so in {rows_failed:,} of {rows:,} rows{places}"
    held_by = suite.holds if held else None
    return CheckResult(
        suite.layer,
        suite.model,
        rule.says,
        rule.severity,
        False,
        rows,
        rows_failed,
        keys,
        message,
        held_by,
        held,
    )


def missing(suite: Suite, message: str) -> CheckResult:
    """The model cannot be read at all."""
    return CheckResult(suite.layer, suite.model, "the model is there", "critical", False, 0, 0, [], message)


def nothing_to_check(suite: Suite) -> Iterator[CheckResult]:
    """No row to look at: every rule holds."""
    return (passed(suite, rule, 0) for rule in suite.rules)
