import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from bot.clients.slack.client import SlackClient
from bot.clients.slack.errors import Ambiguous, NotConnected, Refusal, Refused, SlackError, SlackRateLimited
from bot.clients.slack.responses import Delivery, Identity, Person, Posted, Responded
from bot.clients.slack.session import open_session

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


def ok(**body: Any) -> Answer:
    return said({"ok": True, **body})


def said(body: dict[str, Any], status: int = 200, headers: dict[str, str] | None = None) -> Answer:
    async def answer(_request: web.Request) -> web.Response:
        return web.json_response(body, status=status, headers=headers)

    return answer


def page(status: int, text: str = "<html>Oh no</html>") -> Answer:
    async def answer(_request: web.Request) -> web.Response:
        return web.Response(status=status, text=text, content_type="text/html")

    return answer


async def dropped(request: web.Request) -> web.Response:
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


async def silent(_request: web.Request) -> web.Response:
    await asyncio.sleep(3600)
    return web.Response()


@dataclass
class Slack:
    """A server that answers each method as told and remembers what it was asked."""

    url: str = ""
    answers: dict[str, list[Answer]] = field(default_factory=dict)
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    counted: list[tuple[str, str]] = field(default_factory=list)

    def will(self, method: str, *answers: Answer) -> None:
        self.answers[method] = list(answers)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        raw = await request.read()
        if request.content_type == "application/json":
            arguments = json.loads(raw)
        else:
            arguments = dict(request.query) or {"raw": raw.decode()}
        self.calls.append((method, arguments))
        self.headers.append(dict(request.headers))
        return await self.answers[method].pop(0)(request)


@pytest.fixture
async def slack() -> AsyncIterator[Slack]:
    fake = Slack()
    app = web.Application()
    app.router.add_route("*", "/api/{method}", fake.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    fake.url = f"http://127.0.0.1:{runner.addresses[0][1]}/api/"
    yield fake
    await runner.cleanup()


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with open_session() as session:
        yield session


@pytest.fixture
def client(slack: Slack, session: aiohttp.ClientSession) -> SlackClient:
    return SlackClient(
        session,
        token="xoxb-secret",
        base_url=slack.url,
        count=lambda method, answer: slack.counted.append((method, answer)),
    )


BLOCKS = [{"type": "section", "text": {"type": "mrkdwn", "text": "hello"}}]
SILENT = {"unfurl_links": False, "unfurl_media": False}


async def test_a_post_carries_text_blocks_thread_and_marker_and_unfurls_nothing(
    slack: Slack, client: SlackClient
) -> None:
    slack.will("chat.postMessage", ok(channel="C1", ts="2.000001"))
    posted = await client.post("C1", "hello", BLOCKS, thread_ts="1.000001", metadata_id="n7", broadcast=True)
    assert posted == Posted(channel="C1", ts="2.000001")
    metadata = {"event_type": "longtask_notice", "event_payload": {"id": "n7"}}
    body = {"channel": "C1", "text": "hello", "blocks": BLOCKS, **SILENT, "thread_ts": "1.000001"}
    assert slack.calls == [("chat.postMessage", body | {"reply_broadcast": True, "metadata": metadata})]
    assert slack.headers[0]["Authorization"] == "Bearer xoxb-secret"
    assert slack.counted == [("chat.postMessage", "ok")]


async def test_a_direct_message_is_posted_to_the_person_and_stands_in_a_conversation(
    slack: Slack, client: SlackClient
) -> None:
    slack.will("chat.postMessage", ok(channel="D9", ts="2.000001"))
    assert await client.dm("U1", "hello") == Posted(channel="D9", ts="2.000001")
    assert slack.calls == [("chat.postMessage", {"channel": "U1", "text": "hello", **SILENT})]


async def test_an_edit_without_blocks_sends_none(slack: Slack, client: SlackClient) -> None:
    slack.will("chat.update", ok(ts="1.1"), ok(ts="1.1"))
    await client.update("C1", "1.1", "hello", BLOCKS)
    await client.update("C1", "1.1", "plain")
    assert slack.calls == [
        ("chat.update", {"channel": "C1", "ts": "1.1", "text": "hello", "blocks": BLOCKS}),
        ("chat.update", {"channel": "C1", "ts": "1.1", "text": "plain"}),
    ]


async def test_an_ephemeral_message_names_who_sees_it(slack: Slack, client: SlackClient) -> None:
    slack.will("chat.postEphemeral", ok(message_ts="1.1"))
    await client.ephemeral("C1", "U1", "psst", thread_ts="1.0")
    body = {"channel": "C1", "user": "U1", "text": "psst", "thread_ts": "1.0"}
    assert slack.calls == [("chat.postEphemeral", body)]


async def test_reads_are_plain_queries(slack: Slack, client: SlackClient) -> None:
    slack.will("chat.getPermalink", ok(permalink="https://acme.slack.com/archives/C1/p11"))
    slack.will("conversations.join", ok(channel={"id": "C1"}))
    assert await client.permalink("C1", "1.1") == "https://acme.slack.com/archives/C1/p11"
    await client.join("C1")
    assert slack.calls == [
        ("chat.getPermalink", {"channel": "C1", "message_ts": "1.1"}),
        ("conversations.join", {"channel": "C1"}),
    ]


async def test_a_person_is_read_with_language_and_standing(slack: Slack, client: SlackClient) -> None:
    user = {
        "id": "U1",
        "team_id": "T1",
        "real_name": "Ann Example",
        "profile": {"display_name": "ann"},
        "locale": "de-DE",
        "tz": "Europe/Berlin",
        "is_admin": False,
        "is_owner": True,
        "is_restricted": False,
        "is_ultra_restricted": True,
        "is_stranger": True,
    }
    slack.will("users.info", ok(user=user), ok(user={"locale": 7}))
    assert await client.user_info("U1") == Person(
        user_id="U1",
        team_id="T1",
        name="ann",
        locale="de-DE",
        timezone="Europe/Berlin",
        is_admin=True,
        is_guest=True,
        is_stranger=True,
        is_bot=False,
        deleted=False,
    )
    assert await client.user_info("U2") == Person(
        user_id="U2",
        team_id=None,
        name="U2",
        locale=None,
        timezone=None,
        is_admin=False,
        is_guest=False,
        is_stranger=False,
        is_bot=False,
        deleted=False,
    )
    assert slack.calls[0] == ("users.info", {"user": "U1", "include_locale": "true"})


async def test_a_token_tells_its_workspace_and_scopes(slack: Slack, client: SlackClient) -> None:
    who = {"ok": True, "team_id": "T1", "team": "Acme", "user_id": "UB", "bot_id": "B1", "url": "https://a.slack.com/"}
    slack.will("auth.test", said(who, headers={"X-OAuth-Scopes": "commands, chat:write,"}))
    assert await client.auth_test() == Identity(
        team_id="T1",
        team_name="Acme",
        user_id="UB",
        bot_id="B1",
        enterprise_id=None,
        url="https://a.slack.com/",
        scopes=frozenset({"commands", "chat:write"}),
    )


def ours(ts: str, notice: str) -> dict[str, Any]:
    return {"ts": ts, "metadata": {"event_type": "longtask_notice", "event_payload": {"id": notice}}}


async def test_a_message_is_found_by_its_marker_on_a_later_page(slack: Slack, client: SlackClient) -> None:
    others = [{"ts": "1.0"}, {"ts": "1.1", "metadata": {"event_type": "x", "event_payload": {"id": "n7"}}}, "odd"]
    slack.will(
        "conversations.replies",
        ok(messages=others, response_metadata={"next_cursor": "more"}),
        ok(messages=[ours("1.2", "n6"), ours("1.3", "n7")]),
    )
    assert await client.find_by_metadata("C1", "1.0", "n7", oldest="1.0") == "1.3"
    query = {"channel": "C1", "oldest": "1.0", "inclusive": "true", "limit": "200", "include_all_metadata": "true"}
    assert slack.calls == [
        ("conversations.replies", query | {"ts": "1.0"}),
        ("conversations.replies", query | {"ts": "1.0", "cursor": "more"}),
    ]


async def test_a_message_that_is_not_there_is_none(slack: Slack, client: SlackClient) -> None:
    slack.will("conversations.history", ok(messages=[ours("1.2", "n6")], response_metadata={"next_cursor": ""}))
    assert await client.find_by_metadata("C1", None, "n7", oldest="1.0") is None


async def test_more_messages_than_are_looked_through_is_not_the_same_as_none(slack: Slack, client: SlackClient) -> None:
    slack.will("conversations.history", *[ok(messages=[], response_metadata={"next_cursor": "more"})] * 10)
    with pytest.raises(Ambiguous, match=r"^conversations\.history: more messages than are looked through$"):
        await client.find_by_metadata("C1", None, "n7", oldest="1.0")


async def test_a_file_goes_up_in_three_calls(slack: Slack, client: SlackClient) -> None:
    slack.will("files.getUploadURLExternal", ok(upload_url=f"{slack.url}upload", file_id="F1"))
    slack.will("upload", page(200, "OK - 3"))
    slack.will("files.completeUploadExternal", ok(files=[{"id": "F1"}]))
    await client.upload_file("C1", "1.0", "all.csv", b"a,b", title="All", comment="everything")
    assert slack.calls == [
        ("files.getUploadURLExternal", {"filename": "all.csv", "length": "3"}),
        ("upload", {"raw": "a,b"}),
        (
            "files.completeUploadExternal",
            {
                "files": [{"id": "F1", "title": "All"}],
                "channel_id": "C1",
                "thread_ts": "1.0",
                "initial_comment": "everything",
            },
        ),
    ]
    assert "Authorization" not in slack.headers[1]


@pytest.mark.parametrize("broken", [page(503), dropped])
async def test_an_upload_that_breaks_before_anything_is_visible_was_never_made(
    slack: Slack, client: SlackClient, broken: Answer
) -> None:
    slack.will("files.getUploadURLExternal", broken, ok(upload_url=f"{slack.url}upload", file_id="F1"))
    slack.will("upload", broken)
    for _ in range(2):
        with pytest.raises(NotConnected):
            await client.upload_file("C1", "1.0", "all.csv", b"a,b", title="All")


@pytest.mark.parametrize(
    ("answer", "error", "text"),
    [
        (said({"ok": False, "error": "internal_error"}), Ambiguous, "internal_error"),
        (said({"ok": False, "error": "fatal_error"}, 500), Ambiguous, "fatal_error"),
        (page(503), Ambiguous, "HTTP 503"),
        (said({}, 502), Ambiguous, "HTTP 502"),
        (page(200), Ambiguous, "HTTP 200"),
        (page(200, ""), Ambiguous, "HTTP 200"),
        (said({"ok": False}), Ambiguous, "HTTP 200"),
        (ok(channel="C1"), Ambiguous, "ok without ts"),
        (dropped, Ambiguous, "ServerDisconnectedError"),
        (page(404), Refused, "HTTP 404"),
        (said({"ok": False, "error": "never_heard_of"}), Refused, "never_heard_of"),
    ],
)
async def test_each_broken_answer_to_a_post_is_one_error(
    slack: Slack, client: SlackClient, answer: Answer, error: type[SlackError], text: str
) -> None:
    slack.will("chat.postMessage", answer)
    with pytest.raises(SlackError) as raised:
        await client.post("C1", "secret words", BLOCKS)
    assert (type(raised.value), str(raised.value)) == (error, f"chat.postMessage: {text}")


async def test_json_that_is_none_is_ambiguous(slack: Slack, client: SlackClient) -> None:
    async def half(_request: web.Request) -> web.Response:
        return web.Response(text='{"ok": tr', content_type="application/json")

    slack.will("chat.postMessage", half)
    with pytest.raises(Ambiguous, match=r"^chat\.postMessage: HTTP 200$"):
        await client.post("C1", "hello")


async def test_a_dropped_connection_is_not_tried_again_by_itself(slack: Slack, client: SlackClient) -> None:
    slack.will("chat.postMessage", dropped, ok(ts="1.1"))
    with pytest.raises(Ambiguous):
        await client.post("C1", "hello")
    assert len(slack.calls) == 1


async def test_a_slow_answer_is_ambiguous(slack: Slack) -> None:
    slack.will("chat.postMessage", silent)
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=0.05)) as hasty:
        client = SlackClient(hasty, token="xoxb-secret", base_url=slack.url)
        with pytest.raises(Ambiguous):
            await client.post("C1", "hello")


async def test_a_connection_never_made_is_not_ambiguous(session: aiohttp.ClientSession, unused_tcp_port: int) -> None:
    client = SlackClient(session, token="xoxb-secret", base_url=f"http://127.0.0.1:{unused_tcp_port}/api/")
    with pytest.raises(NotConnected, match=r"^chat\.postMessage: ClientConnectorError$"):
        await client.post("C1", "hello")


@pytest.mark.parametrize(
    ("answer", "seconds"),
    [
        (said({"ok": False, "error": "ratelimited"}, 429, {"Retry-After": "1847"}), 1847.0),
        (page(429), 30.0),
        (said({}, 429, {"Retry-After": "inf"}), 30.0),
        (said({}, 429, {"Retry-After": "nan"}), 30.0),
        (said({}, 429, {"Retry-After": "0"}), 0.0),
        (said({"ok": False, "error": "rate_limited"}), 30.0),
        (said({"ok": False, "error": "message_limit_exceeded"}, 200, {"Retry-After": "soon"}), 30.0),
    ],
)
async def test_too_fast_says_for_how_long_to_rest(
    slack: Slack, client: SlackClient, answer: Answer, seconds: float
) -> None:
    slack.will("chat.update", answer)
    with pytest.raises(SlackRateLimited) as raised:
        await client.update("C1", "1.1", "hello")
    assert (raised.value.method, raised.value.retry_after) == ("chat.update", seconds)
    assert slack.counted == [("chat.update", "rate_limited")]


@pytest.mark.parametrize(
    ("word", "refusal"),
    [
        ("message_not_found", Refusal.MESSAGE_GONE),
        ("edit_window_closed", Refusal.EDIT_CLOSED),
        ("cant_update_message", Refusal.EDIT_CLOSED),
        ("invalid_blocks", Refusal.BLOCKS_REFUSED),
        ("invalid_blocks_format", Refusal.BLOCKS_REFUSED),
        ("block_mismatch", Refusal.BLOCKS_REFUSED),
        ("msg_blocks_too_long", Refusal.BLOCKS_REFUSED),
        ("msg_too_long", Refusal.TOO_LONG),
        ("not_in_channel", Refusal.NOT_IN_CHANNEL),
        ("channel_not_found", Refusal.CHANNEL_GONE),
        ("is_archived", Refusal.ARCHIVED),
        ("is_inactive", Refusal.ARCHIVED),
        ("account_inactive", Refusal.WORKSPACE_GONE),
        ("token_revoked", Refusal.WORKSPACE_GONE),
        ("invalid_auth", Refusal.WORKSPACE_GONE),
        ("restricted_action_read_only_channel", Refusal.RESTRICTED),
        ("missing_scope", Refusal.MISSING_SCOPE),
        ("thread_not_found", Refusal.THREAD_GONE),
        ("user_not_found", Refusal.USER_GONE),
        ("external_channel_migrating", Refusal.NOT_NOW),
        ("no_text", Refusal.UNKNOWN),
    ],
)
async def test_each_refusal_has_its_meaning(slack: Slack, client: SlackClient, word: str, refusal: Refusal) -> None:
    slack.will("chat.update", said({"ok": False, "error": word}))
    with pytest.raises(Refused) as raised:
        await client.update("C1", "1.1", "hello")
    assert (raised.value.refusal, raised.value.answer, raised.value.label) == (refusal, word, refusal.value)
    assert slack.counted == [("chat.update", refusal.value)]


async def test_the_missing_scope_is_named(slack: Slack, client: SlackClient) -> None:
    slack.will("conversations.join", said({"ok": False, "error": "missing_scope", "needed": "channels:join"}))
    with pytest.raises(Refused) as raised:
        await client.join("C1")
    assert raised.value.needed == "channels:join"


async def plain_ok(_request: web.Request) -> web.Response:
    return web.Response(text="ok")


@pytest.mark.parametrize(
    ("answer", "responded"),
    [
        (plain_ok, Responded(delivery=Delivery.DELIVERED, answer="ok")),
        (page(404, "used_url"), Responded(delivery=Delivery.EXPIRED, answer="used_url")),
        (page(404, "expired_url"), Responded(delivery=Delivery.EXPIRED, answer="expired_url")),
        (page(500), Responded(delivery=Delivery.LATER, answer="HTTP 500")),
        (
            said({"ok": False}, 429, {"Retry-After": "9"}),
            Responded(delivery=Delivery.LATER, answer="HTTP 429", retry_after=9.0),
        ),
        (
            said({"ok": False, "error": "no_text"}),
            Responded(delivery=Delivery.REFUSED, answer='{"ok": false, "error": "no_text"}'),
        ),
        (page(302, ""), Responded(delivery=Delivery.REFUSED, answer="HTTP 302")),
        (dropped, Responded(delivery=Delivery.LATER, answer="ServerDisconnectedError")),
    ],
)
async def test_each_answer_of_a_response_url_is_a_value(
    slack: Slack, client: SlackClient, answer: Answer, responded: Responded
) -> None:
    slack.will("response", answer)
    assert await client.respond(f"{slack.url}response", "hello", BLOCKS) == responded
    body = {"response_type": "ephemeral", "replace_original": False, "text": "hello", "blocks": BLOCKS, **SILENT}
    assert slack.calls == [("response", body)]
    assert "Authorization" not in slack.headers[0]
    assert slack.counted == [("response_url", responded.delivery.value)]


async def test_a_response_url_that_is_none_does_not_raise(client: SlackClient) -> None:
    answer = await client.respond("not a url", "hello")
    assert answer.delivery is Delivery.LATER


async def test_no_token_and_no_text_is_ever_logged_or_told(
    slack: Slack, client: SlackClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    slack.will("chat.postMessage", ok(ts="1.1"), said({"ok": False, "error": "invalid_auth"}))
    await client.post("C1", "private words")
    with pytest.raises(Refused) as raised:
        await client.post("C1", "private words")
    everything = caplog.text + str(raised.value) + repr(raised.value)
    assert "xoxb-secret" not in everything
    assert "private words" not in everything


async def test_a_proxy_is_used_as_the_environment_says(
    slack: Slack, session: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch, unused_tcp_port: int
) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{unused_tcp_port}")
    monkeypatch.setenv("NO_PROXY", "")
    slack.will("chat.postMessage", ok(ts="1.1"))
    with pytest.raises(NotConnected, match="ClientProxyConnectionError"):
        await SlackClient(session, token="t", base_url=slack.url).post("C1", "hello")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    await SlackClient(session, token="t", base_url=slack.url).post("C1", "hello")
    assert len(slack.calls) == 1
