"""Who may sign in, and who is: tables portal.staff, portal.sessions and portal.sign_ins.

A session is a random secret in a cookie; the table has its hash. It ends at sign-out, HOURS after it
began, IDLE_HOURS after it was used last, or when its person may no longer sign in.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from functools import cache
from typing import Literal

from connections.errors import Rejected
from connections.warehouse import Warehouse, rows
from portal.staff import passwords

ROLE = "counterflow_staff"
HOURS = 12
IDLE_HOURS = 3
# Wrong passwords within MINUTES after which none is tried, for one name and from one address.
MINUTES = 15
MOST_WRONG_NAME = 5
MOST_WRONG_ADDRESS = 20

Outcome = Literal["signed_in", "wrong", "locked"]
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}")


def prepare(warehouse: Warehouse) -> None:
    """The pages' role, where there is one, has its rights: also one that is newer than the tables."""
    found = rows(warehouse, "select 1 from pg_roles where rolname = %s", [ROLE])
    if found:
        warehouse.execute("call portal.let_staff_in(%s)", [ROLE])


def add(warehouse: Warehouse, name: str, password: str, *, who: str) -> bool:
    """The person may sign in with this password, and is signed out everywhere; whether the name is new.

    The caller commits. Rejected: the name or the password will not do.
    """
    if not _NAME.fullmatch(name):
        raise Rejected("a name has 1 to 40 small letters, digits and . _ -, like anna or j.roy")
    problem = passwords.problem_of(password, name)
    if problem:
        raise Rejected(problem)
    row = warehouse.execute(
        """
        insert into portal.staff (name, password_hash) values (%s, %s)
        on conflict (name) do update set password_hash = excluded.password_hash, is_active = true
        returning xmax = 0 as is_new
        """,
        [name, passwords.hashed(password)],
    ).fetchone()
    assert row is not None
    _end_sessions(warehouse, name)
    _note(warehouse, who, "add" if row["is_new"] else "set password", name)
    return bool(row["is_new"])


def remove(warehouse: Warehouse, name: str, *, who: str) -> None:
    """The person may no longer sign in, and is signed out; what they did stays. The caller commits.

    Rejected: nobody of that name may sign in.
    """
    found = warehouse.execute(
        "update portal.staff set is_active = false where name = %s and is_active returning name", [name]
    ).fetchone()
    if found is None:
        raise Rejected(f"nobody signs in as {name}")
    _end_sessions(warehouse, name)
    _note(warehouse, who, "remove", name)


def names(warehouse: Warehouse) -> list[str]:
    """Who may sign in."""
    return [
        row["name"] for row in rows(warehouse, "select name from portal.staff where is_active order by name")
    ]


def sign_in(warehouse: Warehouse, name: str, password: str, address: str) -> tuple[Outcome, str | None]:
    """What came of it, and the secret of the new session. Every try is on record; the caller commits.

    Tries for one name wait for each other, and so do those from one address, so that many at once
    do not get past the limits.
    """
    given = name.strip().lower()[:100]
    for subject in (f"sign in from {address}", f"sign in as {given}"):
        warehouse.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [subject])
    found = warehouse.execute(
        "select name, password_hash from portal.staff where name = %s and is_active", [given]
    ).fetchone()
    known = found["name"] if found else None
    # tried even where it will not count: the time taken tells nobody which names there are
    is_right = (
        passwords.matches(password[: passwords.LONGEST], found["password_hash"] if found else _nobody())
        and len(password) <= passwords.LONGEST
    )
    if _is_locked(warehouse, known, address):
        _record(warehouse, known, address, "locked")
        return "locked", None
    if found is None or not is_right:
        _record(warehouse, known, address, "wrong")
        return "wrong", None
    _record(warehouse, found["name"], address, "signed_in")
    secret = secrets.token_urlsafe(32)
    warehouse.execute(
        "insert into portal.sessions (session_id, name) values (%s, %s)", [_hash(secret), found["name"]]
    )
    return "signed_in", secret


def signed_in(warehouse: Warehouse, secret: str) -> str | None:
    """Who the session is of; None: it is over, or never was. Its use is noted; the caller commits."""
    row = warehouse.execute(
        """
        select sessions.name, sessions.seen_at < now() - interval '1 minute' as is_due
        from portal.sessions inner join portal.staff on sessions.name = staff.name and staff.is_active
        where sessions.session_id = %s and sessions.ended_at is null
            and sessions.started_at > now() - make_interval(hours => %s)
            and sessions.seen_at > now() - make_interval(hours => %s)
        """,
        [_hash(secret), HOURS, IDLE_HOURS],
    ).fetchone()
    if row is None:
        return None
    if row["is_due"]:
        warehouse.execute("update portal.sessions set seen_at = now() where session_id = %s", [_hash(secret)])
    return str(row["name"])


def sign_out(warehouse: Warehouse, secret: str) -> None:
    """The session is over. The caller commits."""
    warehouse.execute(
        "update portal.sessions set ended_at = now() where session_id = %s and ended_at is null",
        [_hash(secret)],
    )


@cache
def _nobody() -> str:
    """A hash that nothing matches: a name which does not exist takes as long as one that does."""
    return passwords.hashed(secrets.token_urlsafe())


def _is_locked(warehouse: Warehouse, name: str | None, address: str) -> bool:
    """Whether too many were wrong lately; a right one of the name forgives the name's."""
    row = warehouse.execute(
        """
        select
            count(*) filter (where name = %(name)s and at > coalesce(
                (select max(at) from portal.sign_ins where name = %(name)s and outcome = 'signed_in'),
                '-infinity'
            )) as of_name,
            count(*) filter (where address = %(address)s) as of_address
        from portal.sign_ins
        where outcome = 'wrong' and at > now() - make_interval(mins => %(minutes)s)
            and (name = %(name)s or address = %(address)s)
        """,
        {"name": name, "address": address, "minutes": MINUTES},
    ).fetchone()
    assert row is not None
    return bool(row["of_name"] >= MOST_WRONG_NAME or row["of_address"] >= MOST_WRONG_ADDRESS)


def _record(warehouse: Warehouse, name: str | None, address: str, outcome: Outcome) -> None:
    warehouse.execute(
        "insert into portal.sign_ins (name, address, outcome) values (%s, %s, %s)", [name, address, outcome]
    )


def _end_sessions(warehouse: Warehouse, name: str) -> None:
    warehouse.execute(
        "update portal.sessions set ended_at = now() where name = %s and ended_at is null", [name]
    )


def _note(warehouse: Warehouse, who: str, act: str, name: str) -> None:
    warehouse.execute(
        "insert into portal.acts (who, act, subject) values (%s, %s, %s)", [who, act, f"staff {name}"]
    )


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
