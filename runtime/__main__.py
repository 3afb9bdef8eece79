"""The services of this machine: `python -m runtime up | down | clean | status | env`.

up      starts what does not run yet, or stops what it started and says why it cannot
down    stops everything, keeps the data
clean   stops everything, removes the data
status  what runs, where
env     prints the environment of the running services as shell lines (holds secrets)
"""

from __future__ import annotations

import shlex
import signal
import sys
import time
from types import FrameType

from runtime.env import Settings, environment
from runtime.errors import CannotStart
from runtime.stack import Stack

_STARTED = time.monotonic()


def say(text: str) -> None:
    """One line of progress, with the seconds since the start."""
    print(f"[{time.monotonic() - _STARTED:5.1f} s] {text}", flush=True)


def main(arguments: list[str]) -> int:
    """The exit code; what went wrong is one message on the error output."""
    actions = {"up": up, "down": down, "clean": clean, "status": status, "env": show_env}
    if len(arguments) != 1 or arguments[0] not in actions:
        print(__doc__)
        return 2
    # so that what was started is stopped again, as after Ctrl-C
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        return actions[arguments[0]](Stack(Settings.from_env(), say))
    except CannotStart as reason:
        print(f"\n{reason}", file=sys.stderr)
    except KeyboardInterrupt:
        print("\nInterrupted; what this command had started is stopped", file=sys.stderr)
    return 1


def up(stack: Stack) -> int:
    """Everything runs."""
    stack.up()
    return 0


def down(stack: Stack) -> int:
    """Nothing runs."""
    stopped = stack.down()
    say(f"stopped: {', '.join(stopped)}" if stopped else "nothing was running")
    return 0


def clean(stack: Stack) -> int:
    """Nothing runs, nothing is kept."""
    stack.clean()
    say(f"removed {stack.settings.home}")
    return 0


def status(stack: Stack) -> int:
    """Prints what runs; 0 if everything does."""
    running = {
        f"PostgreSQL  127.0.0.1:{stack.settings.ports['postgres']}": stack.postgres.is_running(),
        f"stand-ins   {stack.settings.sandbox_url('woocommerce')}": stack.sandbox.is_running(),
        f"customers   http://localhost:{stack.settings.ports['portal']}": stack.portal.is_running(),
        f"staff       http://localhost:{stack.settings.ports['staff']}/staff": stack.staff.is_running(),
        f"Airflow     {stack.settings.ui_url}": stack.airflow.is_running(),
    }
    for name, is_running in running.items():
        print(f"{'up  ' if is_running else 'down'}  {name}")
    print(f"state and logs: {stack.settings.home}")
    return 0 if all(running.values()) else 1


def show_env(stack: Stack) -> int:
    """Prints what a shell must export to run the steps by hand against the running services."""
    for name, value in environment(stack.settings, stack.server(), stack.connections()).items():
        if name.startswith(("AIRFLOW", "COUNTERFLOW", "DBT", "GX_")):
            print(f"export {name}={shlex.quote(value)}")
    return 0


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
