"""The embedded server: starts, survives a kill -9, stops, and says what is wrong when it cannot start."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from runtime.env import ROOT
from runtime.errors import CannotStart, PortTaken
from runtime.ports import free_port
from runtime.postgres import EmbeddedPostgres, throwaway
from runtime.server import Server


@pytest.fixture(scope="module")
def embedded() -> Iterator[EmbeddedPostgres]:
    with throwaway() as running:
        yield running


def count_rows(server: Server, database: str) -> int:
    with psycopg.connect(server.url(database)) as connection:
        row = connection.execute("select count(*) from kept").fetchone()
    assert row
    return int(row[0])


def test_is_version_18_on_loopback_with_passwords(embedded: EmbeddedPostgres) -> None:
    server = embedded.server
    with psycopg.connect(server.url("postgres")) as connection:
        assert connection.info.server_version >= 180000
    stranger = Server(server.host, server.port, server.user, "wrong")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(stranger.url("postgres"))


def test_keeps_committed_rows_through_kill_and_restart(embedded: EmbeddedPostgres) -> None:
    server = embedded.server
    url = server.create_database("kept")
    connection = psycopg.connect(url)
    connection.execute("create table kept as select 1 as n")
    connection.commit()
    pid = embedded.pid
    assert pid
    os.kill(pid, signal.SIGKILL)
    embedded.start()
    assert count_rows(server, "kept") == 1
    embedded.stop()
    assert not embedded.is_running()
    embedded.stop()
    embedded.start()
    assert embedded.start() == server
    assert count_rows(server, "kept") == 1


def test_copies_a_template(embedded: EmbeddedPostgres) -> None:
    server = embedded.server
    with psycopg.connect(server.create_database("original")) as connection:
        connection.execute("create table kept as select generate_series(1, 3)")
    server.create_database("copy", "original")
    assert count_rows(server, "copy") == 3
    server.create_database("copy", "original")
    server.drop_database("copy")
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(server.url("copy"))


def test_a_taken_port_is_named_and_nothing_is_left(tmp_path: Path) -> None:
    folder = tmp_path / "postgres"
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(PortTaken, match=rf"{port}.*PostgreSQL.*{os.getpid()}.*COUNTERFLOW_PG_PORT"):
            EmbeddedPostgres(folder, port).start()
    assert not folder.exists()


@pytest.mark.skipif(os.getuid() != 0, reason="only root hands the server to another user")
def test_a_folder_that_nobody_may_enter_is_named(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    with pytest.raises(CannotStart, match=r"COUNTERFLOW_HOME"):
        EmbeddedPostgres(closed / "postgres", free_port()).start()


def test_the_command_prints_its_url_and_leaves_nothing_behind() -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "runtime.postgres"], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    url = process.stdout.readline().strip()
    with psycopg.connect(url) as connection:
        row = connection.execute("show data_directory").fetchone()
    assert row
    process.terminate()
    assert process.wait(timeout=30) == 0
    process.stdout.close()
    assert not Path(row[0]).parent.exists()


def test_a_url_without_user_is_refused_without_showing_it() -> None:
    with pytest.raises(CannotStart) as refused:
        Server.from_url("postgresql://:hidden@db.example")
    assert "hidden" not in str(refused.value)
    server = Server.from_url("postgresql://some%40one:p%2Fw@db.example/x?sslmode=require")
    assert (server.user, server.password) == ("some@one", "p/w")
    assert server.url("y") == "postgresql://some%40one:p%2Fw@db.example:5432/y?sslmode=require"
