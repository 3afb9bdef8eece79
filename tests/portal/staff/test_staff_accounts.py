"""Who may sign in: passwords as they are kept, limits that hold for many at once, sessions that end."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connections.connection import Connection
from connections.errors import Rejected
from connections.warehouse import rows, session
from portal.staff import accounts, passwords

PASSWORD = "a quiet green harbour"
HERE = "192.0.2.7"


@pytest.fixture
def anna(warehouse: Connection) -> Connection:
    with session(warehouse) as opened:
        assert accounts.add(opened, "anna", PASSWORD, who="owner")
    return warehouse


def try_to(
    warehouse: Connection, password: str, name: str = "anna", address: str = HERE
) -> tuple[str, str | None]:
    with session(warehouse, role="counterflow_staff") as opened:
        return accounts.sign_in(opened, name, password, address)


@settings(max_examples=4, deadline=None)
@given(st.text(min_size=1, max_size=60))
def test_a_password_matches_itself_alone(password: str) -> None:
    kept = passwords.hashed(password)
    assert password not in kept or len(password) < 8
    assert passwords.matches(password, kept)
    assert not passwords.matches(password + "x", kept)
    assert passwords.hashed(password) != kept, "each has a salt of its own"


@pytest.mark.parametrize("password", ["short", "aaaaaaaaaaaaaaaa", "anna12345678", "x" * 500])
def test_a_poor_password_is_refused(warehouse: Connection, password: str) -> None:
    with session(warehouse) as opened, pytest.raises(Rejected):
        accounts.add(opened, "anna", password, who="owner")


@pytest.mark.parametrize("name", ["", "Anna", "an na", "-x", "é", "x" * 41])
def test_a_poor_name_is_refused(warehouse: Connection, name: str) -> None:
    with session(warehouse) as opened, pytest.raises(Rejected):
        accounts.add(opened, name, PASSWORD, who="owner")


def test_in_and_out(anna: Connection) -> None:
    outcome, secret = try_to(anna, PASSWORD, " Anna ")
    assert outcome == "signed_in" and secret
    with session(anna, role="counterflow_staff") as opened:
        assert accounts.signed_in(opened, secret) == "anna"
        assert accounts.signed_in(opened, secret + "x") is None
        (kept,) = rows(opened, "select session_id from portal.sessions")
        assert secret not in str(kept), "who reads the table cannot sign in with it"
        accounts.sign_out(opened, secret)
        assert accounts.signed_in(opened, secret) is None


@pytest.mark.parametrize("column", ["started_at", "seen_at"])
def test_a_session_ends_by_itself(anna: Connection, column: str) -> None:
    _, secret = try_to(anna, PASSWORD)
    assert secret
    with session(anna) as opened:
        opened.execute(f"update portal.sessions set {column} = now() - interval '13 hours'".encode())
        assert accounts.signed_in(opened, secret) is None


def test_another_password_and_a_removal_end_every_session(anna: Connection) -> None:
    _, secret = try_to(anna, PASSWORD)
    assert secret
    with session(anna) as opened:
        assert not accounts.add(opened, "anna", PASSWORD + " 2", who="owner")
        assert accounts.signed_in(opened, secret) is None
    assert try_to(anna, PASSWORD)[0] == "wrong"
    _, secret = try_to(anna, PASSWORD + " 2")
    assert secret
    with session(anna) as opened:
        accounts.remove(opened, "anna", who="owner")
        assert accounts.signed_in(opened, secret) is None
        assert accounts.names(opened) == []
    assert try_to(anna, PASSWORD + " 2")[0] == "wrong"
    with session(anna) as opened, pytest.raises(Rejected):
        accounts.remove(opened, "anna", who="owner")


def test_after_some_wrong_ones_none_is_tried_for_a_while(anna: Connection) -> None:
    for _ in range(accounts.MOST_WRONG_NAME):
        assert try_to(anna, "wrong") == ("wrong", None)
    assert try_to(anna, PASSWORD) == ("locked", None), "not even the right one"
    assert try_to(anna, PASSWORD, address="198.51.100.1") == ("locked", None), "from nowhere"
    with session(anna) as opened:
        opened.execute("alter table portal.sign_ins disable trigger user")
        opened.execute("update portal.sign_ins set at = at - interval '16 minutes'")
    assert try_to(anna, PASSWORD)[0] == "signed_in"


def test_many_names_from_one_address_are_too_many(anna: Connection) -> None:
    with session(anna) as opened:
        opened.execute(
            "insert into portal.sign_ins (address, outcome) select %s, 'wrong' from generate_series(2, %s)",
            [HERE, accounts.MOST_WRONG_ADDRESS],
        )
    assert try_to(anna, "wrong", "a password typed here")[0] == "wrong"
    assert try_to(anna, PASSWORD)[0] == "locked"
    assert try_to(anna, PASSWORD, address="198.51.100.1")[0] == "signed_in"
    with session(anna) as opened:
        assert rows(opened, "select distinct name from portal.sign_ins where outcome = 'wrong'") == [
            {"name": None}
        ], "a password typed as a name is not kept"


def test_many_at_once_do_not_get_past_the_limit(anna: Connection) -> None:
    ready = threading.Barrier(12)

    def guess(number: int) -> str:
        ready.wait()
        return try_to(anna, f"guess {number}", address=f"192.0.2.{number}")[0]

    with ThreadPoolExecutor(12) as pool:
        outcomes = list(pool.map(guess, range(12)))
    assert outcomes.count("wrong") == accounts.MOST_WRONG_NAME
    assert outcomes.count("locked") == 12 - accounts.MOST_WRONG_NAME
