"""dbt in this process: builds, with every model's outcome, and the lineage of its manifest."""

from __future__ import annotations

import gc
import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from connections.connection import Connection
from connections.errors import CounterflowError
from connections.warehouse import session, sql
from counterflow.increments import SCHEMAS, Increment, look, only_what_is_new

PROJECT = Path(__file__).resolve().parent.parent / "dbt_project"

LAYERS: dict[str, tuple[str, ...]] = {
    "staging": ("resource_type:seed", "path:models/staging"),
    "marts": ("path:models/intermediate", "path:models/marts"),
    "outbound": ("path:models/outbound",),
}
# What this run's own writes change: the record of writes, and all that rests on it.
OWN_WRITES = ("stg_sync__writes+",)


@dataclass(frozen=True)
class ModelResult:
    """One dbt node's outcome. status: success, error, fail (a test), skipped, warn; rows None: not told."""

    name: str
    kind: str
    status: str
    rows: int | None
    seconds: float
    message: str = ""

    @property
    def is_good(self) -> bool:
        """It ran, and what it says holds."""
        return self.status in ("success", "pass", "warn", "no-op")


def build(
    warehouse: Connection,
    selection: Sequence[str],
    window: Mapping[str, int],
    *,
    full_refresh: bool = False,
) -> list[ModelResult]:
    """The selected models (none named: all) built; what became of each. CounterflowError: dbt itself failed.

    Those that have nothing to do are passed over (increments.py). dbt's own tests are left to the night:
    the gate checks the same of every row that a build writes.
    """
    arguments = ["build", "--resource-type", "model", "--resource-type", "seed"]
    if selection:
        arguments += ["--select", *selection]
    if full_refresh:
        arguments.append("--full-refresh")
        _drop_views(warehouse)
    increment = None if full_refresh else _increment(warehouse, window)
    # by the environment: with other --vars dbt would parse the whole project again (macros/var.sql)
    given = {f"COUNTERFLOW_{name.upper()}": str(value) for name, value in window.items()}
    # what dbt writes of the project's nodes takes a second, and is there already where no file of it changed
    known, models = target() / "fingerprint", fingerprint()
    is_known = known.exists() and known.read_text() == models
    try:
        os.environ.update(given)
        with only_what_is_new(increment):
            results = run(warehouse, [*arguments, "--no-write-json"] if is_known else arguments)
    finally:
        for name in given:
            del os.environ[name]
    known.write_text(models)
    return results


def _drop_views(warehouse: Connection) -> None:
    """No view is left in the layers: a full refresh replaces tables, several at a time.

    dbt would drop each table's views with it, and two that share some would wait for each other.
    """
    with session(warehouse) as opened:
        views = opened.execute(
            "select table_schema, table_name from information_schema.views where table_schema = any(%s)",
            [list(SCHEMAS)],
        ).fetchall()
        for view in views:
            name = sql.Identifier(view["table_schema"], view["table_name"])
            opened.execute(sql.SQL("drop view if exists {} cascade").format(name))


def _increment(warehouse: Connection, window: Mapping[str, int]) -> Increment | None:
    """None where nothing is known of the project's sources: it was never parsed here."""
    manifest = target() / "manifest.json"
    if not manifest.exists():
        return None
    sources = json.loads(manifest.read_text())["sources"]
    tables = {name: f"{source['schema']}.{source['identifier']}" for name, source in sources.items()}
    with session(warehouse) as opened:
        return look(opened, window, tables)


def fingerprint() -> str:
    """What every build rests on besides its input: another one where a file of the dbt project is another."""
    found = hashlib.sha256()
    for file in sorted(PROJECT.rglob("*")):
        place = file.relative_to(PROJECT)
        if file.suffix in (".sql", ".yml", ".csv") and place.parts[0] not in ("target", "logs"):
            found.update(f"{place}\n".encode() + file.read_bytes())
    return found.hexdigest()


def test(warehouse: Connection) -> list[ModelResult]:
    """dbt's data tests over every row; the outcome of each."""
    arguments = ["test", "--exclude-resource-type", "unit_test", "--vars", json.dumps({"all_rows": True})]
    return run(warehouse, arguments)


def run(warehouse: Connection, arguments: Sequence[str]) -> list[ModelResult]:
    """A dbt command's outcome node by node."""
    from dbt.cli.main import dbtRunner  # takes seconds: only those who build pay for it

    os.environ.update(variables_for(warehouse))
    # with other --vars dbt parses the whole project again: what it keeps of it stands apart
    kept = target() / "all_rows" if "--vars" in arguments else target()
    options = ["--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT), "--target-path", str(kept)]
    with _lean():
        result = dbtRunner().invoke(["--quiet", "--log-level-file", "none", *arguments, *options])
    if result.exception is not None:
        raise CounterflowError(f"dbt could not run: {result.exception}", where=f"dbt {arguments[0]}")
    return [_result(item) for item in getattr(result.result, "results", [])]


@contextmanager
def _lean() -> Iterator[None]:
    """A quarter less time for a build of 225 models (10.3 s -> 7.6 s, measured with dbt 1.11.16).

    dbt makes thousands of events, each a protobuf message, although it is told to be quiet: only warnings
    and errors are let through, and what is for debugging is not even put together. And the collector would
    go through its manifest, of which nothing is garbage, again and again.
    """
    from dbt_common.events.base_types import BaseEvent, DebugLevel
    from dbt_common.events.event_manager import EventManager

    fire_event, put_together = EventManager.fire_event, BaseEvent.__init__

    def unless_for_debugging(self: Any, *fields: Any, **named: Any) -> None:
        if not isinstance(self, DebugLevel):
            put_together(self, *fields, **named)

    def what_matters(self: Any, event: Any, level: Any = None, *others: Any, **more: Any) -> None:
        if (level or event.level_tag()).value in ("warn", "error"):
            fire_event(self, event, level, *others, **more)

    EventManager.fire_event, BaseEvent.__init__ = what_matters, unless_for_debugging
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        EventManager.fire_event, BaseEvent.__init__ = fire_event, put_together


def target() -> Path:
    """Where dbt keeps its manifest and its parsed project: COUNTERFLOW_HOME/dbt, else dbt_project/target."""
    home = os.environ.get("COUNTERFLOW_HOME")
    return Path(home) / "dbt" if home else PROJECT / "target"


def variables_for(warehouse: Connection) -> dict[str, str]:
    """The environment that profiles.yml reads."""
    return {
        "COUNTERFLOW_PG_HOST": warehouse.host,
        "COUNTERFLOW_PG_PORT": str(warehouse.port or 5432),
        "COUNTERFLOW_PG_USER": warehouse.login,
        "COUNTERFLOW_PG_PASSWORD": warehouse.password,
        "COUNTERFLOW_PG_DBNAME": warehouse.database,
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    }


def outbound_built_from(model: str) -> list[str]:
    """The outbound models that rest on a model, itself included; as of the last build's manifest."""
    manifest = json.loads((target() / "manifest.json").read_text())
    children: dict[str, list[str]] = manifest["child_map"]
    nodes: dict[str, Any] = manifest["nodes"]
    start = [
        name for name, node in nodes.items() if node["resource_type"] == "model" and node["name"] == model
    ]
    seen, queue = set(start), list(start)
    while queue:
        for child in children.get(queue.pop(), []):
            if child not in seen and child in nodes and nodes[child]["resource_type"] == "model":
                seen.add(child)
                queue.append(child)
    return sorted(nodes[name]["name"] for name in seen if nodes[name]["schema"] == "outbound")


def _result(item: Any) -> ModelResult:
    affected = (item.adapter_response or {}).get("rows_affected")
    return ModelResult(
        name=item.node.name,
        kind=str(item.node.resource_type),
        status=str(item.status),
        rows=affected if isinstance(affected, int) and affected >= 0 else None,
        seconds=round(float(item.execution_time), 2),
        message="" if str(item.status) in ("success", "pass") else str(item.message or "").strip(),
    )
