"""Every answer that Confluence can give to a look, over real HTTP."""

import asyncio
import gzip

import pytest
from aiohttp import web

from bot.clients.confluence import ConfluenceClient, Credential, Site, open_session
from bot.clients.http import MAX_BODY
from bot.domain.command import SiteKind
from bot.domain.poll_result import (
    AccessDenied,
    Denial,
    Misconfigured,
    NotFound,
    PauseScope,
    PollResult,
    RateLimited,
    Seen,
    Unavailable,
    Unreadable,
)
from sandbox.confluence import Fault, TokenKind, faults
from tests.support.clock import Clock
from tests.support.ports import port_of, reserved_port
from tests.support.simulated_site import BASIC, BEARER, STORY, simulated
from tests.support.web_server import served


async def result_of(fault: Fault) -> PollResult:
    """The result of a look that meets a fault."""
    async with simulated() as (simulator, site, client):
        remote_id = simulator.add(STORY)
        simulator.faults.add(fault)
        return await client.look(site, BASIC, remote_id)


@pytest.mark.parametrize(("kind", "credential"), [("cloud", BASIC), ("datacenter", BEARER)])
async def test_a_long_task_is_seen(kind: str, credential: Credential, clock: Clock) -> None:
    async with simulated(kind, clock=clock) as (simulator, site, client):
        remote_id = simulator.add(STORY)
        clock.move(1000)
        answer = await client.look(site, credential, remote_id)
    assert isinstance(answer, Seen)
    assert answer.findings is not None
    assert (answer.snapshot.remote_id, answer.snapshot.percent, len(answer.findings)) == (remote_id, 100.0, 4)


async def test_findings_that_are_known_are_not_read_again(clock: Clock) -> None:
    async with simulated(clock=clock) as (simulator, site, client):
        remote_id = simulator.add(STORY)
        clock.move(1000)
        first = await client.look(site, BASIC, remote_id)
        assert isinstance(first, Seen)
        again = await client.look(site, BASIC, remote_id, known_digest=first.snapshot.findings_digest)
    assert again == Seen(snapshot=first.snapshot, findings=None)


async def test_the_gateway_is_asked_where_there_is_a_cloud_id() -> None:
    async with simulated() as (simulator, site, client):
        remote_id = simulator.add(STORY)
        simulator.add_account("scoped", token="s", kind=TokenKind.SCOPED)
        cloud_id = await client.cloud_id(site.base_url)
        behind = Site(kind=SiteKind.CLOUD, base_url=site.base_url, cloud_id=cloud_id, api_url=simulator.api_url)
        answer = await client.look(behind, Credential.basic("scoped@example.com", "s"), remote_id)
        assert [asked.path for asked in simulator.log] == [
            "/_edge/tenant_info",
            f"/ex/confluence/{cloud_id}/wiki/rest/api/longtask/{remote_id}",
        ]
    assert isinstance(answer, Seen)


async def test_a_request_says_what_it_takes_and_carries_nothing_else() -> None:
    async with simulated() as (simulator, site, client):
        await client.look(site, BASIC, simulator.add(STORY))
        headers = dict(simulator.log[0].headers)
    host = site.base_url.removeprefix("http://")
    encoding = headers.pop("Accept-Encoding")
    assert "gzip" in encoding
    assert headers == {"Host": host, "Accept": "application/json", "User-Agent": "longtask", "Authorization": "Basic"}


RATE_LIMITS = (
    ("confluence-quota-global-based", PauseScope.APP),
    ("conf-global-based", PauseScope.APP),
    ("some-new-quota", PauseScope.APP),
    ("confluence-quota-tenant-based", PauseScope.SITE),
    ("CONFLUENCE-TENANT", PauseScope.SITE),
    ("confluence-burst-based", PauseScope.ACCOUNT),
    ("never heard of", PauseScope.ACCOUNT),
)


@pytest.mark.parametrize(("reason", "scope"), RATE_LIMITS)
async def test_a_rate_limit_names_whom_it_speaks_of(reason: str, scope: PauseScope) -> None:
    answer = await result_of(faults.rate_limited(1847, reason=reason))
    assert answer == RateLimited(retry_after=1847.0, scope=scope, reason=reason)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "1847"}, 1847.0),
        ({"Retry-After": " 2.5 "}, 2.5),
        ({"Retry-After": "30s"}, 30.0),
        ({"Retry-After": "0"}, 0.0),
        # against the server's own clock where it tells it
        ({"Retry-After": "Sun, 22 Nov 2026 03:00:00 GMT", "Date": "Sun, 22 Nov 2026 02:29:13 GMT"}, 1847.0),
        ({"Retry-After": "Sun, 22 Nov 2026 02:00:00 GMT", "Date": "Sun, 22 Nov 2026 02:29:13 GMT"}, 0.0),
        ({"X-RateLimit-Reset": "2026-11-22T02:30Z", "Date": "Sun, 22 Nov 2026 02:29:00 GMT"}, 60.0),
        ({"X-RateLimit-Reset": "2026-11-22T02:30:05+00:00", "Date": "Sun, 22 Nov 2026 02:29:00 GMT"}, 65.0),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "-5"}, None),
        ({"Retry-After": "nan"}, None),
        ({"Retry-After": "9" * 30}, None),
        ({"Retry-After": "Sun, 99 Nov 2026"}, None),
        ({}, None),
    ],
)
async def test_a_rate_limit_says_for_how_long(headers: dict[str, str], seconds: float | None) -> None:
    answer = await result_of(faults.status(429, headers=headers))
    assert answer == RateLimited(retry_after=seconds, scope=PauseScope.ACCOUNT)


async def test_a_date_without_the_servers_clock_says_nothing() -> None:
    headers = {"Retry-After": "Sun, 22 Nov 2026 03:00:00 GMT", "Date": ""}
    assert await result_of(faults.status(503, headers=headers)) == Unavailable(reason="status 503")


ANSWERS = (
    (faults.status(404), NotFound()),
    (faults.page(404, "Page not found"), Misconfigured(status=404)),
    (faults.status(404, body="gone", headers={"Content-Type": "text/plain"}), Misconfigured(status=404)),
    (faults.status(401), AccessDenied(status=401)),
    (faults.status(403), AccessDenied(status=403)),
    (
        faults.status(401, body='{"code":401,"message":"Unauthorized; scope does not match"}'),
        AccessDenied(status=401, why=Denial.SCOPE),
    ),
    (
        faults.address_refused(),
        AccessDenied(status=403, why=Denial.ADDRESS),
    ),
    (faults.status(410), Misconfigured(status=410)),
    (
        faults.redirect("https://new.example.com/wiki?token=secret"),
        Misconfigured(status=302, location="new.example.com"),
    ),
    (faults.redirect("/login", code=307), Misconfigured(status=307)),
    (faults.redirect("http://[broken", code=301), Misconfigured(status=301)),
    (faults.status(500), Unavailable(reason="status 500")),
    (faults.status(502), Unavailable(reason="status 502")),
    (faults.status(503, headers={"Retry-After": "17"}), Unavailable(reason="status 503", retry_after=17.0)),
    (faults.status(504), Unavailable(reason="status 504")),
    (faults.status(408), Unavailable(reason="status 408")),
    (faults.status(400), Unreadable(reason="status 400")),
    (faults.status(418), Unreadable(reason="status 418")),
    (faults.status(202, body="{}"), Unreadable(reason="status 202")),
    (faults.html(), Unreadable(reason="not JSON but text/html;charset=UTF-8")),
    (faults.reset(), Unavailable(reason="connection closed without an answer")),
    (faults.reset(late=True), Unavailable(reason="connection lost in the middle of the answer")),
    (faults.huge(), Unreadable(reason="larger than 8 MiB")),
)


@pytest.mark.parametrize(("fault", "expected"), ANSWERS, ids=lambda value: getattr(value, "name", None))
async def test_each_answer_is_a_value_of_its_own(fault: Fault, expected: PollResult) -> None:
    assert await result_of(fault) == expected


@pytest.mark.parametrize(
    "fault", [faults.truncated(), faults.other_id(), faults.status(200, body="[]")], ids=lambda f: f.name
)
async def test_json_that_is_not_this_long_task_is_no_progress(fault: Fault) -> None:
    assert type(await result_of(fault)) is Unreadable


async def test_a_slow_answer_is_given_up_in_time() -> None:
    async with simulated(total=0.2) as (simulator, site, client):
        remote_id = simulator.add(STORY)
        simulator.faults.add(faults.slow(3))
        assert await client.look(site, BASIC, remote_id) == Unavailable(reason="timed out")


async def test_nobody_listening_is_unavailable() -> None:
    async with simulated() as (simulator, site, client):
        await simulator.stop()
        with reserved_port(port_of(simulator.origin)):
            assert await client.look(site, BASIC, "1") == Unavailable(reason="connection refused")


async def test_an_unknown_host_name_is_unavailable() -> None:
    site = Site(kind=SiteKind.CLOUD, base_url="http://no-such-host.invalid")
    async with open_session() as session:
        answer = await ConfluenceClient(session).look(site, BASIC, "1")
    assert answer == Unavailable(reason="host name not found")


async def test_an_answer_that_is_not_http_is_unreadable() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"SSH-2.0-OpenSSH_9.2\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, open_session() as session:
        site = Site(kind=SiteKind.CLOUD, base_url=f"http://127.0.0.1:{port}")
        answer = await ConfluenceClient(session).look(site, BASIC, "1")
    assert answer == Unreadable(reason="the answer is not HTTP")


async def test_a_small_answer_that_unpacks_to_a_large_one_is_not_read() -> None:
    packed = gzip.compress(b'{"id":"1","x":"' + b"a" * (MAX_BODY + 1) + b'"}')

    async def bomb(_request: web.Request) -> web.Response:
        return web.Response(body=packed, headers={"Content-Encoding": "gzip", "Content-Type": "application/json"})

    async with served(bomb) as url, open_session() as session:
        answer = await ConfluenceClient(session).look(Site(kind=SiteKind.CLOUD, base_url=url), BASIC, "1")
    assert answer == Unreadable(reason="larger than 8 MiB")


async def test_a_body_that_says_it_is_large_is_not_read_at_all() -> None:
    sent = 0

    async def large(request: web.Request) -> web.StreamResponse:
        nonlocal sent
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        response.content_length = MAX_BODY + 1
        await response.prepare(request)
        while request.transport is not None and not request.transport.is_closing() and sent < MAX_BODY:
            sent += 65_536
            await response.write(b"a" * 65_536)
        return response

    async with served(large) as url, open_session() as session:
        answer = await ConfluenceClient(session).look(Site(kind=SiteKind.CLOUD, base_url=url), BASIC, "1")
    assert answer == Unreadable(reason="larger than 8 MiB")
    assert sent < MAX_BODY


async def test_a_long_body_within_the_bound_is_read_whole() -> None:
    padding = "a" * 3_000_000

    async def long(_request: web.Request) -> web.Response:
        return web.json_response({"id": "1", "finished": True, "successful": True, "padding": padding})

    async with served(long) as url, open_session() as session:
        answer = await ConfluenceClient(session).look(Site(kind=SiteKind.CLOUD, base_url=url), BASIC, "1")
    assert isinstance(answer, Seen)
    assert (answer.snapshot.remote_id, answer.snapshot.finished) == ("1", True)


async def test_a_broken_compression_is_unreadable() -> None:
    async def broken(_request: web.Request) -> web.Response:
        return web.Response(body=b"not gzip", headers={"Content-Encoding": "gzip", "Content-Type": "application/json"})

    async with served(broken) as url, open_session() as session:
        answer = await ConfluenceClient(session).look(Site(kind=SiteKind.CLOUD, base_url=url), BASIC, "1")
    assert answer == Unreadable(reason="the answer cannot be decompressed")


async def test_a_redirect_is_not_followed_so_no_credential_leaves_the_site() -> None:
    elsewhere: list[str] = []

    async def other(request: web.Request) -> web.Response:
        elsewhere.append(request.headers.get("Authorization", ""))
        return web.json_response({"id": "1"})

    async with served(other) as url, simulated() as (simulator, site, client):
        simulator.faults.add(faults.redirect(f"{url}/wiki/rest/api/longtask/1"))
        answer = await client.look(site, BASIC, "1")
    assert (answer, elsewhere) == (Misconfigured(status=302, location="127.0.0.1"), [])
