"""The customer's page: GET and POST /o/<link>, and nothing else.

A link that was made up, has expired, is for another purpose or shop, or whose order has no page, gets one
same answer: 404, without a look at the warehouse unless the link is genuine. The link itself is the right
to answer, so that no other site can make a browser do it; the form adds which state of the order it was
made for, so that an old page that is sent again changes nothing.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from connections.connection import Connection
from connections.errors import CounterflowError
from connections.signing import Links, Sealed
from portal.limits import Limit, visitor
from portal.orders import CHOICES, Choice, OrderPage, Orders
from portal.pages import Pages
from portal.words import OTHER, Language, Words, known

log = logging.getLogger("portal")

MOST_BYTES = 4096
FORM_WORKS = timedelta(days=2)
# Of all visitors together, in a minute: links that do not open are counted apart, so that whoever tries
# them out takes nothing from those who have one.
MOST_OF_ALL = 1200
MOST_STRANGERS = 600


class CustomerPages:
    """The routes of the customer's page and what they share."""

    def __init__(self, links: Links, warehouse: Connection, most_per_minute: int = 30) -> None:
        self._links = links
        self._orders = Orders(warehouse)
        self._pages = Pages(is_https=links.url.startswith("https:"))
        self._by_visitor = Limit(most_per_minute)
        self._of_all, self._strangers = Limit(MOST_OF_ALL), Limit(MOST_STRANGERS)

    def app(self) -> Starlette:
        """The application, for a server to run."""
        return Starlette(
            routes=[
                Route("/o/{token}", self.order, methods=["GET", "POST"]),
                Route("/robots.txt", self.robots),
                Route("/health", self.health),
            ],
            exception_handlers={
                HTTPException: self.not_found,
                CounterflowError: self.unavailable,
                Exception: self.broken,
            },
        )

    async def order(self, request: Request) -> Response:
        """The order's page, or what became of an answer."""
        wait = self._by_visitor.wait_seconds(visitor(request.client.host if request.client else ""))
        if wait:
            return self._too_often(wait)
        sealed = self._links.seal.open("order", request.path_params["token"], datetime.now(UTC))
        wait = (self._of_all if sealed else self._strangers).wait_seconds()
        if wait:
            return self._too_often(wait)
        page = await run_in_threadpool(self._orders.page, sealed.subject) if sealed else None
        if sealed is None or page is None:
            return self._pages.notice("not_found", 404)
        self._by_visitor.per_minute = page.shop.most_per_minute
        language = known(request.query_params.get("lang")) or known(page.language) or "en"
        if request.method == "POST":
            return await self._answer(request, sealed, page, language)
        said = request.query_params.get("said")
        is_true = said in ("outdated", "closed") or (said == "thanks" and page.choice is not None)
        # a button of the mail: it is chosen on the form, and nothing is taken until that is sent
        meant = next((name for name in CHOICES if request.query_params.get("choice") == name), None)
        return self._show(page, language, notice=said if is_true else None, meant=meant)

    async def robots(self, _request: Request) -> Response:
        """Search engines are told to stay away."""
        return self._pages.text("User-agent: *\nDisallow: /\n")

    async def health(self, _request: Request) -> Response:
        """Whether the process answers."""
        return self._pages.text("ok\n")

    async def not_found(self, _request: Request, _error: Exception) -> Response:
        """Any other address, and any other method."""
        return self._pages.notice("not_found", 404)

    async def unavailable(self, _request: Request, error: Exception) -> Response:
        """The warehouse does not answer: the customer is told to come back."""
        log.warning("a page could not be shown: %s", error)
        return self._pages.notice("unavailable", 503, {"Retry-After": "120"})

    async def broken(self, _request: Request, _error: Exception) -> Response:
        """What nobody foresaw (the server logs it) looks no different to the customer."""
        return self._pages.notice("unavailable", 500, {"Retry-After": "120"})

    async def _answer(
        self, request: Request, sealed: Sealed, page: OrderPage, language: Language
    ) -> Response:
        fields = await _fields(request)
        choice = next((name for name in CHOICES if fields.get("choice") == name), None)
        seen = self._seen_number(fields.get("form", ""), page.order_id)
        if choice is None and seen == page.answer_number and page.is_open:
            return self._show(page, language, error=True, status=422)
        outcome = await self._record(page, choice, seen, sealed.fingerprint)
        # relative: whatever stands before the page's address stays
        return self._pages.go_to(f"?lang={language}&said={outcome}")

    async def _record(
        self, page: OrderPage, choice: Choice | None, seen: int | None, fingerprint: str
    ) -> str:
        if choice is None or seen is None:
            return "outdated"
        outcome = await run_in_threadpool(self._orders.answer, page.order_id, choice, seen, fingerprint)
        log.info("an answer by link %s: %s", fingerprint, outcome)
        return "thanks" if outcome in ("taken", "same") else outcome

    def _show(
        self,
        page: OrderPage,
        language: Language,
        *,
        notice: str | None = None,
        meant: Choice | None = None,
        error: bool = False,
        status: int = 200,
    ) -> Response:
        words = Words(language)
        return self._pages.show(
            "order.html",
            status,
            t=words,
            other=OTHER[language],
            order=page,
            lead=words(_lead(page)),
            notice=notice,
            meant=meant,
            error=error,
            form=self._form(page),
        )

    def _form(self, page: OrderPage) -> str:
        """What makes the form good for one answer: the order and how many answers it had."""
        until = datetime.now(UTC) + FORM_WORKS
        return self._links.seal.seal("answer", f"{page.order_id} {page.answer_number}", until)

    def _seen_number(self, form: str, order_id: str) -> int | None:
        sealed = self._links.seal.open("answer", form, datetime.now(UTC))
        made_for, _, number = (sealed.subject if sealed else "").rpartition(" ")
        return int(number) if made_for == order_id else None

    def _too_often(self, wait: int) -> Response:
        return self._pages.notice("too_often", 429, {"Retry-After": str(wait)})


def _lead(page: OrderPage) -> str:
    """Which text says how the order stands."""
    if page.state == "asking":
        return "asking_now"
    if page.state == "answered":
        return f"{'by_default' if page.is_by_default else 'answered'}_{page.choice}"
    if page.is_pickup and page.state in ("packing", "shipped"):
        return f"{page.state}_pickup"
    return page.state


async def _fields(request: Request) -> dict[str, str]:
    """The fields of a sent form, the first of each; none of one that is larger than ours can be."""
    body = b""
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > MOST_BYTES:
                return {}
    except ClientDisconnect:
        return {}
    try:
        parsed = parse_qs(body.decode(), max_num_fields=10)
    except ValueError:
        return {}
    return {name: values[0] for name, values in parsed.items()}
