"""Every answer that Confluence can give to one look, over real HTTP against the simulated site."""

import asyncio
import base64
import gzip
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from bot.clients.confluence import (
    ConfluenceClient,
    ConfluenceError,
    Credential,
    Site,
    SiteKind,
    connection,
    open_session,
)
from bot.clients.confluence import client as module
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
from sandbox.confluence import ConfluenceSimulator, Fault, TokenKind, faults
from sandbox.scenarios import scenario

STORY = scenario("copy_with_renames_and_restrictions").story
BASIC = Credential.basic("bot@example.com", "sandbox-token")
BEARER = Credential.bearer("sandbox-token")


class Clock:
    """Stands until it is moved."""

    def __init__(self, now: float = 1_000_000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


@asynccontextmanager
async def simulated(kind: str = "cloud", *, total: float = 8.0, **options: object) -> AsyncIterator[tuple]:
    simulator = ConfluenceSimulator(
        clock=Clock(), kind=kind, context="" if kind == "cloud" else "/confluence", **options
    )
    await simulator.start()
    site = Site(kind=SiteKind(kind), base_url=simulator.base_url)
    try:
        async with open_session(total=total) as session:
            yield simulator, site, ConfluenceClient(session)
    finally:
        await simulator.stop()


Serve = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def served(handler: Serve, *, tls: ssl.SSLContext | None = None) -> AsyncIterator[str]:
    """A server that answers as no simulator would."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handler)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls).start()
    try:
        yield f"{'https' if tls else 'http'}://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def answer_to(fault: Fault) -> PollResult:
    async with simulated() as (simulator, site, client):
        remote_id = simulator.add(STORY)
        simulator.faults.add(fault)
        return await client.look(site, BASIC, remote_id)


# --- addresses ---

URLS = (
    (
        Site(kind=SiteKind.CLOUD, base_url="https://acme.atlassian.net"),
        "https://acme.atlassian.net/wiki/rest/api/longtask/7",
    ),
    (
        Site(kind=SiteKind.CLOUD, base_url="https://acme.atlassian.net/"),
        "https://acme.atlassian.net/wiki/rest/api/longtask/7",
    ),
    (
        Site(kind=SiteKind.CLOUD, base_url="https://acme.atlassian.net/wiki/"),
        "https://acme.atlassian.net/wiki/rest/api/longtask/7",
    ),
    (
        Site(kind=SiteKind.CLOUD, base_url="https://acme.atlassian.net", cloud_id="a-b-1"),
        "https://api.atlassian.com/ex/confluence/a-b-1/wiki/rest/api/longtask/7",
    ),
    (
        Site(
            kind=SiteKind.CLOUD,
            base_url="https://acme.atlassian.net/wiki",
            cloud_id="x/../y",
            api_url="https://api.test/",
        ),
        "https://api.test/ex/confluence/x%2F..%2Fy/wiki/rest/api/longtask/7",
    ),
    (
        Site(kind=SiteKind.DATACENTER, base_url="https://wiki.example.com"),
        "https://wiki.example.com/rest/api/longtask/7",
    ),
    (
        Site(kind=SiteKind.DATACENTER, base_url="https://wiki.example.com:8443/confluence/"),
        "https://wiki.example.com:8443/confluence/rest/api/longtask/7",
    ),
    (
        # on Data Center /wiki is a context path like any other
        Site(kind=SiteKind.DATACENTER, base_url="https://example.com/wiki"),
        "https://example.com/wiki/rest/api/longtask/7",
    ),
)


@pytest.mark.parametrize(("site", "url"), URLS)
def test_a_url_is_built_from_site_and_id(site: Site, url: str) -> None:
    assert str(site.long_task("7")) == url


@given(st.text(min_size=1, max_size=80))
def test_no_id_reaches_another_path_or_host(remote_id: str) -> None:
    site = Site(kind=SiteKind.DATACENTER, base_url="https://wiki.example.com/c")
    try:
        url = site.long_task(remote_id)
    except UnicodeEncodeError:
        # half a surrogate pair is no text that could be sent
        return
    assert (url.host, url.raw_path.rpartition("/")[0]) == ("wiki.example.com", "/c/rest/api/longtask")
    assert (url.query_string, url.fragment, url.raw_name in (".", "..")) == ("", "", False)


def test_a_credential_becomes_a_header_and_shows_no_secret() -> None:
    basic, bearer = Credential.basic("ü@example.com", "geheim"), Credential.bearer("tok.en-1")
    assert base64.b64decode(basic.header.removeprefix("Basic ")).decode() == "ü@example.com:geheim"
    assert bearer.header == "Bearer tok.en-1"
    assert (repr(basic), repr(bearer)) == ("Credential(Basic …)", "Credential(Bearer …)")
    assert basic == Credential.basic("ü@example.com", "geheim")
    assert basic != bearer


@pytest.mark.parametrize("token", ["", "two words", "line\nbreak", "ключ"])
def test_a_token_that_fits_no_header_is_refused_without_being_shown(token: str) -> None:
    with pytest.raises(ValueError, match=r"^a bearer token is printable ASCII without spaces$"):
        Credential.bearer(token)


@pytest.mark.parametrize(("email", "token"), [("", "t"), ("a@b", ""), ("a:b", "t")])
def test_basic_credentials_need_both_parts(email: str, token: str) -> None:
    with pytest.raises(ValueError, match=r"^basic credentials need"):
        Credential.basic(email, token)


# --- a good look ---


@pytest.mark.parametrize(("kind", "credential"), [("cloud", BASIC), ("datacenter", BEARER)])
async def test_a_long_task_is_seen(kind: str, credential: Credential) -> None:
    async with simulated(kind) as (simulator, site, client):
        remote_id = simulator.add(STORY)
        simulator.clock.now += 1000
        answer = await client.look(site, credential, remote_id)
    assert isinstance(answer, Seen)
    assert answer.findings is not None
    assert (answer.snapshot.remote_id, answer.snapshot.percent, len(answer.findings)) == (remote_id, 100.0, 4)


async def test_findings_that_are_known_are_not_read_again() -> None:
    async with simulated() as (simulator, site, client):
        remote_id = simulator.add(STORY)
        simulator.clock.now += 1000
        first = await client.look(site, BASIC, remote_id)
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


# --- every other answer ---

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
    answer = await answer_to(faults.rate_limited(1847, reason=reason))
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
    answer = await answer_to(faults.status(429, headers=headers))
    assert answer == RateLimited(retry_after=seconds, scope=PauseScope.ACCOUNT)


async def test_a_date_without_the_servers_clock_says_nothing() -> None:
    headers = {"Retry-After": "Sun, 22 Nov 2026 03:00:00 GMT", "Date": ""}
    assert await answer_to(faults.status(503, headers=headers)) == Unavailable(reason="status 503")


ANSWERS = (
    (faults.status(404), NotFound()),
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
    assert await answer_to(fault) == expected


@pytest.mark.parametrize(
    "fault", [faults.truncated(), faults.other_id(), faults.status(200, body="[]")], ids=lambda f: f.name
)
async def test_json_that_is_not_this_long_task_is_no_progress(fault: Fault) -> None:
    assert type(await answer_to(fault)) is Unreadable


async def test_a_slow_answer_is_given_up_in_time() -> None:
    async with simulated(total=0.2) as (simulator, site, client):
        remote_id = simulator.add(STORY)
        simulator.faults.add(faults.slow(3))
        assert await client.look(site, BASIC, remote_id) == Unavailable(reason="timed out")


async def test_nobody_listening_is_unavailable() -> None:
    async with simulated() as (simulator, site, client):
        await simulator.stop()
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
    packed = gzip.compress(b'{"id":"1","x":"' + b"a" * (connection.MAX_BODY + 1) + b'"}')

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
        response.content_length = connection.MAX_BODY + 1
        await response.prepare(request)
        while request.transport is not None and not request.transport.is_closing() and sent < connection.MAX_BODY:
            sent += 65_536
            await response.write(b"a" * 65_536)
        return response

    async with served(large) as url, open_session() as session:
        answer = await ConfluenceClient(session).look(Site(kind=SiteKind.CLOUD, base_url=url), BASIC, "1")
    assert answer == Unreadable(reason="larger than 8 MiB")
    assert sent < connection.MAX_BODY


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


# --- credentials stay where they belong ---


async def test_a_redirect_is_not_followed_so_no_credential_leaves_the_site() -> None:
    elsewhere: list[str] = []

    async def other(request: web.Request) -> web.Response:
        elsewhere.append(request.headers.get("Authorization", ""))
        return web.json_response({"id": "1"})

    async with served(other) as url, simulated() as (simulator, site, client):
        simulator.faults.add(faults.redirect(f"{url}/wiki/rest/api/longtask/1"))
        answer = await client.look(site, BASIC, "1")
    assert (answer, elsewhere) == (Misconfigured(status=302, location="127.0.0.1"), [])


async def test_no_cookie_is_kept_on_cloud() -> None:
    async with simulated() as (simulator, site, client):
        remote_id = simulator.add(STORY)
        for _ in range(2):
            await client.look(site, BASIC, remote_id, account_key="1")
        assert ["Cookie" in asked.headers for asked in simulator.log] == [False, False]


async def test_on_data_center_each_account_keeps_its_own_session() -> None:
    async with simulated("datacenter") as (simulator, site, client):
        simulator.add_account("ann", token="ann-token", kind=TokenKind.PERSONAL)
        of_bot, of_ann = simulator.add(STORY, owner="bot"), simulator.add(STORY, owner="ann")
        ann = Credential.bearer("ann-token")
        kinds = [
            type(await client.look(site, credential, remote_id, account_key=key))
            for credential, key, remote_id in (
                (BEARER, "1", of_bot),
                (ann, "2", of_ann),
                (BEARER, "1", of_ann),
                (ann, "2", of_bot),
                (BEARER, "1", of_bot),
                (ann, "2", of_ann),
            )
        ]
        cookies = [asked.headers.get("Cookie") for asked in simulator.log]
    assert kinds == [Seen, Seen, NotFound, NotFound, Seen, Seen]
    one, two = "JSESSIONID=S00000001", "JSESSIONID=S00000002"
    assert cookies == [None, None, one, two, one, two]


async def test_without_an_account_key_no_cookie_is_kept() -> None:
    async with simulated("datacenter") as (simulator, site, client):
        remote_id = simulator.add(STORY)
        for _ in range(2):
            await client.look(site, BEARER, remote_id)
        assert ["Cookie" in asked.headers for asked in simulator.log] == [False, False]


async def test_a_stale_cookie_does_not_turn_a_valid_token_into_a_refusal() -> None:
    async with simulated("datacenter") as (simulator, site, client):
        remote_id = simulator.add(STORY)
        await client.look(site, BEARER, remote_id, account_key="1")
        simulator.accounts.sessions.expire()
        second = await client.look(site, BEARER, remote_id, account_key="1")
        third = await client.look(site, BEARER, remote_id, account_key="1")
        log = [(asked.status, "Cookie" in asked.headers) for asked in simulator.log]
    assert (type(second), type(third)) == (Seen, Seen)
    assert log == [(200, False), (401, True), (200, False), (200, False)]


async def test_a_bad_token_is_refused_after_one_more_try_without_cookies() -> None:
    async with simulated("datacenter") as (simulator, site, client):
        remote_id = simulator.add(STORY)
        await client.look(site, BEARER, remote_id, account_key="1")
        simulator.accounts.sessions.expire()
        simulator.account.revoked = True
        assert await client.look(site, BEARER, remote_id, account_key="1") == AccessDenied(status=401)
        assert [asked.status for asked in simulator.log] == [200, 401, 401]


async def test_an_unknown_token_that_data_center_takes_for_nobody_is_a_refusal() -> None:
    async with simulated("datacenter", anonymous_access=True) as (simulator, site, client):
        remote_id = simulator.add(STORY, owner="bot")
        good = await client.look(site, BEARER, remote_id)
        bad = await client.look(site, Credential.bearer("revoked"), remote_id)
        other = await client.look(site, BEARER, "3f0c6a52-7d0e-4b21-9a77-0f5f1c0f9e11")
    assert (type(good), bad, other) == (Seen, AccessDenied(status=404, why=Denial.ANONYMOUS), NotFound())


async def test_the_jars_of_accounts_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MAX_JARS", 2)
    async with simulated("datacenter") as (simulator, site, client):
        remote_id = simulator.add(STORY)
        for key in ("1", "2", "1", "3", "1", "2"):
            await client.look(site, BEARER, remote_id, account_key=key)
        # the second account's session was the one that went
        assert ["Cookie" in asked.headers for asked in simulator.log] == [False, False, True, False, True, False]


# --- asking about a credential ---


async def test_a_probe_tells_a_good_credential_from_a_bad_one() -> None:
    async with simulated() as (simulator, site, client):
        simulator.add_account("scoped", token="s", kind=TokenKind.SCOPED)
        simulator.add_account("blind", token="b", kind=TokenKind.SCOPED, scopes=frozenset())
        behind = Site(
            kind=SiteKind.CLOUD, base_url=site.base_url, cloud_id=simulator.cloud_id, api_url=simulator.api_url
        )
        scoped, blind = Credential.basic("scoped@example.com", "s"), Credential.basic("blind@example.com", "b")
        password = Credential.basic("bot@example.com", simulator.account.password)
        probes = [
            await client.probe(*asked)
            for asked in (
                (site, BASIC),
                (site, BEARER),
                (site, scoped),
                (behind, scoped),
                (behind, blind),
                (site, password),
            )
        ]
    assert probes == [
        NotFound(),
        AccessDenied(status=401, why=Denial.WRONG_DOOR),
        AccessDenied(status=401, why=Denial.WRONG_DOOR),
        NotFound(),
        AccessDenied(status=401, why=Denial.SCOPE),
        AccessDenied(status=401, why=Denial.PASSWORD),
    ]


async def test_a_probe_tells_the_apis_404_from_that_of_another_server() -> None:
    async def page(_request: web.Request) -> web.Response:
        return web.Response(status=404, text="<h1>No site here</h1>", content_type="text/html")

    async def always(_request: web.Request) -> web.Response:
        return web.json_response({"id": "0", "finished": True, "successful": True})

    async with served(page) as no_site, served(always) as odd, open_session() as session:
        client = ConfluenceClient(session)
        answers = [await client.probe(Site(kind=SiteKind.CLOUD, base_url=url), BASIC) for url in (no_site, odd)]
    assert answers == [Misconfigured(status=404), Unreadable(reason="an answer about a long task that cannot be")]


async def test_a_probe_of_data_center_asks_with_an_id_it_can_read() -> None:
    async with simulated("datacenter") as (_, site, client):
        assert await client.probe(site, BEARER) == NotFound()
        assert await client.probe(site, Credential.bearer("bad")) == AccessDenied(status=401)


async def test_a_cloud_id_is_asked_without_a_credential() -> None:
    async with simulated() as (simulator, site, client):
        found = await client.cloud_id(site.base_url + "/wiki")
        assert (found, "Authorization" in simulator.log[0].headers) == (simulator.cloud_id, False)


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (faults.status(404), Misconfigured(status=404)),
        (faults.status(503), Unavailable(reason="status 503")),
        (faults.redirect("https://login.example.com/x"), Misconfigured(status=302, location="login.example.com")),
        (faults.status(200, body="{}"), Unreadable(reason="no cloud id in the tenant's information")),
        (faults.status(200, body='{"cloudId": 5}'), Unreadable(reason="no cloud id in the tenant's information")),
        (faults.status(200, body='{"cloudId": ""}'), Unreadable(reason="no cloud id in the tenant's information")),
        (faults.html(), Unreadable(reason="no cloud id in the tenant's information")),
        (faults.reset(), Unavailable(reason="connection closed without an answer")),
        (faults.huge(), Unreadable(reason="larger than 8 MiB")),
    ],
    ids=lambda value: getattr(value, "name", None),
)
async def test_a_cloud_id_that_cannot_be_had_is_an_error_with_its_answer(fault: Fault, expected: PollResult) -> None:
    async with simulated() as (simulator, site, client):
        simulator.faults.add(fault)
        with pytest.raises(ConfluenceError) as caught:
            await client.cloud_id(site.base_url)
    assert caught.value.answer == expected


# --- proxies and certificates ---


@pytest.fixture
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    return monkeypatch


async def test_a_proxy_of_the_environment_is_used(no_proxies: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, str]] = []

    async def proxy(request: web.Request) -> web.Response:
        asked.append((request.method, request.raw_path))
        return web.json_response({"id": "1", "finished": False, "successful": False})

    async with served(proxy) as url, open_session() as session:
        no_proxies.setenv("HTTP_PROXY", url)
        site = Site(kind=SiteKind.CLOUD, base_url="http://acme.example")
        answer = await ConfluenceClient(session).look(site, BASIC, "1")
    assert isinstance(answer, Seen)
    assert asked == [("GET", "http://acme.example/wiki/rest/api/longtask/1")]


async def test_a_proxy_without_a_scheme_is_one_of_http(no_proxies: pytest.MonkeyPatch) -> None:
    async def proxy(_request: web.Request) -> web.Response:
        return web.json_response({"id": "1", "finished": False, "successful": False})

    async with served(proxy) as url, open_session() as session:
        no_proxies.setenv("HTTP_PROXY", url.removeprefix("http://"))
        site = Site(kind=SiteKind.CLOUD, base_url="http://acme.example")
        assert type(await ConfluenceClient(session).look(site, BASIC, "1")) is Seen


async def test_a_proxy_that_cannot_be_spoken_to_is_passed_by(no_proxies: pytest.MonkeyPatch) -> None:
    no_proxies.setenv("HTTP_PROXY", "socks5://127.0.0.1:9")
    async with simulated() as (simulator, site, client):
        assert type(await client.look(site, BASIC, simulator.add(STORY))) is Seen


async def test_https_goes_through_a_tunnel_and_the_proxy_sees_no_credential(no_proxies: pytest.MonkeyPatch) -> None:
    heard: list[bytes] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    no_proxies.setenv("HTTPS_PROXY", f"http://user:pass%21@127.0.0.1:{port}")
    async with server, open_session() as session:
        site = Site(kind=SiteKind.CLOUD, base_url="https://acme.example")
        answer = await ConfluenceClient(session).look(site, BASIC, "1")
    assert answer == Unavailable(reason="the proxy refuses")
    lines = heard[0].decode().split("\r\n")
    assert lines[0] == "CONNECT acme.example:443 HTTP/1.1"
    assert [line for line in lines if "uthorization" in line] == [
        "Proxy-Authorization: Basic " + base64.b64encode(b"user:pass!").decode()
    ]


async def test_a_proxy_that_is_not_there_is_named(no_proxies: pytest.MonkeyPatch) -> None:
    no_proxies.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    site = Site(kind=SiteKind.CLOUD, base_url="https://acme.example")
    async with open_session() as session:
        answer = await ConfluenceClient(session).look(site, BASIC, "1")
    assert answer == Unavailable(reason="the proxy cannot be reached")


@pytest.mark.parametrize("listed", ["127.0.0.1", "*"])
async def test_hosts_that_go_without_a_proxy_do(listed: str, no_proxies: pytest.MonkeyPatch) -> None:
    no_proxies.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    no_proxies.setenv("NO_PROXY", listed)
    async with simulated() as (simulator, site, client):
        assert type(await client.look(site, BASIC, simulator.add(STORY))) is Seen


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key and the certificate it signed itself, for 127.0.0.1, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "sandbox")])
    today = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder(issuer_name=name, subject_name=name, public_key=key.public_key(), serial_number=1)
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    plain = serialization.NoEncryption()
    pem = serialization.Encoding.PEM
    path.write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain) + signed.public_bytes(pem))
    return path


@pytest.mark.parametrize("trusted", [False, True])
async def test_a_certificate_is_checked_against_ssl_cert_file(
    trusted: bool, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def good(_request: web.Request) -> web.Response:
        return web.json_response({"id": "1", "finished": True, "successful": True})

    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(certificate)
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    async with served(good, tls=tls) as url, open_session() as session:
        answer = await ConfluenceClient(session).look(Site(kind=SiteKind.CLOUD, base_url=url), BASIC, "1")
    if trusted:
        assert type(answer) is Seen
    else:
        assert answer == Unavailable(reason="certificate not accepted")


async def test_a_plain_server_where_tls_is_expected_is_unavailable() -> None:
    async with simulated() as (simulator, _, client):
        site = Site(kind=SiteKind.CLOUD, base_url=simulator.origin.replace("http://", "https://"))
        assert await client.look(site, BASIC, "1") == Unavailable(reason="no TLS connection")


async def test_netrc_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login someone password else\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    async with simulated() as (simulator, site, client):
        assert type(await client.look(site, BASIC, simulator.add(STORY))) is Seen
        await client.cloud_id(site.base_url)
        assert "Authorization" not in simulator.log[-1].headers
