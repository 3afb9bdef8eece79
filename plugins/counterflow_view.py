"""*Last sync*, a page in Airflow's menu: what a run read, built, wrote and left open, with links.

Airflow does not protect what a plugin serves. Every address here asks Airflow's own auth manager for the
user of the request's cookie or token (401 without one) and for the right to see runs of the DAG (403).
"""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import urlsplit

from airflow.api_fastapi.auth.managers.models.resource_details import DagAccessEntity
from airflow.api_fastapi.core_api.security import requires_access_dag
from airflow.configuration import conf
from airflow.plugins_manager import AirflowPlugin
from fastapi import Depends, FastAPI, HTTPException, Query
from fastapi.responses import FileResponse, HTMLResponse

from connections.errors import CounterflowError
from plugins import _airflow_run, _last_sync, _page

PREFIX = "/counterflow"
BASE_PATH = urlsplit(conf.get("api", "base_url", fallback="")).path.rstrip("/")
DAG_ID = "hourly_sync"
# In the order in which they are offered: our own page, then Great Expectations' Data Docs.
DATA_DOCS = "data_docs/index.html"
REPORTS = {"Check report": "report/index.html", "Data Docs": DATA_DOCS}

# No scripts: what a record says must never run with its reader's session.
REPORT_POLICY = (
    "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)

may_see_runs = Depends(requires_access_dag("GET", DagAccessEntity.RUN, DAG_ID))
# no pages of documentation either: they would not be protected
app = FastAPI(
    title="Counterflow", dependencies=[may_see_runs], docs_url=None, redoc_url=None, openapi_url=None
)


@app.get("/last-sync")
def last_sync(run: str | None = Query(default=None, max_length=250)) -> HTMLResponse:
    """The page about the newest run, or about the one of that id."""
    try:
        sync = _last_sync.read(run)
    except CounterflowError as error:
        return _html(_page.problem(f"The warehouse cannot be read: {error}"), 503)
    if sync is None:
        return _html(_page.problem("No such sync is on record. Trigger hourly_sync, then look again."), 404)
    airflow_run = _airflow_run.find(sync.run_id)
    return _html(_page.render(sync, airflow_run, BASE_PATH, f"{BASE_PATH}{PREFIX}", _reports()))


@app.get("/reports/data_docs/index.html")
def data_docs() -> HTMLResponse:
    """Great Expectations' pages, by suite and model. 404: it has written none."""
    folder = _reports_folder()
    if folder is None or not (folder / DATA_DOCS).is_file():
        raise HTTPException(404, "There is no such report")
    return _html(_page.data_docs((folder / DATA_DOCS).parent))


@app.get("/reports/{path:path}")
def report(path: str) -> FileResponse:
    """A file of the reports that the gate wrote. 404: there is none, or the path leads elsewhere."""
    folder = _reports_folder()
    file = (folder / path).resolve() if folder else None
    if folder is None or file is None or not file.is_relative_to(folder) or not file.is_file():
        raise HTTPException(404, "There is no such report")
    return FileResponse(file, headers=_headers(REPORT_POLICY))


def _html(text: str, status: int = 200) -> HTMLResponse:
    return HTMLResponse(text, status_code=status, headers=_headers(_page.CONTENT_POLICY))


def _headers(content_policy: str) -> dict[str, str]:
    return {
        "Content-Security-Policy": content_policy,
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }


def _reports_folder() -> Path | None:
    """COUNTERFLOW_REPORTS, where the gate writes (None: nowhere)."""
    folder = os.environ.get("COUNTERFLOW_REPORTS")
    return Path(folder).resolve() if folder else None


def _reports() -> dict[str, str]:
    """The address of each report that is there."""
    folder = _reports_folder()
    present = {name: path for name, path in REPORTS.items() if folder and (folder / path).is_file()}
    return {name: f"{BASE_PATH}{PREFIX}/reports/{path}" for name, path in present.items()}


class CounterflowView(AirflowPlugin):
    """The page and its entry in the menu."""

    name = "counterflow"
    # Airflow's plugin manager takes instance-less lists
    fastapi_apps = [{"app": app, "url_prefix": PREFIX, "name": "Counterflow"}]  # noqa: RUF012
    external_views = [  # noqa: RUF012
        {
            "name": "Last sync",
            "href": f"{BASE_PATH}{PREFIX}/last-sync",
            "destination": "nav",
            "url_route": "last-sync",
            "nav_top_level": True,
        }
    ]
