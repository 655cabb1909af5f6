"""An address may miss twenty times a minute, and only a proxy of ours may say which address that is."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from bot.web import create
from bot.web.address_limit import CAPACITY, MISSES, AddressLimit, address_of
from tests.support.clock import Clock
from tests.support.http_client import listening


async def ready() -> Sequence[str]:
    return []


def test_an_address_is_blocked_until_a_minute_after_its_first_miss(clock: Clock) -> None:
    limit = AddressLimit(clock)
    for _ in range(MISSES):
        assert limit.blocked_for("a") is None
        limit.missed("a")
        clock.move(1)

    assert (limit.blocked_for("a"), limit.blocked_for("b")) == (40, None)
    clock.move(39.5)
    assert limit.blocked_for("a") == 1
    clock.move(0.5)
    assert limit.blocked_for("a") is None
    limit.missed("a")
    assert limit.blocked_for("a") is None


def test_the_address_that_missed_longest_ago_is_forgotten_first(clock: Clock) -> None:
    limit = AddressLimit(clock)
    for _ in range(MISSES):
        limit.missed("first")
    for number in range(CAPACITY - 1):
        limit.missed(str(number))
    assert limit.blocked_for("first") == 60

    limit.missed("one more")

    assert limit.blocked_for("first") is None


@given(st.lists(st.tuples(st.sampled_from("abc"), st.floats(min_value=0, max_value=20)), max_size=200))
def test_no_address_misses_more_often_than_it_may_in_a_minute(events: list[tuple[str, float]]) -> None:
    clock = Clock()
    limit = AddressLimit(clock)
    taken: dict[str, list[datetime]] = {"a": [], "b": [], "c": []}
    for address, pause in events:
        clock.move(pause)
        if limit.blocked_for(address) is None:
            limit.missed(address)
            taken[address].append(clock())

    # Two windows may meet.
    for times in taken.values():
        for first, last in zip(times, times[2 * MISSES :], strict=False):
            assert last - first >= timedelta(minutes=1)


@pytest.mark.parametrize(
    ("headers", "address"),
    [
        ([], "127.0.0.1"),
        ([("X-Forwarded-For", "203.0.113.7")], "203.0.113.7"),
        ([("X-Forwarded-For", "8.8.8.8, 1.1.1.1")], "1.1.1.1"),
        ([("X-Forwarded-For", "8.8.8.8"), ("X-Forwarded-For", "9.9.9.9")], "9.9.9.9"),
        ([("X-Forwarded-For", "8.8.8.8, nonsense")], "127.0.0.1"),
        ([("X-Forwarded-For", "")], "127.0.0.1"),
        ([("X-Forwarded-For", "2001:db8:1:2:3::7")], "2001:db8:1:2::/64"),
        ([("X-Forwarded-For", "::ffff:8.8.8.8")], "8.8.8.8"),
        ([("X-Forwarded-For", "fe80::1%eth0")], "fe80::/64"),
    ],
)
async def test_a_proxy_on_the_inner_network_names_the_address_of_its_client(
    headers: list[tuple[str, str]], address: str
) -> None:
    async def answer(request: web.Request) -> web.Response:
        return web.Response(text=address_of(request))

    app = create(slack=None, readiness=ready, metrics=bytes)
    app.router.add_get("/", answer)
    async with listening(app) as client:
        assert await client.ask("GET", "/", headers=headers) == (200, address)
