"""The limiter lets through what it says, for each name, in a bounded memory."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from portal.limits import Limit, visitor


@given(st.integers(1, 50), st.lists(st.floats(0, 20), max_size=200))
def test_never_more_than_a_full_bucket_and_what_flows_in(per_minute: int, pauses: list[float]) -> None:
    now, through = 0.0, 0
    limit = Limit(per_minute, clock=lambda: now)
    for pause in pauses:
        now += pause
        wait = limit.wait_seconds("somebody")
        through += wait == 0
        assert 0 <= wait <= 61
    assert through <= per_minute + now * per_minute / 60 + 1e-6


def test_after_the_wait_it_may_go_on() -> None:
    now = 0.0
    limit = Limit(2, clock=lambda: now)
    assert [limit.wait_seconds("a") for _ in range(3)] == [0, 0, 30]
    assert limit.wait_seconds("b") == 0
    now = 30.0
    assert limit.wait_seconds("a") == 0
    assert limit.wait_seconds("a") == 30


def test_a_flood_of_names_does_not_fill_the_memory() -> None:
    limit = Limit(1, most_names=100, clock=lambda: 0.0)
    for number in range(10_000):
        limit.wait_seconds(str(number))
    assert len(limit) == 100


def test_an_ipv6_network_is_one_visitor() -> None:
    assert visitor("2001:db8:1:2::1") == visitor("2001:db8:1:2:ffff::9") != visitor("2001:db8:1:3::1")
    assert visitor("::ffff:203.0.113.7") == visitor("203.0.113.7") == "203.0.113.7"
    assert visitor("unix:") == "unix:"
