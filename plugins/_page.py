"""The page *Last sync*: figures in, HTML out. The template escapes everything that came from outside."""

from __future__ import annotations

import base64
import hashlib
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from counterflow.reconcile import SUBJECTS

if TYPE_CHECKING:
    from plugins._airflow_run import AirflowRun
    from plugins._last_sync import Sync

FOLDER = Path(__file__).parent / "last_sync"
STYLE = (FOLDER / "page.css").read_text()
# Airflow shows the page in a frame that may not lead its window elsewhere; this lets its links do so.
SCRIPT = (FOLDER / "page.js").read_text()

MEANING = {
    "green": "nothing is left open",
    "amber": "rows are held or in quarantine, each with its reason",
    "red": "a person has to look",
    "running": "still at work, or it was stopped",
}
STATUS = {
    "refused": "the system said no; a person decides, or the row changes",
    "unknown": "no answer came; it is looked up before it is sent again",
    "sent": "under way, or cut short; it is looked up before it is sent again",
    "held": "waits for what the reason names, and goes by itself",
}


def _digest(text: str) -> str:
    return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"


CONTENT_POLICY = (
    f"default-src 'none'; style-src {_digest(STYLE)}; script-src {_digest(SCRIPT)}; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)


def render(
    sync: Sync, airflow_run: AirflowRun | None, ui_path: str, own_path: str, reports: dict[str, str]
) -> str:
    """The page about one run. The paths of Airflow's UI and of this plugin have no slash at the end."""
    return (
        _templates(sync.time_zone)
        .get_template("page.html")
        .render(
            sync=sync,
            airflow_run=airflow_run,
            ui=ui_path,
            own=own_path,
            reports=reports,
            meaning=MEANING,
            status_meaning=STATUS,
            subjects=SUBJECTS,
            style=STYLE,
            script=SCRIPT,
        )
    )


def data_docs(folder: Path) -> str:
    """An index of Great Expectations' pages in the folder: its own is empty without others' scripts."""
    suites: dict[str, dict[str, str]] = {}
    for page in sorted((folder / "validations").glob("*/*/**/*.html")):
        path = page.relative_to(folder)
        # a later check of a model has a later folder and takes the place of an earlier one
        suites.setdefault(path.parts[1], {})[path.parts[2]] = quote(path.as_posix())
    return _templates("UTC").get_template("data_docs.html").render(suites=suites, style=STYLE)


def problem(message: str) -> str:
    """A page that only says what is wrong."""
    return _templates("UTC").get_template("problem.html").render(message=message, style=STYLE, script=SCRIPT)


def _templates(time_zone: str) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"time": _time_in(time_zone), "number": _number, "duration": _duration}
    return environment


def _time_in(name: str) -> Any:
    """A filter: a time on the business's clock."""
    try:
        zone = ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        zone = ZoneInfo("UTC")
    return lambda at: at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S") if at else "not yet"


def _number(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)


def _duration(began: datetime, ended: datetime | None) -> str:
    """Minutes and seconds; until now nothing is said of a run that has not ended."""
    if ended is None:
        return "not finished"
    seconds = round((ended - began).total_seconds())
    return f"{seconds // 60} min {seconds % 60:02} s" if seconds >= 60 else f"{seconds} s"
