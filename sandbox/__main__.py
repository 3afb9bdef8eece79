"""`python -m sandbox`: the stand-ins as servers. One line of JSON says where they are; ends on SIGTERM."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import threading
from pathlib import Path

from sandbox.server import SYSTEMS, World
from sandbox.story import HISTORY_END


def main(arguments: list[str]) -> int:
    """Run until told to stop. 2 where the story or its state cannot be, 1 where a port is taken."""
    parser = argparse.ArgumentParser(prog="sandbox", description=__doc__)
    parser.add_argument("--orders", type=int, default=60, help="web orders in the history, 1 to 1000000")
    parser.add_argument("--seed", type=int, default=7, help="another seed, another story")
    parser.add_argument("--systems", default=",".join(SYSTEMS), help="which stand-ins, separated by commas")
    for system in SYSTEMS:
        parser.add_argument(f"--{system}-port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on")
    parser.add_argument("--state-dir", type=Path, help="where changes are kept from one start to the next")
    given = parser.parse_args(arguments)
    systems = tuple(given.systems.split(","))
    ports = {system: getattr(given, f"{system}_port") for system in SYSTEMS}
    try:
        world = World(given.orders, given.seed, systems, HISTORY_END, ports, given.host, given.state_dir)
    except (ValueError, ImportError) as error:
        print(f"sandbox: {error}", file=sys.stderr)
        return 2
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    try:
        world.start_all()
    except OSError as error:
        print(f"sandbox: cannot listen on ports {ports}: {error}", file=sys.stderr)
        world.stop_all()
        return 1
    urls = {system: world.url(system) for system in systems}
    print(json.dumps({"urls": urls, "connections": world.connections}), flush=True)
    stop.wait()
    world.stop_all()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
