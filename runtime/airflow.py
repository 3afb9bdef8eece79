"""Airflow on one machine: one parent that imports it once and forks its services.

`airflow standalone` would ignore SIGTERM, leave orphans and force another sign-in; separate commands
import Airflow four times. Here the parent brings the metadata database up to date, creates the
administrator and the pools (airflow_pools.json), forks API server, scheduler and DAG processor
(nothing of ours defers, so there is no triggerer), starts again what dies, and ends them all at SIGTERM.

Takes everything from the environment that runtime/env.py makes: `python -m runtime.airflow`.
"""

from __future__ import annotations

import ctypes
import importlib
import json
import logging
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from types import FrameType

from airflow import settings
from airflow.cli import cli_parser
from airflow.models.pool import Pool
from airflow.utils.db import initdb

from runtime.env import ADMIN, ROOT, Secrets, Settings

# Tasks need them and they take seconds to import: the scheduler has them before it forks its workers.
PRELOADED = ("dbt.cli.main", "great_expectations", "psycopg", "httpx")
CHILDREN = {
    "scheduler": ["scheduler", "--skip-serve-logs"],
    "api-server": ["api-server"],
    "dag-processor": ["dag-processor"],
}
STOP_SECONDS = 25
_PR_SET_PDEATHSIG = 1


class Children:
    """The forked services: each is started again when it dies, until `stop` is called."""

    def __init__(self, starts: dict[str, Callable[[], None]]) -> None:
        self._starts = starts
        self._running: dict[int, str] = {}
        self._started_at: dict[str, float] = {}
        self._is_stopping = False

    def run(self) -> None:
        """Returns when all have ended after a SIGTERM or SIGINT."""
        for name in self._starts:
            self._fork(name)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.stop)
        while self._running:
            pid, status = os.waitpid(-1, 0)
            name = self._running.pop(pid, "")
            if name and not self._is_stopping:
                _say(f"{name} ended with code {os.waitstatus_to_exitcode(status)}; starting it again")
                # one that cannot live at all must not keep the machine busy
                time.sleep(1 if time.monotonic() - self._started_at[name] > 30 else 5)
                self._fork(name)

    def stop(self, number: int, _frame: FrameType | None) -> None:
        """Every child has been asked to end; those that do not are killed after a while."""
        if self._is_stopping:
            return
        self._is_stopping = True
        _say(f"signal {number}: ending {', '.join(self._running.values())}")
        self._signal_all(signal.SIGTERM)
        signal.signal(signal.SIGALRM, lambda *_: self._signal_all(signal.SIGKILL))
        signal.alarm(STOP_SECONDS)

    def _signal_all(self, number: signal.Signals) -> None:
        for pid in list(self._running):
            with suppress(ProcessLookupError):
                os.kill(pid, number)

    def _fork(self, name: str) -> None:
        if self._is_stopping:
            return
        self._started_at[name] = time.monotonic()
        pid = os.fork()
        if pid:
            self._running[pid] = name
            return
        code = 1
        try:
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, signal.SIG_DFL)
            _end_with_parent()
            settings.configure_orm()  # type: ignore[no-untyped-call]
            self._starts[name]()
            code = 0
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 1
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            # not sys.exit: what the parent registered to do at its end is not the child's
            os._exit(code)


def main() -> int:
    """The database is ready, the services run; returns after SIGTERM."""
    started = time.monotonic()
    run_settings = Settings.from_env()
    initdb()
    _say(f"metadata database ready after {time.monotonic() - started:.1f} s")
    _create_administrator(Secrets.of(run_settings.home).admin_password)
    _create_pools()
    # a connection must not be shared across a fork
    settings.dispose_orm()
    starts: dict[str, Callable[[], None]] = {name: _command(words) for name, words in CHILDREN.items()}
    starts["scheduler"] = _with_preload(starts["scheduler"])
    Children(starts).run()
    return 0


def _command(words: list[str]) -> Callable[[], None]:
    """What `airflow <words>` does, in this process."""

    def run() -> None:
        arguments = cli_parser.get_parser().parse_args(words)
        arguments.func(arguments)

    return run


def _with_preload(run: Callable[[], None]) -> Callable[[], None]:
    def preload_and_run() -> None:
        started = time.monotonic()
        # it tells of every default it fills in, at INFO; the workers inherit the level
        logging.getLogger("great_expectations").setLevel(logging.WARNING)
        for name in PRELOADED:
            importlib.import_module(name)
        _say(f"preloaded {', '.join(PRELOADED)} in {time.monotonic() - started:.1f} s")
        run()

    return preload_and_run


def _create_administrator(password: str) -> None:
    """The user of the demo exists and has this password."""
    from airflow.providers.fab.auth_manager.cli_commands.utils import get_application_builder

    with get_application_builder() as builder:
        manager = builder.sm
        user = manager.find_user(username=ADMIN)
        if user:
            manager.reset_password(user.id, password)
        else:
            role = manager.find_role("Admin")
            manager.add_user(ADMIN, "Counterflow", "Administrator", "admin@localhost", role, password)


def _create_pools() -> None:
    """Every pool of airflow_pools.json is there with its number of slots."""
    for name, pool in json.loads((ROOT / "airflow_pools.json").read_text()).items():
        Pool.create_or_update_pool(name, pool["slots"], pool["description"], pool["include_deferred"])


def _end_with_parent() -> None:
    """On Linux the child is ended when its parent is, however that happened."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _say(text: str) -> None:
    print(f"[runtime.airflow] {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
