"""The staff's pages as one application: its addresses, and what every request goes through.

GET  /staff                     search, and the morning's numbers
GET  /staff/orders/ORDER        an order's whole story
GET  /staff/documents/KEY       a document, from where documents are kept
GET  /staff/labels/PARCEL       a label
GET  /staff/picking             what is to be fetched, by location
GET  /staff/packing             what is to be packed; POST: it is
GET  /staff/backorders          what customers wait for
GET  /staff/failures            what failed or is held; POST: retry, waive, done, not_done
GET  /staff/mappings            SKUs of the shop that are others in Odoo; POST: another
GET  /staff/acts                who did what
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from connections.connection import Connection
from connections.errors import CounterflowError, Rejected
from connections.signing import Seal
from connections.storage import Storage
from connections.warehouse import Warehouse, session
from portal.limits import visitor
from portal.staff import accounts, pages_failures, pages_floor, pages_orders
from portal.staff.visit import SECURITY, Visit, form_key, html, is_from_here, leave_for

LONGEST_FORM = 20_000
Page = Callable[[Visit], Response]
_PURPOSE = "staff"


def build(warehouse: Connection, seal: Seal, storage: Storage) -> Starlette:
    """The application. `warehouse`: signed in as anybody who may take role counterflow_staff."""
    door = _Door(warehouse, seal)
    files = pages_orders.Files(storage)
    return Starlette(
        routes=[
            Route("/", lambda request: RedirectResponse("/staff", headers=SECURITY)),
            Route("/staff/sign-in", door.sign_in, methods=["GET", "POST"]),
            Route("/staff/sign-out", door.sign_out, methods=["POST"]),
            door.route("/staff", pages_orders.search),
            door.route("/staff/orders/{order_id:path}", pages_orders.order),
            door.route("/staff/documents/{document_key:path}", files.document),
            door.route("/staff/labels/{parcel_id:path}", files.label),
            door.route("/staff/picking", pages_floor.picking),
            door.route("/staff/packing", pages_floor.packing, pages_floor.pack),
            door.route("/staff/backorders", pages_floor.backorders),
            door.route("/staff/failures", pages_failures.failures, pages_failures.decide),
            door.route("/staff/mappings", pages_failures.mappings, pages_failures.map_sku),
            door.route("/staff/acts", pages_failures.acts),
        ],
        exception_handlers={404: _not_found, 405: _not_found, 500: _broken},
    )


@dataclass(frozen=True)
class _Door:
    """Who comes in: the session's cookie, sealed, and the forms' keys."""

    warehouse: Connection
    seal: Seal

    def route(self, path: str, get: Page, post: Page | None = None) -> Route:
        """An address for those who are signed in."""

        async def endpoint(request: Request) -> Response:
            form = await _form(request) if request.method == "POST" else {}
            page = post if request.method == "POST" and post else get
            return await run_in_threadpool(self._answer, request, form, page)

        return Route(path, endpoint, methods=["GET", "POST"] if post else ["GET"])

    async def sign_in(self, request: Request) -> Response:
        """The form, and what becomes of it."""
        form = await _form(request) if request.method == "POST" else {}
        return await run_in_threadpool(self._sign_in, request, form)

    async def sign_out(self, request: Request) -> Response:
        """The session is over."""
        form = await _form(request)
        return await run_in_threadpool(self._sign_out, request, form)

    def _answer(self, request: Request, form: Mapping[str, str], page: Page) -> Response:
        secret = self._secret(request)
        try:
            with self._session() as warehouse:
                who = accounts.signed_in(warehouse, secret) if secret else None
                if secret is None or who is None:
                    return leave_for("/staff/sign-in")
                visit = Visit(request, warehouse, who, form_key(secret), form)
                if request.method == "POST" and not is_from_here(request, form, visit.form_key):
                    return visit.sorry("This form is no longer good: go back, load the page again.", 403)
                return _answered(page, visit)
        except CounterflowError as error:
            return html("closed.html", status=503, message=str(error))

    def _sign_in(self, request: Request, form: Mapping[str, str]) -> Response:
        nonce = request.cookies.get("counterflow_form", "")
        if request.method == "GET":
            return self._sign_in_form(request, "")
        if len(nonce) < 20 or not is_from_here(request, form, form_key(nonce)):
            return self._sign_in_form(request, "Please try once more.", 403)
        address = visitor(request.client.host) if request.client else "unknown"
        try:
            with self._session() as warehouse:
                given = form.get("name", ""), form.get("password", "")
                outcome, secret = accounts.sign_in(warehouse, *given, address)
        except CounterflowError as error:
            return html("closed.html", status=503, message=str(error))
        if secret is None:
            # one text for both: it tells nobody which names there are
            told = f"Not the right name and password, or too many tries: wait {accounts.MINUTES} minutes."
            return self._sign_in_form(request, told, 429 if outcome == "locked" else 401)
        answer = leave_for("/staff")
        ends = datetime.now(UTC) + timedelta(hours=accounts.HOURS)
        sealed = self.seal.seal(_PURPOSE, secret, ends)
        _set_cookie(request, answer, _cookie_name(request), sealed, accounts.HOURS * 3600)
        return answer

    def _sign_in_form(self, request: Request, told: str, status: int = 200) -> Response:
        nonce = secrets.token_urlsafe(24)
        answer = html("sign_in.html", status=status, told=told, form_key=form_key(nonce))
        _set_cookie(request, answer, "counterflow_form", nonce, 3600)
        return answer

    def _sign_out(self, request: Request, form: Mapping[str, str]) -> Response:
        answer = leave_for("/staff/sign-in")
        secret = self._secret(request)
        if secret and is_from_here(request, form, form_key(secret)):
            with self._session() as warehouse:
                accounts.sign_out(warehouse, secret)
            _set_cookie(request, answer, _cookie_name(request), "", 0)
        return answer

    def _secret(self, request: Request) -> str | None:
        sealed = self.seal.open(_PURPOSE, request.cookies.get(_cookie_name(request), ""), datetime.now(UTC))
        return sealed.subject if sealed else None

    @contextmanager
    def _session(self) -> Iterator[Warehouse]:
        """The warehouse with the rights of the staff's pages, and no more patience than a browser has."""
        role = None if self.warehouse.login == accounts.ROLE else accounts.ROLE
        with session(self.warehouse, role=role) as warehouse:
            warehouse.execute("set local statement_timeout = '15s'")
            yield warehouse


def _answered(page: Page, visit: Visit) -> Response:
    """The page; what is Rejected is undone and said."""
    try:
        with visit.warehouse.transaction():
            return page(visit)
    except Rejected as error:
        return visit.sorry(error.what, 409)


async def _form(request: Request) -> dict[str, str]:
    """The fields of a form, each once; none where it is too long or no form."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > LONGEST_FORM:
            return {}
    try:
        fields = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=50)
    except ValueError:
        return {}
    return {name: value.replace("\0", "").strip() for name, value in fields}


def _cookie_name(request: Request) -> str:
    """Over HTTPS the browser itself sees to it that the cookie is this very host's."""
    return "__Host-counterflow_staff" if request.url.scheme == "https" else "counterflow_staff"


def _set_cookie(request: Request, answer: Response, name: str, value: str, seconds: int) -> None:
    is_secure = request.url.scheme == "https"
    answer.set_cookie(
        name, value, max_age=seconds, path="/", secure=is_secure, httponly=True, samesite="strict"
    )


async def _not_found(request: Request, error: Exception) -> Response:
    return html("closed.html", status=404, message="There is no such page.")


async def _broken(request: Request, error: Exception) -> Response:
    """What went wrong stands in the log, and is nobody's to read here."""
    return html("closed.html", status=500, message="Something went wrong here; it is in the log.")
