"""Serve the customer's page: `python -m portal`; the staff's pages: `python -m portal staff`.

AIRFLOW_CONN_WAREHOUSE      the warehouse, as a role with the rights of these pages only
AIRFLOW_CONN_PORTAL         where customers reach the page, and the key of their links
COUNTERFLOW_PORTAL_HOST     the address to listen at (127.0.0.1)
COUNTERFLOW_PORTAL_PORT     the port (8085); COUNTERFLOW_STAFF_PORT for the staff's pages (8086)
COUNTERFLOW_PORTAL_PROXIES  addresses or networks of the HTTPS servers in front, whose word on who asks is
                            taken; without it every visitor behind one counts as the same
"""

from __future__ import annotations

import logging
import os
import sys
import tomllib
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette

from connections.connection import Connection
from connections.errors import CounterflowError
from connections.signing import Links
from connections.storage import Storage
from portal.app import CustomerPages

ROOT = Path(__file__).resolve().parent.parent
PORTS = {"customers": ("COUNTERFLOW_PORTAL_PORT", 8085), "staff": ("COUNTERFLOW_STAFF_PORT", 8086)}
# Paths hold the links, so that they are not logged.
SERVING: dict[str, Any] = {
    "access_log": False,
    "server_header": False,
    "limit_concurrency": 200,
    "timeout_keep_alive": 10,
}


def main(arguments: list[str]) -> int:
    """The exit code; what is wrong is one message on the error output."""
    which = arguments[0] if arguments else "customers"
    if which not in PORTS or len(arguments) > 1:
        sys.stderr.write(__doc__ or "")
        return 2
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    try:
        app = _app(which)
    except CounterflowError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    variable, default = PORTS[which]
    uvicorn.run(
        app,
        host=os.environ.get("COUNTERFLOW_PORTAL_HOST", "127.0.0.1"),
        port=int(os.environ.get(variable) or default),
        proxy_headers=True,
        forwarded_allow_ips=os.environ.get("COUNTERFLOW_PORTAL_PROXIES", ""),
        log_config=None,
        **SERVING,
    )
    return 0


def _app(which: str) -> Starlette:
    links, warehouse = Links.from_env(), Connection.from_env("warehouse")
    if which == "customers":
        return CustomerPages(links, warehouse).app()
    from portal.staff.app import build  # only its own process has any of it

    return build(warehouse, links.seal, _storage())


def _storage() -> Storage:
    """Where the documents are: what connection `documents` says, else the folder that the settings name."""
    settings = Path(os.environ.get("COUNTERFLOW_SETTINGS") or ROOT / "settings.toml")
    folder = str(tomllib.loads(settings.read_text()).get("documents", {}).get("folder", "outbox"))
    place = folder if "://" in folder else str(settings.parent / folder)
    return Storage.of(Connection.from_env("documents"), place)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
