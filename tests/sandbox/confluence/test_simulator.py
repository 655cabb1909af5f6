"""The simulated site answers as the facts say: paths, credentials, visibility, headers."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import aiohttp
import pytest

from sandbox.confluence import CLOUD_ID, ConfluenceSimulator, TokenKind, faults
from sandbox.scenarios import scenario

STORY = scenario("copy_with_renames_and_restrictions").story


class Site(ConfluenceSimulator):
    """A site whose clock is moved by hand."""

    def __init__(self, kind: str, *, anonymous_access: bool) -> None:
        self.now = 1_000_000.0
        super().__init__(clock=lambda: self.now, kind=kind, context="/confluence", anonymous_access=anonymous_access)


@asynccontextmanager
async def site(kind: str = "cloud", *, anonymous_access: bool = False) -> AsyncIterator[Site]:
    simulator = Site(kind, anonymous_access=anonymous_access)
    await simulator.start()
    try:
        yield simulator
    finally:
        await simulator.stop()


class Answer:
    """What came over the wire."""

    def __init__(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.status, self.headers, self.body = status, headers, body

    @property
    def media_type(self) -> str:
        return self.headers["Content-Type"].partition(";")[0]

    @property
    def json(self) -> dict[str, Any]:
        value: dict[str, Any] = json.loads(self.body)
        return value


async def call(url: str, method: str = "GET", **headers: str) -> Answer:
    async with (
        aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session,
        session.request(method, url, headers=headers, allow_redirects=False) as response,
    ):
        return Answer(response.status, dict(response.headers), await response.read())


def basic(email: str, token: str) -> dict[str, str]:
    return {"Authorization": aiohttp.encode_basic_auth(email, token)}


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


BOT = basic("bot@example.com", "sandbox-token")

HTML, JSON, TEXT = "text/html", "application/json", "text/plain"

#: where, with what, and the answer: status, media type, words in it
CREDENTIALS: tuple[tuple[str, dict[str, str], int, str, str], ...] = (
    ("site", BOT, 200, JSON, "percentageComplete"),
    ("site", {}, 403, JSON, "Current user not permitted to use Confluence"),
    ("site", basic("bot@example.com", "wrong"), 403, JSON, "Current user not permitted"),
    ("site", basic("nobody@example.com", "sandbox-token"), 403, JSON, "Current user not permitted"),
    ("site", {"Authorization": "Basic !!!"}, 403, JSON, "Current user not permitted"),
    ("site", basic("old@example.com", "old"), 403, JSON, "Current user not permitted"),
    ("site", basic("bot@example.com", "password-of-the-account"), 401, TEXT, "passwords is deprecated"),
    ("site", basic("scoped@example.com", "s"), 401, HTML, "Unauthorized"),
    ("site", bearer("o"), 401, HTML, "Unauthorized"),
    ("gateway", BOT, 200, JSON, "percentageComplete"),
    ("gateway", basic("scoped@example.com", "s"), 200, JSON, "percentageComplete"),
    ("gateway", basic("blind@example.com", "b"), 401, JSON, "scope does not match"),
    ("gateway", basic("bot@example.com", "wrong"), 403, JSON, "Current user not permitted"),
    ("gateway", bearer("o"), 200, JSON, "percentageComplete"),
    ("gateway", bearer("expired"), 401, JSON, "Unauthorized"),
    ("gateway", bearer("s"), 401, JSON, "Unauthorized"),
)


@pytest.mark.parametrize(("endpoint", "headers", "status", "media_type", "words"), CREDENTIALS)
async def test_cloud_takes_each_credential_only_at_its_endpoint(
    endpoint: str, headers: dict[str, str], status: int, media_type: str, words: str
) -> None:
    async with site() as simulator:
        simulator.add_account("scoped", token="s", kind=TokenKind.SCOPED)
        simulator.add_account("blind", token="b", kind=TokenKind.SCOPED, scopes=frozenset({"read:page:confluence"}))
        simulator.add_account("oauth", token="o", kind=TokenKind.OAUTH)
        simulator.add_account("old", token="old").revoked = True
        root = {"site": "", "gateway": f"/ex/confluence/{CLOUD_ID}"}[endpoint]
        answer = await call(f"{simulator.origin}{root}/wiki/rest/api/longtask/{simulator.add(STORY)}", **headers)
    assert (answer.status, answer.media_type, words in answer.body.decode()) == (status, media_type, True)


async def test_the_scope_is_checked_before_the_task_is_looked_for() -> None:
    async with site() as simulator:
        simulator.add_account("blind", token="b", kind=TokenKind.SCOPED, scopes=frozenset())
        url = f"{simulator.api_url}/ex/confluence/{CLOUD_ID}/wiki/rest/api/longtask/0"
        answers = [(await call(url, **headers)).status for headers in (basic("blind@example.com", "b"), BOT)]
    assert answers == [401, 404]


@pytest.mark.parametrize(
    ("headers", "anonymous_access", "status", "who"),
    [
        (bearer("sandbox-token"), False, 200, "bot"),
        (basic("bot", "password-of-the-account"), False, 200, "bot"),
        (bearer("wrong"), False, 401, "anonymous"),
        ({}, False, 401, "anonymous"),
        (basic("bot", "wrong"), True, 401, "anonymous"),
        # CONFSERVER-98199: a bad token is nobody's
        (bearer("wrong"), True, 404, "anonymous"),
        ({}, True, 404, "anonymous"),
    ],
)
async def test_data_center_takes_an_unknown_token_for_nobody(
    headers: dict[str, str], anonymous_access: bool, status: int, who: str
) -> None:
    async with site("datacenter", anonymous_access=anonymous_access) as simulator:
        remote_id = simulator.add(STORY, owner="bot")
        answer = await call(f"{simulator.base_url}/rest/api/longtask/{remote_id}", **headers)
    assert (answer.status, answer.headers["X-AUSERNAME"]) == (status, who)


@pytest.mark.parametrize("kind", ["cloud", "datacenter"])
async def test_a_long_task_is_seen_by_its_owner_and_by_admins(kind: str) -> None:
    token = TokenKind.UNSCOPED if kind == "cloud" else TokenKind.PERSONAL
    async with site(kind) as simulator:
        for name in ("ann", "bob", "root"):
            simulator.add_account(name, token=f"{name}-token", kind=token, admin=name == "root")
        mine, everybodys = simulator.add(STORY, owner="ann"), simulator.add(STORY)
        seen = {}
        for name in ("ann", "bob", "root"):
            headers = basic(f"{name}@example.com", f"{name}-token") if kind == "cloud" else bearer(f"{name}-token")
            seen[name] = [
                (await call(f"{simulator.people_url}/rest/api/longtask/{remote_id}", **headers)).status
                for remote_id in (mine, everybodys)
            ]
    assert seen == {"ann": [200, 200], "bob": [404, 200], "root": [200, 200]}


async def test_ids_are_numbers_on_cloud_and_uuids_on_data_center() -> None:
    async with site() as cloud, site("datacenter") as datacenter:
        assert [cloud.add(STORY), cloud.add(STORY)] == ["3145728001", "3145728002"]
        ids = [datacenter.add(STORY), datacenter.add(STORY)]
        assert [str(UUID(remote_id)) for remote_id in ids] == ids
        assert ids[0] != ids[1]
        url = f"{datacenter.base_url}/rest/api/longtask"
        good = bearer("sandbox-token")
        answers = [(await call(f"{url}/{name}", **good)).status for name in (ids[0], str(UUID(int=0)), "3145728001")]
    # what is no UUID throws inside
    assert answers == [200, 404, 500]


async def test_the_refusals_of_both_kinds_have_their_envelopes() -> None:
    async with site() as cloud, site("datacenter") as datacenter:
        one = await call(f"{cloud.base_url}/wiki/rest/api/longtask/99", **BOT)
        other = await call(f"{datacenter.base_url}/rest/api/longtask/{UUID(int=0)}", **bearer("sandbox-token"))
    for answer in (one, other):
        assert (answer.status, answer.media_type, answer.json["statusCode"]) == (404, JSON, 404)
        assert set(answer.json["data"]) >= {"authorized", "valid", "errors", "successful"}
    assert "No task found with id : 99" in one.json["message"]
    assert other.json["reason"] == "Not Found"


async def test_a_path_without_wiki_is_no_api() -> None:
    async with site() as simulator:
        link = f"/rest/api/longtask/{simulator.add(STORY)}"
        answers = [(await call(simulator.base_url + prefix + link, **BOT)).status for prefix in ("", "/wiki")]
    assert answers == [404, 200]


async def test_the_list_of_data_center_holds_what_has_ended_as_well_until_it_is_forgotten() -> None:
    async with site("datacenter") as simulator:
        forgotten = simulator.add(scenario("vanishing", "datacenter").story)
        ended = simulator.add(scenario("archive", "datacenter").story)
        simulator.now += 1000
        answer = await call(f"{simulator.base_url}/rest/api/longtask", **bearer("sandbox-token"))
    assert ([entry["id"] for entry in answer.json["results"]], forgotten == ended) == ([ended], False)


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "start=-1", "limit=many"])
async def test_the_list_takes_pages_of_1_to_100(query: str) -> None:
    async with site() as simulator:
        answer = await call(f"{simulator.base_url}/wiki/rest/api/longtask?{query}", **BOT)
    assert answer.status == 400


async def test_the_list_needs_a_scope_of_its_own_at_the_gateway() -> None:
    async with site() as simulator:
        summary = frozenset({"read:confluence-space.summary"})
        simulator.add_account("s", token="s", kind=TokenKind.SCOPED, scopes=summary)
        url = f"{simulator.api_url}/ex/confluence/{simulator.cloud_id}/wiki/rest/api/longtask"
        one = f"{url}/{simulator.add(STORY)}"
        answers = [await call(asked, **basic("s@example.com", "s")) for asked in (one, url)]
    assert [answer.status for answer in answers] == [200, 401]
    assert answers[1].json == {"code": 401, "message": "Unauthorized; scope does not match"}


async def test_the_list_holds_active_tasks_without_links_in_pages() -> None:
    async with site() as simulator:
        ids = [simulator.add(STORY) for _ in range(3)]
        simulator.add(scenario("archive").story)
        simulator.add(STORY, owner="somebody else")
        url = f"{simulator.base_url}/wiki/rest/api/longtask"
        whole, page = await call(url, **BOT), await call(f"{url}?start=1&limit=1", **BOT)
        keyed = await call(f"{url}?key=com.atlassian.confluence.example.archivepages", **BOT)
        wrong = await call(f"{url}?limit=many", **BOT)
        simulator.now += 1000
        later = await call(url, **BOT)
    assert {name: whole.json[name] for name in ("start", "limit", "size")} == {"start": 0, "limit": 100, "size": 4}
    listed = [entry["id"] for entry in whole.json["results"]]
    # in no order
    assert (sorted(listed), listed == sorted(listed)) == ([*ids, "3145728004"], False)
    assert ["_links" in entry for entry in whole.json["results"]] == [False] * 4
    assert [entry["id"] for entry in page.json["results"]] == [listed[1]]
    assert [entry["id"] for entry in keyed.json["results"]] == ["3145728004"]
    assert (wrong.status, later.json["results"]) == (400, [])


async def test_headers_name_limits_and_sessions() -> None:
    async with site() as cloud, site("datacenter") as datacenter:
        one = await call(f"{cloud.base_url}/wiki/rest/api/longtask/{cloud.add(STORY)}", **BOT)
        url = f"{datacenter.base_url}/rest/api/longtask/{datacenter.add(STORY)}"
        other = await call(url, **bearer("sandbox-token"))
    wanted = ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset", "Retry-After", "Set-Cookie")
    assert [one.headers.get(name) for name in wanted] == [
        "100",
        "99",
        "1970-01-12T13:47Z",
        None,
        "JSESSIONID=S00000001; Path=/; HttpOnly",
    ]
    # a token bucket says Retry-After on every answer, 0 while tokens are left
    bucket = ("X-RateLimit-FillRate", "X-RateLimit-Interval-Seconds", "Retry-After", "Set-Cookie")
    assert [other.headers.get(name) for name in bucket] == [
        "10",
        "1",
        "0",
        "JSESSIONID=S00000001; Path=/confluence; HttpOnly",
    ]


@pytest.mark.parametrize("kind", ["cloud", "datacenter"])
async def test_a_cookie_answers_for_whom_it_was_given_and_a_stale_one_for_nobody(kind: str) -> None:
    good = BOT if kind == "cloud" else bearer("sandbox-token")
    async with site(kind) as simulator:
        url = f"{simulator.people_url}/rest/api/longtask/{simulator.add(STORY, owner='bot')}"
        cookie = (await call(url, **good)).headers["Set-Cookie"].partition(";")[0]
        with_it = await call(url, Cookie=cookie)
        simulator.accounts.sessions.expire()
        stale = await call(url, Cookie=cookie, **good)
        assert "Set-Cookie" not in with_it.headers
    assert (with_it.status, stale.status) == (200, 401)


async def test_people_find_a_page_behind_the_links() -> None:
    async with site() as cloud, site("datacenter") as datacenter:
        pages = [
            await call(f"{cloud.people_url}/spaces/DEST/pages/1/Team"),
            await call(f"{datacenter.people_url}/display/DEST/Team"),
            await call(f"{cloud.origin}/nothing"),
            await call(f"{cloud.origin}/ex/confluence/other-cloud/wiki/rest/api/longtask/1", **BOT),
        ]
        tenant = await call(f"{cloud.origin}/_edge/tenant_info")
    assert [page.status for page in pages] == [200, 200, 404, 404]
    assert tenant.json == {"cloudId": CLOUD_ID}


async def test_a_story_moves_with_the_clock_and_is_forgotten() -> None:
    story = scenario("vanishing").story
    async with site() as simulator:
        url = f"{simulator.base_url}/wiki/rest/api/longtask/{simulator.add(story)}"
        answers = []
        for seconds in (0, 10, 13.9, 0.2):
            simulator.now += seconds
            answer = await call(url, **BOT)
            answers.append((answer.status, answer.json.get("percentageComplete"), answer.json.get("elapsedTime")))
    assert answers == [(200, 0, 0), (200, 76, 10_000), (200, 97, 23_900), (404, None, None)]


async def test_elapsed_time_does_not_grow_once_a_task_is_over() -> None:
    async with site() as simulator:
        remote_id = simulator.add(scenario("archive").story)
        simulator.now += 500
        body = simulator.body(remote_id)
    assert body is not None
    assert (body["elapsedTime"], body["finished"]) == (20_000, True)


async def test_requests_are_written_down_without_their_secrets() -> None:
    async with site() as simulator:
        remote_id = simulator.add(STORY)
        simulator.faults.add(faults.status(503))
        await call(f"{simulator.base_url}/wiki/rest/api/longtask/{remote_id}", **BOT)
        await call(f"{simulator.base_url}/wiki/rest/api/longtask/{remote_id}", **bearer("sandbox-token"))
        entries = list(simulator.log)
        assert (simulator.looks(remote_id), simulator.looks("unknown"), dict(simulator.answered)) == (2, 0, {503: 2})
    assert [(entry.account, entry.headers["Authorization"], entry.fault) for entry in entries] == [
        ("bot", "Basic", "status_503"),
        ("bot", "Bearer", "status_503"),
    ]
