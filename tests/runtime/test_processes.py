"""Services: started once, found again, ended with all their children, and clear about what is wrong."""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
import time
from collections import namedtuple
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from runtime import ports, processes
from runtime.errors import DiskFull, PortTaken, ServiceDied
from runtime.ports import free_port, is_listening, listener, require_free
from runtime.processes import Service, require_disk

# listens, and has a child that would outlive it
LISTENS = """
import socket, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print("child", child.pid, flush=True)
server = socket.create_server(("127.0.0.1", {port}))
while True:
    server.accept()[0].close()
"""


def service(folder: Path, code: str, port: int, **settings: float) -> Service:
    return Service("thing", [sys.executable, "-c", code], folder, lambda: is_listening(port), **settings)


@pytest.fixture
def listening(tmp_path: Path) -> Iterator[Service]:
    port = free_port()
    made = service(tmp_path, LISTENS.format(port=port), port)
    made.start(os.environ)
    yield made
    made.stop()


def child_of(running: Service) -> int:
    return int(running.log.read_text().split("child ")[-1].split()[0])


def is_alive(pid: int) -> bool:
    return processes._birth(pid) != processes.GONE


def test_starts_once_and_ends_with_its_children(listening: Service) -> None:
    assert listening.is_running()
    assert listening.start(os.environ) is False
    child = child_of(listening)
    assert is_alive(child)
    listening.stop()
    assert not listening.is_running()
    assert not is_alive(child)
    listening.stop()


def test_a_killed_one_is_replaced_and_its_orphans_end(listening: Service) -> None:
    orphan = child_of(listening)
    os.kill(int((listening.folder / "thing.pid").read_text().split()[0]), signal.SIGKILL)
    time.sleep(0.2)
    assert not listening.is_running()
    assert listening.start(os.environ) is True
    assert not is_alive(orphan)


def test_a_number_that_another_process_bears_now_is_left_alone(tmp_path: Path) -> None:
    stale = service(tmp_path, "", free_port())
    (tmp_path / "thing.pid").write_text(f"{os.getpid()} earlier/1")
    assert not stale.is_running()
    stale.stop()


def test_one_that_ends_shows_the_end_of_its_log(tmp_path: Path) -> None:
    ends = service(tmp_path, "import sys; sys.exit('no ink in the printer')", free_port())
    with pytest.raises(ServiceDied, match=r"thing ended with code 1[\s\S]*thing\.log[\s\S]*no ink"):
        ends.start(os.environ)
    assert not (tmp_path / "thing.pid").exists()


def test_one_that_never_answers_is_ended(tmp_path: Path) -> None:
    code = "import os, time; print('pid', os.getpid(), flush=True); time.sleep(600)"
    mute = service(tmp_path, code, free_port(), start_seconds=1)
    with pytest.raises(ServiceDied, match="does not answer after 1 s"):
        mute.start(os.environ)
    assert not is_alive(int(mute.log.read_text().split()[1]))


def test_a_taken_port_names_its_owner_and_the_variable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        who = listener(port)
        assert who and str(os.getpid()) in who
        with pytest.raises(PortTaken, match=rf"Port {port}.*the thing.*{os.getpid()}.*THING_PORT"):
            require_free(port, "the thing", "THING_PORT", wait_seconds=0.3)
    require_free(port, "the thing", "THING_PORT")


def test_a_port_that_is_let_go_in_a_moment_is_waited_for() -> None:
    with socket.create_server(("127.0.0.1", free_port())) as dying:
        port = dying.getsockname()[1]
        threading.Timer(0.5, dying.close).start()
        started = time.monotonic()
        require_free(port, "the thing", "THING_PORT")
        assert time.monotonic() - started >= 0.4
    assert not is_listening(port)


def test_a_free_port_is_none_that_an_outgoing_connection_gets() -> None:
    chosen = {free_port() for _ in range(50)}
    assert len(chosen) > 40, "two who ask at once are not given the same"
    first, last = map(int, Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split())
    assert not any(first <= port <= last for port in chosen)
    for port in chosen:
        with socket.create_server(("127.0.0.1", port)):
            pass


def test_a_connection_that_reaches_itself_is_nobody_who_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    port = free_port()

    class Bound(socket.socket):
        """Goes out of the port that it goes to, as one given a port by the system may by chance."""

        def connect_ex(self, address: Any) -> int:
            self.bind(address)
            return super().connect_ex(address)

    monkeypatch.setattr(ports.socket, "socket", Bound)
    assert not is_listening(port)


def test_a_full_disk_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    require_disk(tmp_path)
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(processes.shutil, "disk_usage", lambda _: usage(10, 9, 1024**3))
    with pytest.raises(DiskFull, match=r"1\.0 GB free.*needs 2.*COUNTERFLOW_HOME"):
        require_disk(tmp_path / "not" / "there" / "yet")
