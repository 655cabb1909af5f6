from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from bot.clients.confluence import ConfluenceClient, Credential, Site, open_session
from bot.clients.confluence.client import LIST_LIMIT, LIST_PAGES
from bot.domain.command import SiteKind
from bot.domain.poll_result import (
    AccessDenied,
    Denial,
    Listed,
    ListResult,
    Misconfigured,
    PauseScope,
    RateLimited,
    Unavailable,
    Unreadable,
)
from sandbox.confluence import Fault, TokenKind, faults
from tests.support.clock import Clock
from tests.support.simulated_site import BASIC, BEARER, STORY, simulated
from tests.support.web_server import served


def ids(result: ListResult) -> set[str | None]:
    assert isinstance(result, Listed), result
    return {snapshot.remote_id for snapshot in result.snapshots}


@asynccontextmanager
async def paging(entries: int, *, fails_from: int | None = None) -> AsyncIterator[tuple[Site, list[str]]]:
    """A server with so many long tasks, whose pages from one of them on fail; what it was asked."""
    asked: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        asked.append(request.query_string)
        start, limit = int(request.query["start"]), int(request.query["limit"])
        if fails_from is not None and start >= fails_from:
            return web.Response(status=503)
        results = [{"id": str(n), "percentageComplete": 1, "finished": False} for n in range(entries)]
        page = results[start : start + limit]
        return web.json_response({"results": page, "start": start, "limit": limit, "size": len(page)})

    async with served(answer) as url:
        yield Site(kind=SiteKind.CLOUD, base_url=url), asked


async def test_the_list_holds_what_is_active_on_cloud_and_what_is_not_forgotten_on_data_center() -> None:
    for kind, credential in (("cloud", BASIC), ("datacenter", BEARER)):
        clock = Clock()
        async with simulated(kind, clock=clock) as (simulator, site, client):
            over = simulator.add(STORY)
            clock.move(120)
            runs = simulator.add(STORY)
            simulator.add(STORY, owner="somebody else")
            listed = ids(await client.running(site, credential, account_id=1))
        assert listed == ({runs} if kind == "cloud" else {runs, over})


async def test_every_page_is_read_and_each_long_task_is_listed_once() -> None:
    async with paging(250) as (site, asked), open_session() as session:
        result = await ConfluenceClient(session).running(site, BASIC)
    assert ids(result) == {str(number) for number in range(250)}
    assert isinstance(result, Listed)
    assert not result.has_more
    assert asked == ["start=0&limit=100", "start=100&limit=100", "start=200&limit=100"]


async def test_a_list_without_end_is_read_as_far_as_its_bound() -> None:
    async with paging(5_000) as (site, asked), open_session() as session:
        result = await ConfluenceClient(session).running(site, BASIC)
    assert isinstance(result, Listed)
    assert (len(result.snapshots), result.has_more, len(asked)) == (LIST_PAGES * LIST_LIMIT, True, LIST_PAGES)


async def test_what_was_read_before_a_later_page_failed_is_listed() -> None:
    async with paging(250, fails_from=100) as (site, _), open_session() as session:
        result = await ConfluenceClient(session).running(site, BASIC)
    assert isinstance(result, Listed)
    assert (len(result.snapshots), result.has_more) == (100, True)


async def test_a_token_without_the_scope_of_the_list_is_refused_although_it_reads_single_long_tasks() -> None:
    async with simulated() as (simulator, site, client):
        summary = frozenset({"read:confluence-space.summary"})
        simulator.add_account("scoped", token="s", kind=TokenKind.SCOPED, scopes=summary)
        remote_id = simulator.add(STORY)
        gateway = Site(
            kind=SiteKind.CLOUD, base_url=site.base_url, cloud_id=simulator.cloud_id, api_url=simulator.api_url
        )
        credential = Credential.basic("scoped@example.com", "s")
        look = await client.look(gateway, credential, remote_id)
        assert not isinstance(look, AccessDenied)
        assert await client.running(gateway, credential) == AccessDenied(status=401, why=Denial.SCOPE)


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (faults.status(404), Misconfigured(status=404)),
        (faults.html(), Unreadable(reason="not JSON but text/html;charset=UTF-8")),
        (faults.huge(), Unreadable(reason="larger than 8 MiB")),
        (faults.status(503), Unavailable(reason="status 503")),
        (faults.reset(), Unavailable(reason="connection closed without an answer")),
        (
            faults.status(429, headers={"Retry-After": "30"}),
            RateLimited(retry_after=30.0, scope=PauseScope.ACCOUNT),
        ),
        (faults.status(403), AccessDenied(status=403)),
    ],
    ids=lambda value: getattr(value, "name", None),
)
async def test_each_failure_of_the_first_page_is_a_result(fault: Fault, expected: ListResult) -> None:
    async with simulated() as (simulator, site, client):
        simulator.faults.add(fault)
        assert await client.running(site, BASIC) == expected


async def test_a_site_that_is_slow_is_asked_no_longer_than_the_time_allows() -> None:
    async with simulated() as (simulator, site, client):
        simulator.faults.add(faults.slow(30))
        assert await client.running(site, BASIC, within=0.2) == Unavailable(reason="timed out")
