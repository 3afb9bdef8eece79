"""Odoo 19's JSON-2 API, `POST /json/2/<model>/<method>`, as a stand-in over a database in memory.

One call is one transaction. Money is in dollars, two decimals; times are UTC without a mark. What it
holds comes from the story (sandbox/odoo_story.py) and stays in the journal between starts. Measured
against a real Odoo 19 with the Canadian chart ca_2023; where they differ, this is wrong
(tests/contract/test_odoo.py runs on both). Not here: invoices, fields and models that the sync does not
use (asked for, they are the same error as a misspelt one), translations, several companies.

Where Stripe's stand-in runs beside it, its payouts appear in the bank journal on the day they arrive, with
the bank's own charges. Besides the story's doings a test can make happen what a real server's day brings:
`commit_late` (a long transaction: its rows carry the moment it began and appear later), `restrict` (a record
rule: what it leaves out is not there, without a word), `lock_books` and `revoke_key`.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
import traceback
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from sandbox import odoo_bank
from sandbox.bank import BankLine
from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.journal import Journal
from sandbox.odoo_access import BOOKKEEPER, INTEGRATION, READ_ONLY, STAFF_ID, SUPERUSER_ID
from sandbox.odoo_errors import HttpError, OdooError
from sandbox.odoo_methods import Method, call_method, find_method
from sandbox.odoo_models import MODELS
from sandbox.odoo_read import Records
from sandbox.odoo_seed import seed
from sandbox.odoo_store import Env, Row, Store
from sandbox.odoo_story import StoryLoader
from sandbox.odoo_truth import truth
from sandbox.story import CounterSale, Slip, Story

DATABASE = "maple"
_CALL = re.compile(r"/json/2/([^/]+)/([^/]+)")
_BANK_OPENS = time(14)  # UTC
_RACE_SECONDS = 0.002
"""How long a writing call waits before it begins, so that calls sent at once see each other as such."""
_NO_DATABASE = (
    "<!DOCTYPE html>\n<title>404 Not Found</title>\n<h1>Not Found</h1>\n<p>No database is selected and the "
    "requested URL was not found in the server-wide controllers.</p>\n<p>Please verify the hostname, "
    "<a href=/web/login>login</a> and try again.</p>\n\n"
    "<!-- Alternatively, use the X-Odoo-Database header. -->\n"
)


def api_key(login: str) -> str:
    """The stand-in's key of one of its users: the same at every start."""
    return hashlib.sha1(f"{DATABASE}/{login}".encode(), usedforsecurity=False).hexdigest()


class Odoo:
    """The stand-in: an ASGI app, and what the story's hours of trade do to it."""

    login = INTEGRATION
    password = api_key(INTEGRATION)
    read_only_login = READ_ONLY
    read_only_password = api_key(READ_ONLY)

    def __init__(self, story: Story, clock: Clock, journal: Journal) -> None:
        """The database as the story (and the journal) left it."""
        self.extra: dict[str, Any] = {"database": DATABASE, "ca_file": None, "key_expires": None}
        self.clock = clock
        self.journal = journal
        self.store = Store(MODELS)
        seed_env = Env(self.store, SUPERUSER_ID, now=datetime(2026, 1, 2, 14, 0, tzinfo=UTC))
        seed(seed_env)
        seed_env.commit()
        self.story = StoryLoader(self.store, story)
        self.story.load()
        self._replay()
        self._keys = {api_key(login): self._user(login) for login in (INTEGRATION, READ_ONLY, BOOKKEEPER)}
        self._late_seconds = 0.0
        self._statement: Callable[[], list[BankLine]] = list
        self._statement_of: date | None = None
        self.app = self._answer

    def _user(self, login: str) -> int:
        return next(iter(self.store.tables["res.users"].find("login", login)))

    def _replay(self) -> None:
        """The rows that changed since the story, in the state they were left in."""
        for name, table in self.store.tables.items():
            for key, row in self.journal.load("odoo", name):
                table.put(int(key), row)
                table.next_id = max(table.next_id, int(key) + 1)

    def commit_late(self, seconds: float) -> None:
        """The next writing call begins when it arrives and commits this much later."""
        self._late_seconds = seconds

    def restrict(self, model: str, domain: list[Any], login: str = INTEGRATION) -> None:
        """The user sees of the model only what the domain finds; an empty domain lifts the rule."""
        self.store.rules[self._user(login), model] = domain

    def revoke_key(self, login: str = INTEGRATION) -> None:
        """The user's key is not known any more, as after it expired."""
        self._keys.pop(api_key(login), None)

    def lock_books(self, until: str, lock: str = "fiscalyear") -> None:
        """No entry may be dated on or before this day (YYYY-MM-DD); an empty text opens the books again.

        `lock`: fiscalyear (all entries), tax (those with taxes), sale, purchase (those journals) or hard."""
        env = Env(self.store, SUPERUSER_ID, now=self._now())
        env.update("res.company", 1, {f"{lock}_lock_date": until or False})
        self._commit(env)

    def watch_bank(self, statement: Callable[[], list[BankLine]]) -> None:
        """From now on the bank journal shows what the bank's statement shows, from its day on."""
        self._statement, self._statement_of = statement, None
        self._read_statement()

    def _read_statement(self) -> None:
        """What is new on the statement, once a day. Lines of the history are as old as they say, later ones
        were brought in just now."""
        today = self.clock.now().date()
        if self._statement_of == today:
            return
        self._statement_of = today
        for line in self._statement():
            at = datetime.combine(line.booked_on, _BANK_OPENS, UTC)
            env = Env(self.store, STAFF_ID, now=at if at <= self.story.story.until else self._now())
            on = line.booked_on.isoformat()
            if odoo_bank.book(env, line.key, on, line.amount_cents / 100, line.description):
                self._commit(env)

    def truth(self) -> dict[str, Any]:
        """Stock by code, moves, posted entries and their lines, and how often each external id is there."""
        return truth(self.store)

    def counter_sale(self, sale: CounterSale) -> dict[str, Any]:
        """The sale is in the till, once, and its goods are off the stock."""
        env = Env(self.store, self._user(INTEGRATION), now=self._now())
        order = self.story.sell(env, sale)
        self._commit(env)
        return {"pos_order_id": order, "ref": sale.ref}

    def supplier_is_late(self, slip: Slip) -> None:
        """The purchase order's lines, and with them the goods under way, are expected at the other moment."""
        env = Env(self.store, self._user(INTEGRATION), now=self._now())
        self.story.postpone(env, slip)
        self._commit(env)

    def _now(self) -> datetime:
        return self.clock.now().replace(microsecond=datetime.now(UTC).microsecond)

    def _commit(self, env: Env) -> None:
        changed = env.commit()
        for (model, row_id), row in changed.items():
            self.journal.put("odoo", model, str(row_id), row)
            if model == "ir.model.data" and row:
                self.store.born[row["module"], row["name"]] = self.store.commits

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        began, snapshot = self._now(), self.store.commits
        body = await request.body()
        if scope["path"] in ("/web/health", "/web/version"):
            response = _json(
                200, {"status": "pass"} if scope["path"].endswith("health") else {"version": "19.0"}
            )
        else:
            response = await self._call(request, body, began, snapshot)
        await response(scope, receive, send)

    async def _call(self, request: Request, body: bytes, began: datetime, snapshot: int) -> Response:
        if request.headers.get("x-odoo-database", DATABASE) != DATABASE:
            return Response(_NO_DATABASE, 404, media_type="text/html")
        if (
            not request.headers.get("content-type", "").startswith("application/json")
            and request.method == "POST"
        ):
            return Response(
                "<!doctype html>\n<title>415 Unsupported Media Type</title>\n", 415, media_type="text/html"
            )
        try:
            model, name = _target(request)
            uid = self._sign_in(request)
            self._read_statement()
            arguments = _arguments(body)
            method = find_method(self.store.models, model, name)
            if not method.reads:
                pause, self._late_seconds = self._late_seconds or _RACE_SECONDS, 0.0
                await asyncio.sleep(pause)
            env = Env(self.store, uid, arguments.pop("context", None) or {}, now=began, snapshot=snapshot)
            return _json(200, self._run(env, model, name, method, arguments))
        except OdooError as error:
            headers = {"WWW-Authenticate": "Bearer"} if error.status == 401 else {}
            return _json(error.status, error.body(), headers)

    def _run(self, env: Env, model: str, name: str, method: Method, arguments: Row) -> Any:
        """The method's result, its effects kept; or one of the server's errors, and nothing happened."""
        records = Records(env, model, tuple(arguments.pop("ids", None) or ()))
        try:
            result = call_method(records, name, method, arguments)
        except OdooError:
            env.rollback()
            raise
        except Exception as error:  # what the real server's models stumble over, ours stumble over too
            env.rollback()
            raise _unforeseen(error) from error
        self._commit(env)
        return result

    def _sign_in(self, request: Request) -> int:
        kind, _, key = request.headers.get("authorization", "").partition(" ")
        if kind.lower() != "bearer" or not key:
            text = "User not authenticated, use an API Key with a Bearer Authorization header."
            raise HttpError(401, "Unauthorized", text)
        if key not in self._keys:
            raise HttpError(401, "Unauthorized", "Invalid apikey")
        return self._keys[key]


def _target(request: Request) -> tuple[str, str]:
    match = _CALL.fullmatch(request.url.path)
    if match is None or request.method != "POST":
        raise HttpError(404, "NotFound", "Did you mean POST /json/2/<model>/<method>?")
    return match[1], match[2]


def _arguments(body: bytes) -> Row:
    try:
        arguments = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise HttpError(400, "BadRequest", f"could not parse the body as json: {error}") from error
    return dict(arguments) if isinstance(arguments, dict) else {}


def _unforeseen(error: Exception) -> OdooError:
    answer = OdooError(str(error), name=f"builtins.{type(error).__name__}")
    answer.__cause__ = error
    answer.add_note(traceback.format_exc(limit=3))
    return answer


def _json(status: int, body: Any, headers: dict[str, str] | None = None) -> Response:
    return Response(orjson.dumps(body), status, headers, "application/json; charset=utf-8")


def build_odoo(story: Story, faults: Faults, journal: Journal, clock: Clock) -> Odoo:
    """The stand-in of this story; `faults` lie before it, in the server."""
    return Odoo(story, clock, journal)
