"""Links that nobody can make up, read, lengthen, or use elsewhere."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connections.connection import Connection
from connections.errors import Misconfigured
from connections.signing import Links, Seal, fingerprint

KEY, OTHER_KEY = "k" * 43, "o" * 43
NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=90)
SEAL = Seal(KEY, audience="https://orders.example")


def links(password: str = KEY, host: str = "orders.example", **extra: str) -> Links:
    return Links.of(Connection.from_fields("portal", host=host, password=password, extra=extra))


@given(st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=60), st.text(max_size=10))
def test_what_is_sealed_opens_for_its_purpose_only(subject: str, purpose: str) -> None:
    token = SEAL.seal(purpose, subject, LATER)
    opened = SEAL.open(purpose, token, NOW)
    assert opened is not None
    assert (opened.subject, opened.expires_at, opened.fingerprint) == (subject, LATER, fingerprint(token))
    assert SEAL.open(purpose + "x", token, NOW) is None


@given(st.integers(0, 63), st.sampled_from("ABCabc019-_"))
def test_a_token_with_any_letter_changed_does_not_open(place: int, letter: str) -> None:
    token = SEAL.seal("order", "woocommerce:1001", LATER)
    changed = token[:place] + letter + token[place + 1 :]
    assert (SEAL.open("order", changed, NOW) is None) == (changed != token)


@given(st.text(max_size=600) | st.text("AZaz09-_", min_size=40, max_size=80))
def test_no_text_opens(text: str) -> None:
    assert SEAL.open("order", text, NOW) is None


def test_a_token_tells_nothing_and_neither_does_its_length() -> None:
    tokens = [SEAL.seal("order", f"woocommerce:{number}", LATER) for number in (1, 1001, 9_999_999)]
    assert len({len(token) for token in tokens}) == 1
    # not even that two are for orders that follow each other
    first, second = (SEAL.seal("order", f"woocommerce:{number}", LATER) for number in (1001, 1002))
    assert sum(a == b for a, b in zip(first, second, strict=True)) < 16
    assert "1001" not in first


def test_the_same_link_for_the_same_order_and_moment() -> None:
    one, again = (links().order_page("woocommerce:1001", LATER) for _ in range(2))
    assert one == again
    assert one != links().order_page("woocommerce:1001", LATER + timedelta(seconds=1))
    assert one.startswith("https://orders.example/o/")


def test_it_ends_at_its_time() -> None:
    token = SEAL.seal("order", "woocommerce:1001", LATER)
    assert SEAL.open("order", token, LATER - timedelta(seconds=1)) is not None
    assert SEAL.open("order", token, LATER) is None


def test_another_shop_or_key_does_not_open_it() -> None:
    token = links().seal.seal("order", "woocommerce:1001", LATER)
    assert links().seal.open("order", token, NOW) is not None
    assert links(host="orders.other").seal.open("order", token, NOW) is None
    assert links(OTHER_KEY).seal.open("order", token, NOW) is None


def test_a_key_can_be_changed_without_breaking_links_that_are_out() -> None:
    old = links().seal.seal("order", "woocommerce:1001", LATER)
    changed = links(OTHER_KEY, previous_key=KEY).seal
    assert changed.open("order", old, NOW) is not None
    new = changed.seal("order", "woocommerce:1001", LATER)
    assert new != old
    assert links().seal.open("order", new, NOW) is None
    assert links(OTHER_KEY).seal.open("order", old, NOW) is None


@pytest.mark.parametrize(
    ("fields", "what"),
    [
        ({"host": "orders.example", "password": "short"}, "shorter than 32"),
        ({"host": "orders.example"}, "shorter than 32"),
        ({"password": KEY}, "no host"),
        ({"host": "orders.example", "password": KEY, "extra": {"previous_key": "short"}}, "shorter than 32"),
    ],
)
def test_what_is_missing_or_too_short_is_told_without_the_key(fields: dict[str, str], what: str) -> None:
    with pytest.raises(Misconfigured, match=what) as raised:
        Links.of(Connection.from_fields("portal", **fields))  # type: ignore[arg-type]
    assert "AIRFLOW_CONN_PORTAL" in str(raised.value)
    assert KEY not in str(raised.value) and "short " not in str(raised.value)


def test_keys_are_never_shown() -> None:
    shown = repr(links(OTHER_KEY, previous_key=KEY))
    assert KEY not in shown and OTHER_KEY not in shown
