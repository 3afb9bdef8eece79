"""What the gate found, as one page that reads without a network: `report/index.html`.

Failures come first, each with the keys of its rows; then every model with all its rules. Only keys are
shown, never the rows: the page may be passed around.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from html import escape
from itertools import groupby
from pathlib import Path

from expectations.results import CheckResult

_SHOWN_KEYS = 50
_GRAVITY = {"critical": 0, "warning": 1, "info": 2}
_MEANING = {
    "critical": "holds back what depends on it",
    "warning": "holds nothing back; look at it",
    "info": "for your information",
}
_STYLE = (Path(__file__).parent / "report.css").read_text()


def write(
    results: Sequence[CheckResult],
    folder: Path,
    *,
    run_id: str,
    at: datetime,
    data_docs: str | None = None,
) -> Path:
    """The page about these results is in the folder (made if need be); its path.

    `data_docs` is the address of Great Expectations' own pages, as seen from this page (None: no link).
    """
    folder.mkdir(parents=True, exist_ok=True)
    page = folder / "index.html"
    page.write_text(_page(results, run_id, at, data_docs), encoding="utf-8")
    return page


def _page(results: Sequence[CheckResult], run_id: str, at: datetime, data_docs: str | None) -> str:
    failures = sorted(
        (result for result in results if not result.success), key=lambda result: _GRAVITY[result.severity]
    )
    link = f' · <a href="{escape(data_docs)}">Great Expectations&rsquo; own pages</a>' if data_docs else ""
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>The gate: {escape(_verdict(failures))}</title>
<style>
{_STYLE}</style>
</head>
<body>
<h1>The gate <span class="verdict {_colour(failures)}">{escape(_verdict(failures))}</span></h1>
<p class="about">Run <code>{escape(run_id)}</code> · {at:%Y-%m-%d %H:%M} UTC{link}</p>
{_tiles(results)}
{_failures(failures)}
<h2>All rules, by model</h2>
{"".join(_model(model, list(group)) for model, group in groupby(results, key=lambda r: (r.suite, r.model)))}
</body>
</html>
"""


def _verdict(failures: Sequence[CheckResult]) -> str:
    critical = sum(result.severity == "critical" for result in failures)
    if critical:
        return f"{critical} critical {'rule' if critical == 1 else 'rules'} broken"
    return f"passed with {len(failures)} to look at" if failures else "passed"


def _colour(failures: Sequence[CheckResult]) -> str:
    return failures[0].severity if failures else "good"


def _tiles(results: Sequence[CheckResult]) -> str:
    models = {result.model: result.rows_checked for result in results}
    broken = sum(not result.success for result in results)
    figures = [
        (len(models), "models"),
        (len(results), "rules"),
        (sum(models.values()), "rows checked"),
        (broken, "rules broken"),
    ]
    tiles = "".join(f"<div><b>{number:,}</b>{words}</div>" for number, words in figures)
    return f'<div class="tiles">{tiles}</div>'


def _failures(failures: Sequence[CheckResult]) -> str:
    if not failures:
        return '<p class="calm">Every rule holds. Nothing is held back by the gate.</p>'
    return "<h2>Broken</h2>" + "".join(_failure(failure) for failure in failures)


def _failure(failure: CheckResult) -> str:
    keys = "".join(f"<li><code>{escape(key)}</code></li>" for key in failure.failing_keys[:_SHOWN_KEYS])
    rest = len(failure.failing_keys) - _SHOWN_KEYS
    more = f"<li>and {rest:,} more</li>" if rest > 0 else ""
    listed = f"<ul class='keys'>{keys}{more}</ul>" if keys else ""
    return f"""<section class="failure {failure.severity}">
<h3>{escape(failure.suite)}.{escape(failure.model)}: {escape(failure.expectation)}</h3>
<p><span class="tag">{failure.severity}</span> {_MEANING[failure.severity]} · {escape(failure.message)}</p>
{listed}
</section>
"""


def _model(model: tuple[str, str], results: Sequence[CheckResult]) -> str:
    broken = sum(not result.success for result in results)
    state = f"{broken} broken" if broken else "all hold"
    rows = "".join(_row(result) for result in results)
    return f"""<details{" open" if broken else ""}>
<summary><b>{escape(model[0])}.{escape(model[1])}</b> · {results[0].rows_checked:,} rows · {state}</summary>
<table><tr><th>Rule</th><th>Severity</th><th>Broken by</th></tr>
{rows}</table>
</details>
"""


def _row(result: CheckResult) -> str:
    kind = "good" if result.success else result.severity
    broken_by = (
        "—" if result.success else (f"{result.rows_failed:,} rows" if result.rows_failed else "all of it")
    )
    return (
        f'<tr class="{kind}"><td>{escape(result.expectation)}</td>'
        f"<td>{result.severity}</td><td>{broken_by}</td></tr>\n"
    )
