"""Templates to answers: every page with the headers that keep it private, and no page with a script.

`Pages` is used by both processes. A style sheet stands inside its page; the policy names its hash, so
that no other style, and nothing from anywhere else, is ever applied or loaded.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.responses import HTMLResponse, RedirectResponse, Response

from portal.words import Words

TEMPLATES = Path(__file__).with_name("templates")


class Pages:
    """The pages of one process. `styles` are files of templates/, put into each page one after the other.

    `is_https`: it is reached by HTTPS, and browsers are told to keep to it.
    """

    def __init__(self, styles: tuple[str, ...] = ("base.css",), *, is_https: bool = False) -> None:
        style = "\n".join((TEMPLATES / name).read_text() for name in styles)
        self._environment = Environment(
            loader=FileSystemLoader(TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals |= {"style": Markup(style), "both": (Words("en"), Words("fr"))}
        self._headers = _headers(style, is_https)

    def show(
        self, template: str, status: int = 200, headers: Mapping[str, str] | None = None, **context: Any
    ) -> Response:
        """The template filled with the context, as an answer."""
        text = self._environment.get_template(template).render(**context)
        return HTMLResponse(text, status, {**self._headers, **(headers or {})})

    def go_to(self, path: str) -> Response:
        """The browser opens the path with GET (303): a form that was sent is not sent again by a reload."""
        return RedirectResponse(path, 303, self._headers)

    def text(self, content: str, status: int = 200) -> Response:
        """Plain text, for machines."""
        return Response(content, status, self._headers, "text/plain")

    def notice(self, name: str, status: int, headers: Mapping[str, str] | None = None) -> Response:
        """One of the pages without an order: not_found, too_often, unavailable. The same for everybody."""
        return self.show("notice.html", status, headers, name=name)


def _headers(style: str, is_https: bool) -> dict[str, str]:
    digest = b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    )
    headers = {
        "Content-Security-Policy": policy,
        "Referrer-Policy": "no-referrer",
        "X-Robots-Tag": "noindex, nofollow, noarchive",
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    if is_https:
        headers["Strict-Transport-Security"] = "max-age=31536000"
    return headers
