"""The steps of a sync: what the DAGs and the command line both call.

Each step may be killed and repeated at any moment: what it did is in the warehouse, and it goes on
from there. `run_id` names the run in every row it leaves.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from connections.connection import Connection
from connections.errors import CounterflowError, Misconfigured
from connections.warehouse import (
    Jsonb,
    Warehouse,
    begin_build,
    connect,
    ensure_raw_tables,
    exclusive,
    finish_build,
    forget_builds,
    migrate,
    session,
)
from counterflow import dbt, gate, settings, systems
from counterflow.dbt import ModelResult
from counterflow.gate import CheckSummary
from counterflow.settings_tables import replace_if_different
from counterflow.summary import RunSummary, gather
from extractors.base import ResourceCount
from extractors.base import extract as run_extractor
from loaders.base import DeliverySummary, Loader
from loaders.base import deliver as run_loader
from loaders.planning import Guards, Hold

ConnectTo = Callable[[str], Connection]

# Further rounds of build, check and deliver in one run: what becomes due by its own writes. The longest
# way is that of a parcel: quote, label, slip and manifest, mail, and the ledger's last word.
MORE_ROUNDS = 5


def prepare(run_id: str) -> None:
    """The warehouse has every table, the settings are in it, and the run is on record. Misconfigured.

    Where the settings or the models are others than before, the next build looks at everything.
    """
    chosen = settings.load()
    warehouse_connection = Connection.from_env("warehouse")
    migrate(warehouse_connection)
    with session(warehouse_connection) as warehouse:
        for extractor in systems.EXTRACTORS:
            tables = sorted({resource.lands_in for resource in extractor.resources})
            ensure_raw_tables(warehouse, extractor.system, tables)
        with warehouse.cursor() as cursor:
            models = [(dbt.fingerprint(),)]
            if chosen.store(cursor) | replace_if_different(cursor, "models", models):
                forget_builds(warehouse)
        warehouse.execute(
            """
            insert into sync.runs (run_id) values (%s)
            on conflict (run_id) do update set status = 'running', finished_at = null
            """,
            [run_id],
        )


def extract(
    system: str,
    run_id: str,
    connection: Connection | None = None,
    *,
    census: bool = False,
    only: Sequence[str] = (),
) -> list[ResourceCount]:
    """What changed in the system is in raw; what each resource gave. Unavailable, Rejected, Misconfigured."""
    if system not in settings.load().systems.on:
        return []
    return run_extractor(
        systems.extractor(system),
        connection or Connection.from_env(system),
        Connection.from_env("warehouse"),
        run_id,
        only=only,
        census=census,
    )


def build(run_id: str, layer: str | None = None, *, full_refresh: bool = False) -> list[ModelResult]:
    """The layer's models (None: all) are built from what changed since the last good build.

    A new build begins with the staging layer. CounterflowError names the models that failed; those
    that do not rest on them are built all the same.
    """
    layers = [layer] if layer else list(dbt.LAYERS)
    selection = [selector for name in layers for selector in dbt.LAYERS[name]]
    with _building() as warehouse:
        window = begin_build(warehouse, run_id) if "staging" in layers else _build_of(warehouse, run_id)
        return _build(warehouse, window, selection, "outbound" in layers, full_refresh)


def build_own_writes(run_id: str) -> list[ModelResult]:
    """What this run has written is in the models that rest on it, down to what is due by it."""
    with _building() as warehouse:
        window = begin_build(warehouse, run_id, is_whole=False)
        return _build(warehouse, window, dbt.OWN_WRITES, True, False)


def check(run_id: str, *, full: bool = False) -> CheckSummary:
    """The gate's findings over the last build's rows; what fails is held, nothing raises for it."""
    return gate.check(Connection.from_env("warehouse"), run_id, full=full)


def deliver(
    system: str, run_id: str, *, plan_only: bool = False, connection: Connection | None = None
) -> DeliverySummary:
    """Every due row for the system is true there, or stands in sync.writes with its reason."""
    chosen = settings.load()
    warehouse_connection = Connection.from_env("warehouse")
    total = DeliverySummary(system)
    if system not in chosen.systems.on:
        return total
    most_rows = chosen.guards.max_rows_per_run
    guards = Guards(
        most_rows=min(most_rows, chosen.mail.max_per_run) if system == "mail" else most_rows,
        most_money=int(chosen.guards.max_money_per_run),
        most_to_zero=chosen.guards.max_skus_to_zero_per_run,
    )
    for loader in systems.loaders(system):
        part = run_loader(
            loader,
            connection or Connection.from_env(system),
            warehouse_connection,
            run_id,
            guards=guards,
            hold_all=_hold_all(warehouse_connection, loader, chosen),
            plan_only=plan_only,
        )
        for name in ("planned", "confirmed", "already_true", "refused", "held", "unknown", "drifted"):
            setattr(total, name, getattr(total, name) + getattr(part, name))
        total.lines += part.lines
    return total


def settle(run_id: str, connect_to: ConnectTo = Connection.from_env) -> int:
    """Rounds of build, check and deliver until nothing new is due, at most MORE_ROUNDS; how many it took.

    A system that is down holds only what depends on it: its error is raised once the others are done.
    """
    rounds, failed = 0, None
    while rounds < MORE_ROUNDS and _written_since_build():
        build_own_writes(run_id)
        check(run_id)
        rounds += 1
        failed = None
        for system in systems.WRITTEN:
            if system not in settings.load().systems.on:
                continue
            try:
                deliver(system, run_id, connection=connect_to(system))
            except CounterflowError as error:
                failed = failed or error
    if failed:
        raise failed
    return rounds


def summarize(run_id: str) -> RunSummary:
    """The run's counts and open rows are in sync.runs. CounterflowError: the run is red."""
    with session() as warehouse:
        summary = gather(warehouse, run_id)
        warehouse.execute(
            "update sync.runs set finished_at = now(), status = %s, summary = %s where run_id = %s",
            [summary.status, Jsonb(summary.as_json()), run_id],
        )
    if summary.status == "red":
        raise CounterflowError("the run is not green: " + "; ".join(summary.alarms), where=f"run {run_id}")
    return summary


def _hold_all(warehouse_connection: Connection, loader: Loader, chosen: settings.Settings) -> Hold | None:
    """Why nothing of the loader may be sent now (None: it may)."""
    if not chosen.flows.sends(loader.flow):
        direction = getattr(chosen.flows, loader.flow)
        return Hold("switch", f"flow {loader.flow} is {direction} in settings.toml")
    with session(warehouse_connection) as warehouse:
        oldest = datetime.now(UTC) - timedelta(hours=chosen.guards.max_input_age_hours)
        for system in loader.inputs:
            row = warehouse.execute(
                """
                select max(finished_at) as read_at, bool_or(error is not null) filter (
                    where run_id = (select run_id from sync.extractions where system = %(system)s
                                    order by finished_at desc limit 1)
                ) as failed
                from sync.extractions where system = %(system)s and finished_at > %(oldest)s
                """,
                {"system": system, "oldest": oldest},
            ).fetchone()
            if row is None or row["read_at"] is None:
                return Hold(
                    "stale_input", f"{system} was not read for {chosen.guards.max_input_age_hours} hours"
                )
            if row["failed"]:
                return Hold("stale_input", f"{system} could not be read to its end; the next run tries again")
        built = warehouse.execute("select results from sync.builds order by build_id desc limit 1").fetchone()
    results: dict[str, str] = built["results"] if built else {}
    if not results:
        return Hold("check", "the last build came to nothing")
    for model, status in results.items():
        if status != "success" and loader.outbound_model in dbt.outbound_built_from(model):
            return Hold("check", f"{model} was not built: {status}")
    return None


@contextmanager
def _building() -> Iterator[Warehouse]:
    """A warehouse in which nobody else builds."""
    with connect() as warehouse, exclusive(warehouse, "build"):
        yield warehouse


def _build(
    warehouse: Warehouse, window: dict[str, int], selection: Sequence[str], is_last: bool, full_refresh: bool
) -> list[ModelResult]:
    """The selection is built within the window; it ends the build where it fails, or is the last part."""
    try:
        results = dbt.build(Connection.from_env("warehouse"), selection, window, full_refresh=full_refresh)
    except CounterflowError:
        finish_build(warehouse, window["build_id"], succeeded=False)
        raise
    _note_results(warehouse, window["build_id"], results)
    if any(not result.is_good for result in results):
        finish_build(warehouse, window["build_id"], succeeded=False)
    elif is_last:
        _finish_if_good(warehouse, window["build_id"])
    wrong = [result for result in results if not result.is_good and result.status != "skipped"]
    if wrong:
        names = "; ".join(f"{result.name}: {' '.join(result.message.split())[:300]}" for result in wrong[:5])
        where = f"build {window['build_id']}"
        raise CounterflowError(f"{len(wrong)} of dbt's nodes failed: {names}", where=where)
    return results


def _build_of(warehouse: Warehouse, run_id: str) -> dict[str, int]:
    """The newest build of the run, with the window it began with. Misconfigured: the run has none."""
    row = warehouse.execute(
        """
        select build_id, since_build, since_version from sync.builds
        where run_id = %s order by build_id desc limit 1
        """,
        [run_id],
    ).fetchone()
    warehouse.commit()
    if row is None:
        raise Misconfigured(f"run {run_id} has no build", remedy="Build its staging layer first")
    return dict(row)


def _note_results(warehouse: Warehouse, build_id: int, results: Sequence[ModelResult]) -> None:
    noted = {item.name: item.status for item in results if item.kind == "model"}
    warehouse.execute(
        "update sync.builds set results = results || %s where build_id = %s", [Jsonb(noted), build_id]
    )
    warehouse.commit()


def _finish_if_good(warehouse: Warehouse, build_id: int) -> None:
    """The build succeeded, if every model of every layer did."""
    row = warehouse.execute("select results from sync.builds where build_id = %s", [build_id]).fetchone()
    assert row is not None
    finish_build(
        warehouse, build_id, succeeded=all(status == "success" for status in row["results"].values())
    )


def _written_since_build() -> bool:
    with session() as warehouse:
        row = warehouse.execute(
            """
            select exists (
                select from sync.writes where version > coalesce(
                    (select max(version_until) from sync.builds where status = 'succeeded'), 0
                ) and status = 'confirmed'
            ) as written
            """
        ).fetchone()
    return bool(row and row["written"])


def process_run_id() -> str:
    """A run's id for the command line: the time, and this process."""
    return f"command__{datetime.now(UTC):%Y-%m-%dT%H:%M:%S}__{os.getpid()}"
