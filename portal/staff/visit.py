"""One request of a browser to the staff's pages: who asks, what the form says, and how it is answered.

Nothing is shown to who is not signed in. A form counts only with its key (which the session's page
alone has) and from this very site. Every answer forbids scripts, frames and keeping a copy.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from connections.warehouse import Warehouse, rows

FOLDER = Path(__file__).parent / "templates"
STYLE = (FOLDER / "style.css").read_text()
_STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
SECURITY = {
    "content-security-policy": f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'",
    "cache-control": "no-store",
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "x-robots-tag": "noindex",
}
# What is said at the top of the page after something was done.
TOLD = {
    "retry": "It is sent with the next delivery.",
    "unknown": "It may have happened: the next delivery looks it up before it sends anything.",
    "waive": "It is put aside.",
    "done": "It stands as done.",
    "not_done": "It is sent with the next delivery.",
    "mapped": "It holds from the next build on, which looks at everything again.",
    "packed": "It is packed.",
    "opened": "It is open again.",
}


@dataclass
class Visit:
    """A request of a person who is signed in, inside one transaction of the warehouse."""

    request: Request
    warehouse: Warehouse
    who: str
    form_key: str
    form: Mapping[str, str] = field(default_factory=dict)

    def given(self, name: str) -> str:
        """A value of the address, without blanks around it; empty where there is none."""
        return self.request.query_params.get(name, "").strip()[:200]

    def page(self, template: str, *, status: int = 200, **values: Any) -> Response:
        """The page, with what is common to all."""
        found = rows(self.warehouse, "select name, time_zone from settings.business limit 1")
        shop = found[0] if found else {"name": "Counterflow", "time_zone": "UTC"}
        return html(
            template,
            status=status,
            time_zone=shop["time_zone"],
            shop=shop["name"],
            who=self.who,
            form_key=self.form_key,
            path=self.request.url.path,
            told=TOLD.get(self.given("told"), ""),
            **values,
        )

    def sorry(self, message: str, status: int) -> Response:
        """A page that only says what is wrong."""
        return self.page("sorry.html", status=status, message=message)


def leave_for(path: str) -> Response:
    """The browser goes there, and a reload does nothing twice."""
    return RedirectResponse(path, status_code=303, headers=SECURITY)


def html(template: str, *, status: int = 200, time_zone: str = "UTC", **values: Any) -> Response:
    """The template as an answer. What came from outside is text in it, never markup."""
    zone = ZoneInfo(time_zone)
    environment = _environment()
    environment.filters |= {
        "time": lambda at: at.astimezone(zone).strftime("%Y-%m-%d %H:%M") if at else "",
        "day": lambda at: (at.astimezone(zone).date() if isinstance(at, datetime) else at) or "",
    }
    text = environment.get_template(template).render(
        style=STYLE, today=datetime.now(UTC).astimezone(zone).date(), **values
    )
    return Response(text, status, headers=SECURITY, media_type="text/html")


def form_key(secret: str) -> str:
    """What a form must carry: it follows from the session's secret, and does not give it away."""
    return hmac.new(secret.encode(), b"form", hashlib.sha256).hexdigest()


def is_from_here(request: Request, form: Mapping[str, str], key: str) -> bool:
    """Whether the form was on a page of ours: by its key, and by what the browser says of its origin."""
    origin = request.headers.get("origin")
    if origin and urlsplit(origin).netloc != request.headers.get("host"):
        return False
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return False
    return hmac.compare_digest(form.get("form_key", "").encode(), key.encode())


def _environment() -> Environment:
    environment = Environment(
        loader=_LOADER, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"money": _money, "number": _number}
    return environment


_LOADER = FileSystemLoader(FOLDER)


def _money(value: Any) -> str:
    return "" if value is None else f"{value:,.2f}"


def _number(value: Any) -> str:
    """A quantity without zeros behind it."""
    if value is None:
        return ""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
