"""Where the real Odoo cannot be brought up: a reason, and an exit code that counts its tests as skipped."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from runtime.ports import free_port

CANNOT_RUN = 3


def real_odoo(action: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "sandbox.real_odoo", action],
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.fixture
def home() -> Iterator[str]:
    """A folder that the servers' user may enter (pytest's own may not)."""
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
        Path(folder).chmod(0o755)
        yield folder


def test_a_port_that_is_taken(home: str) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        done = real_odoo("up", ODOO_HOME=home, ODOO_PORT=port)
    assert done.returncode == CANNOT_RUN
    assert f"port {port} is taken" in done.stderr and "ODOO_PORT" in done.stderr


def test_a_machine_that_is_no_debian(home: str) -> None:
    done = real_odoo("up", ODOO_HOME=home, ODOO_PORT=str(free_port()), PATH="/nonexistent")
    assert done.returncode == CANNOT_RUN and "not a Debian machine" in done.stderr


@pytest.mark.skipif(os.getuid() != 0, reason="only root gives the servers to another user")
def test_a_folder_that_the_servers_may_not_enter(home: str) -> None:
    Path(home).chmod(0o700)
    done = real_odoo("up", ODOO_HOME=f"{home}/odoo", ODOO_PORT=str(free_port()))
    assert done.returncode == CANNOT_RUN and "ODOO_HOME" in done.stderr


def test_nothing_to_stop_is_no_error(home: str) -> None:
    assert real_odoo("down", ODOO_HOME=f"{home}/never").returncode == 0


def test_a_wrong_word_shows_how_it_is_used() -> None:
    done = real_odoo("sideways")
    assert done.returncode == 2 and "up | down | wipe" in done.stdout
