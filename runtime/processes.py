"""Processes that stay up after the command that started them: pid files, health, logs, an orderly end."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from runtime.errors import DiskFull, ServiceDied

GONE = "gone"
POLL_SECONDS = 0.2
FREE_BYTES_NEEDED = 2 * 1024**3


@dataclass(frozen=True)
class Service:
    """One process of ours: how it is started, how we know that it works, where it says what is wrong."""

    name: str
    command: Sequence[str]
    folder: Path
    is_healthy: Callable[[], bool]
    start_seconds: float = 90
    stop_seconds: float = 30

    @property
    def log(self) -> Path:
        """What the process printed."""
        return self.folder / f"{self.name}.log"

    def is_running(self) -> bool:
        """Whether the process we started is still there (its number may have gone to another since)."""
        return self._recorded() is not None

    @property
    def started_at(self) -> float:
        """When the process was started, in seconds since 1970; 0 if it never was."""
        return self._pid_file.stat().st_mtime if self._pid_file.exists() else 0.0

    def start(self, env: Mapping[str, str]) -> bool:
        """The process runs and is healthy; False: it did already. ServiceDied."""
        if self.is_running():
            self._wait(None)
            return False
        self.folder.mkdir(parents=True, exist_ok=True)
        # what an earlier one that was killed may have left running
        self.stop()
        # what a process prints may hold keys
        self.log.touch(mode=0o600)
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                list(self.command),
                env=dict(env),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                # a session of its own: Ctrl-C at the terminal is not for it, and its children stay findable
                start_new_session=True,
            )
        self._pid_file.write_text(f"{process.pid} {_birth(process.pid)}")
        try:
            self._wait(process)
        except BaseException:
            self.stop()
            raise
        return True

    def stop(self) -> None:
        """The process and all that it started are gone."""
        pid = self._recorded()
        if pid is not None:
            _signal(pid, signal.SIGTERM)
            _wait_until(lambda: self._recorded() is None, self.stop_seconds)
        self._end_session()
        self._pid_file.unlink(missing_ok=True)

    def _end_session(self) -> None:
        """What the process left behind is gone, also when it was killed itself."""
        with suppress(FileNotFoundError, ValueError):
            pid, birth = self._pid_file.read_text().split()
            # A number from before the machine's last start, or that another process bears now, is not ours.
            if birth.partition("/")[0] == _boot() and _birth(int(pid)) in (birth, GONE):
                for left in _session_members(int(pid)):
                    _signal(left, signal.SIGKILL)
                _wait_until(lambda: not _session_members(int(pid)), 10)

    @property
    def _pid_file(self) -> Path:
        return self.folder / f"{self.name}.pid"

    def _recorded(self) -> int | None:
        try:
            pid, birth = self._pid_file.read_text().split()
        except (FileNotFoundError, ValueError):
            return None
        return int(pid) if birth == _birth(int(pid)) else None

    def _wait(self, process: subprocess.Popen[bytes] | None) -> None:
        """It answers; ServiceDied with the end of its log if it ends or takes too long."""
        deadline = time.monotonic() + self.start_seconds
        while not self.is_healthy():
            if process is not None and process.poll() is not None:
                raise ServiceDied(f"{self.name} ended with code {process.returncode}.\n{self.tail()}")
            if time.monotonic() > deadline:
                raise ServiceDied(
                    f"{self.name} does not answer after {self.start_seconds:.0f} s.\n{self.tail()}"
                )
            time.sleep(POLL_SECONDS)

    def tail(self, lines: int = 20) -> str:
        """The end of the log, with its name: part of any message about this service."""
        return tail(self.log, lines)


def tail(log: Path, lines: int = 20) -> str:
    """The last lines of a log file under its name."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - 64 * 1024))
            text = file.read().decode(errors="replace")
    except OSError:
        return f"(no log at {log})"
    return "\n".join([f"The end of {log}:", *(f"  {line}" for line in text.splitlines()[-lines:])])


def require_disk(folder: Path) -> None:
    """A run's room is free on the folder's disk. DiskFull says how much there is."""
    existing = next(parent for parent in (folder, *folder.parents) if parent.exists())
    free = shutil.disk_usage(existing).free
    if free < FREE_BYTES_NEEDED:
        raise DiskFull(
            f"{existing} has {free / 1024**3:.1f} GB free and a run needs {FREE_BYTES_NEEDED / 1024**3:.0f}. "
            "Make room, or set COUNTERFLOW_HOME to a folder on another disk"
        )


def _birth(pid: int) -> str:
    """When the process began, as the system counts it; tells it from a later one of the same number."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        if Path("/proc/self/stat").exists():
            return GONE
        listed = subprocess.run(
            ["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
        )
        return listed.stdout.strip().replace(" ", "_") or GONE
    # a zombie has ended; only its parent has not looked yet
    return GONE if fields[0] in "ZX" else f"{_boot()}/{fields[19]}"


def _boot() -> str:
    """Which start of the machine this is: process numbers begin anew at each."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""


def _session_members(session: int) -> list[int]:
    """The living processes of a session that we opened (empty where the system has no /proc)."""
    members = []
    for entry in Path("/proc").glob("[0-9]*"):
        pid = int(entry.name)
        with suppress(OSError):
            if os.getsid(pid) == session and _birth(pid) != GONE:
                members.append(pid)
    return members


def _signal(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)


def _wait_until(is_true: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if is_true():
            return True
        time.sleep(POLL_SECONDS)
    return is_true()
