"""Which ports are free, and who has those that are not."""

from __future__ import annotations

import os
import random
import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from runtime.errors import PortTaken

_LISTEN = "0A"
# Below the ports that Linux, macOS and Windows hand out to outgoing connections (32768, 49152 and above).
FREE_PORTS = range(20_000, 32_000)
_POLL_SECONDS = 0.1
_choose = random.SystemRandom()


def free_port() -> int:
    """A loopback port that nobody uses right now, and that no outgoing connection will be given."""
    while True:
        port = _choose.choice(FREE_PORTS)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def is_listening(port: int) -> bool:
    """Whether somebody accepts connections on the loopback port."""
    with socket.socket() as probe:
        probe.settimeout(2)
        if probe.connect_ex(("127.0.0.1", port)) != 0:
            return False
        # a connection out of the very port that it goes to reaches itself: nobody listens there
        return bool(probe.getsockname() != probe.getpeername())


def require_free(port: int, service: str, variable: str, wait_seconds: float = 5) -> None:
    """Nobody listens on the port, at the latest after the wait: one that was killed takes a moment to let go.

    PortTaken names who listens, if known, and the variable to set.
    """
    deadline = time.monotonic() + wait_seconds
    while is_listening(port):
        if time.monotonic() < deadline:
            time.sleep(_POLL_SECONDS)
            continue
        who = listener(port)
        raise PortTaken(
            f"Port {port}, wanted for {service}, is taken{f' by {who}' if who else ''}. "
            f"Stop that, or set {variable} to another port"
        )


def listener(port: int) -> str | None:
    """Name and process id of who listens on the port; None where the system does not tell."""
    inodes = set(_listening_inodes(port))
    if not inodes:
        return None
    for process in Path("/proc").glob("[0-9]*"):
        if inodes & set(_open_files(process)):
            with suppress(OSError):
                return f"{(process / 'comm').read_text().strip()} (process {process.name})"
    return None


def _open_files(process: Path) -> Iterator[str]:
    # another user's files, or those closed since they were listed, are passed over
    with suppress(OSError):
        for descriptor in (process / "fd").iterdir():
            with suppress(OSError):
                yield os.readlink(descriptor)


def _listening_inodes(port: int) -> Iterator[str]:
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        try:
            lines = Path(table).read_text().splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            columns = line.split()
            if columns[3] == _LISTEN and int(columns[1].rsplit(":", 1)[1], 16) == port:
                yield f"socket:[{columns[9]}]"
