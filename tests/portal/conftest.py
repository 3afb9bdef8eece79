"""A real browser for the pages of portal/, and a server of the test's own.

`browser`        Chromium, headless, once for the session
`phone`, `desk`  a browser context of that size without JavaScript: what a page does, it does without
`serve`          run an application on a free port; its address
`axe`            what axe-core finds wrong with the page at an address (in a context with JavaScript)
`pages_url`      the customer's pages, with an order in every state (tests/portal/states.py)
"""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from connections.connection import Connection
from portal.__main__ import SERVING
from portal.app import CustomerPages
from runtime.ports import free_port
from tests.portal import states

PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 900}
SIZES = {"phone": PHONE, "desk": DESK}
# Without these Chromium asks Google's hosts at every start.
QUIET = (
    "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-quic", "--disable-gpu",
)  # fmt: skip


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium. Where there is none the tests fail, and say how to get it."""
    with sync_playwright() as playwright:
        args = [*QUIET, "--no-sandbox"] if os.getuid() == 0 else [*QUIET]
        opened = playwright.chromium.launch(executable_path=chromium(), args=args)
        yield opened
        opened.close()


def chromium() -> str:
    """Where Chromium is: COUNTERFLOW_CHROMIUM, or what the system has."""
    for name in (os.environ.get("COUNTERFLOW_CHROMIUM"), "chromium", "chromium-browser", "google-chrome"):
        found = shutil.which(name) if name else None
        if found:
            return found
    pytest.fail(
        "Chromium is missing, so no page was tested. On Debian: apt-get install chromium (root: make does); "
        "elsewhere set COUNTERFLOW_CHROMIUM to Chrome or Chromium",
        pytrace=False,
    )


@pytest.fixture
def phone(browser: Browser) -> Iterator[BrowserContext]:
    """A phone's browser with JavaScript turned off."""
    yield from _context(browser, PHONE)


@pytest.fixture
def desk(browser: Browser) -> Iterator[BrowserContext]:
    """A desktop browser with JavaScript turned off."""
    yield from _context(browser, DESK)


def _context(browser: Browser, size: Any) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport=size, java_script_enabled=False, locale="en-CA")
    context.set_default_timeout(10_000)
    yield context
    context.close()


@pytest.fixture(scope="session")
def axe(browser: Browser) -> Iterator[Callable[..., list[str]]]:
    """Findings of axe-core at an address, one line each: rule, impact, the element."""
    source = Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text()
    # the policy of our pages forbids any script, axe's too
    contexts = {name: browser.new_context(viewport=size, bypass_csp=True) for name, size in SIZES.items()}

    def look(url: str, size: str = "phone", cookies: Any = ()) -> list[str]:
        context = contexts[size]
        context.clear_cookies()
        context.add_cookies(list(cookies))
        page = context.new_page()
        page.goto(url)
        page.evaluate(source)
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        page.close()
        return [
            f"{violation['id']} ({violation['impact']}): {node['html']}"
            for violation in found["violations"]
            for node in violation["nodes"]
        ]

    yield look
    for context in contexts.values():
        context.close()


@pytest.fixture
def serve() -> Iterator[Callable[..., str]]:
    """Run an application as `python -m portal` does; its address. It ends with the test."""
    with serving() as start:
        yield start


@pytest.fixture(scope="module")
def told(module_warehouse: Connection) -> Connection:
    """The module's warehouse, with an order in every state."""
    states.tell(module_warehouse)
    return module_warehouse


@pytest.fixture(scope="module")
def pages_url(told: Connection) -> Iterator[str]:
    """The customer's pages over it, for tests that change nothing."""
    with serving() as start:
        yield start(CustomerPages(states.portal(), told, most_per_minute=1000).app())


@contextmanager
def serving() -> Iterator[Callable[..., str]]:
    """Starts applications on free ports of this machine; they all end with the block."""
    running: list[tuple[uvicorn.Server, threading.Thread]] = []

    def start(app: Any, *, port: int | None = None, **options: Any) -> str:
        port = port or free_port()
        config = uvicorn.Config(app, "127.0.0.1", port, log_level="warning", **{**SERVING, **options})
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        running.append((server, thread))
        deadline = time.monotonic() + 10
        while not server.started:
            assert time.monotonic() < deadline and thread.is_alive(), "the application did not start"
            time.sleep(0.01)
        return f"http://127.0.0.1:{port}"

    try:
        yield start
    finally:
        for server, thread in running:
            # not as long as a browser keeps its connections
            server.force_exit = server.should_exit = True
            thread.join(10)
