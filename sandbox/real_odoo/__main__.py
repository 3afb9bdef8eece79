"""`python -m sandbox.real_odoo up | down | wipe`: see the package.

Exit codes: 0 done, 3 this machine cannot run it (the reason is printed), 1 anything else.
"""

import hashlib
import json
import os
import shutil
import sys
import time
from datetime import date, timedelta
from pathlib import Path

import httpx

from sandbox.odoo_world import OdooWorld
from sandbox.real_odoo import machine
from sandbox.real_odoo.machine import HOME, PORT, RUN, CannotRun
from sandbox.story import Story

FILES = Path(__file__).parent
URL = f"http://127.0.0.1:{PORT}"
STARTED = time.monotonic()
COMPLETE = HOME / "database.complete"
SHOP_DONE = HOME / "shop.sha256"
RENEW_BEFORE = timedelta(days=7)

CONFIG = f"""[options]
addons_path = {machine.SITE}/odoo/addons
data_dir = {machine.DATA}
db_host = {RUN}
db_user = odoo
db_name = {machine.DATABASE}
dbfilter = ^{machine.DATABASE}$
list_db = False
http_interface = 127.0.0.1
http_port = {PORT}
workers = 0
max_cron_threads = 1
db_maxconn = 24
log_handler = :INFO,odoo.addons.rpc:ERROR
"""


def say(text: str) -> None:
    """One line of progress, with the seconds since the start."""
    print(f"[{time.monotonic() - STARTED:6.1f} s] {text}", flush=True)


def odoo(*arguments: str | Path) -> list[str | Path]:
    """The command line of an Odoo program of ours."""
    program = [machine.VENV / "bin/python", machine.PACKAGE / "usr/bin/odoo"]
    return [*program, *arguments[:1], "-c", machine.CONFIG, *arguments[1:]]


def up() -> None:
    """A real Odoo answers at URL and CONNECTION says how to sign in; only what is missing is done."""
    if not machine.running(RUN / "odoo.pid") and not machine.port_is_free(PORT):
        raise CannotRun(f"port {PORT} is taken by another program: stop it or set ODOO_PORT")
    machine.CACHE.mkdir(parents=True, exist_ok=True)
    for folder in (machine.DATA, RUN, HOME / "pycache"):
        machine.own_folder(folder)
    machine.run(
        ["test", "-w", RUN], why=f"user {machine.USER} may not enter {HOME}, choose another ODOO_HOME"
    )
    machine.unpack()
    say(f"Odoo 19 is unpacked under {HOME}")
    machine.make_venv(FILES / "requirements.txt")
    say("its Python packages are there")
    machine.start_postgres()
    say("its PostgreSQL runs")
    machine.CONFIG.write_text(CONFIG)
    if not COMPLETE.exists():
        make_database()
    if not shop_is_current():
        make_shop()
    start_server()
    say("setting up the story: products, stock, books, purchases, sales")
    story = Story(orders=int(os.environ.get("ORDERS", "50")), seed=int(os.environ.get("SEED", "7")))
    OdooWorld(machine.CONNECTION.read_text(), story, machine.BOOKKEEPER.read_text()).set_up()
    say(f"Odoo 19 answers at {URL}; sign-in for programs: {machine.CONNECTION}")


def make_database() -> None:
    """The database holds a bare Odoo."""
    say("making its database")
    machine.run(
        odoo("db", "init", machine.DATABASE, "--force", "--country", "CA"), why="the database was not made"
    )
    machine.CONNECTION.unlink(missing_ok=True)
    COMPLETE.touch()


def make_shop() -> None:
    """The database holds the shop of shop.py; CONNECTION and BOOKKEEPER hold its users' new keys."""
    say("installing stock, sales, purchases, point of sale and the Canadian books (half a minute)")
    script = (FILES / "shop.py").read_text() + "\nset_up(env)\n"
    command = odoo("shell", "-d", machine.DATABASE, "--no-http", "--log-level=error")
    printed = machine.run(command, stdin=script, why="the shop was not set up")
    results = [line for line in printed.splitlines() if line.startswith("RESULT ")]
    if not results:
        raise CannotRun(f"the shop was not set up: {machine.last_lines(printed)}")
    made = json.loads(results[-1].removeprefix("RESULT "))
    keys = ((machine.CONNECTION, "counterflow", "key"), (machine.BOOKKEEPER, "bookkeeper", "bookkeeper_key"))
    for file, login, key in keys:
        write_connection(file, login, made[key], made["expires"])
    SHOP_DONE.write_text(shop_version())


def write_connection(file: Path, login: str, key: str, expires: str) -> None:
    """The file, readable by its owner alone, says how this user signs in."""
    connection = {
        "conn_type": "http",
        "schema": "http",
        "host": "127.0.0.1",
        "port": PORT,
        "login": login,
        "password": key,
        "extra": {"database": machine.DATABASE, "ca_file": None, "key_expires": expires},
    }
    file.touch(mode=0o600)
    file.write_text(json.dumps(connection))


def shop_version() -> str:
    """Changes with shop.py, so that a database made by an older one gets what it lacks."""
    return hashlib.sha256((FILES / "shop.py").read_bytes()).hexdigest()


def shop_is_current() -> bool:
    """Whether the database holds what today's shop.py makes, and the keys last."""
    files = (machine.CONNECTION, machine.BOOKKEEPER, SHOP_DONE)
    return (
        all(file.exists() for file in files)
        and SHOP_DONE.read_text() == shop_version()
        and key_ends() >= date.today() + RENEW_BEFORE
    )


def key_ends() -> date:
    """The last day of the integration user's key."""
    return date.fromisoformat(json.loads(machine.CONNECTION.read_text())["extra"]["key_expires"])


def start_server() -> None:
    """The server runs and answers a call that needs its database."""
    for file in (machine.BOOKKEEPER, machine.CONNECTION):
        connection = json.loads(file.read_text())
        file.write_text(json.dumps({**connection, "port": PORT}))
    pid_file = RUN / "odoo.pid"
    if not machine.running(pid_file):
        machine.start(odoo("server"), HOME / "odoo.log", pid_file)
    machine.wait_for(lambda: answers(connection["password"]) or not machine.running(pid_file), 180)
    if not answers(connection["password"]):
        raise CannotRun(f"Odoo did not answer: {machine.last_lines((HOME / 'odoo.log').read_text())}")


def answers(key: str) -> bool:
    """Whether the integration user can sign in."""
    headers = {"Authorization": f"bearer {key}"}
    try:
        answer = httpx.post(f"{URL}/json/2/res.users/context_get", json={}, timeout=60, headers=headers)
    except httpx.TransportError:
        return False
    return answer.status_code == 200


def down() -> None:
    """Nothing that `up` started runs any more; its data stays."""
    machine.stop(RUN / "odoo.pid")
    machine.stop_postgres()
    say("the real Odoo is stopped")


def wipe() -> None:
    """As down, and its database is gone; the unpacked package and its Python environment stay."""
    down()
    for folder in (machine.PGDATA, machine.DATA, RUN):
        shutil.rmtree(folder, ignore_errors=True)
    for file in (COMPLETE, SHOP_DONE, machine.CONNECTION, machine.BOOKKEEPER):
        file.unlink(missing_ok=True)
    say("its database is removed")


def main() -> int:
    """The exit code."""
    actions = {"up": up, "down": down, "wipe": wipe}
    if len(sys.argv) != 2 or sys.argv[1] not in actions:
        print(__doc__)
        return 2
    try:
        actions[sys.argv[1]]()
    except CannotRun as reason:
        print(f"the real Odoo cannot run here: {reason}", file=sys.stderr)
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main())
