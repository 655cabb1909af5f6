import asyncio
from datetime import UTC, datetime

import aiohttp
import pytest

from bot.clients.slack.client import SlackClient
from bot.clients.slack.errors import Ambiguous, NotConnected, Refusal, Refused
from bot.clients.slack.responses import (
    ChannelInfo,
    ChannelPage,
    MemberPage,
    Posted,
    PublishedView,
    RespondResult,
    RespondStatus,
    TokenInfo,
)
from bot.clients.slack.workspaces import SingleWorkspace
from bot.domain.person import Installation, UserInfo
from bot.metrics import Metrics
from tests.support.metrics import counted
from tests.support.scripted_slack import ScriptedSlack, dropped, ok, page, refuses, says, text
from tests.support.web_server import Answer

BLOCKS = [{"type": "section", "text": {"type": "mrkdwn", "text": "hello"}}]
SILENT = {"unfurl_links": False, "unfurl_media": False}


async def test_a_post_carries_text_blocks_thread_marker_and_language_and_unfurls_nothing(
    slack: ScriptedSlack, client: SlackClient, metrics: Metrics
) -> None:
    slack.prepare("chat.postMessage", ok(channel="C1", ts="2.000001"))
    posted = await client.post("C1", "hello", BLOCKS, thread_ts="1.000001", marker="n7", language="de")
    assert posted == Posted(channel="C1", ts="2.000001")
    metadata = {"event_type": "longtask_message", "event_payload": {"id": "n7", "language": "de"}}
    body = {"channel": "C1", "text": "hello", "blocks": BLOCKS, **SILENT, "thread_ts": "1.000001"}
    assert slack.calls == [("chat.postMessage", body | {"metadata": metadata})]
    assert slack.headers[0]["Authorization"] == "Bearer xoxb-secret"
    assert counted(metrics, "longtask_slack_calls_total", "longtask_in_flight") == {
        'longtask_slack_calls_total{answer="ok",method="chat.postMessage"}': 1.0
    }


async def test_a_call_is_in_flight_until_it_is_answered(
    slack: ScriptedSlack, client: SlackClient, metrics: Metrics
) -> None:
    asked, answered = asyncio.Event(), asyncio.Event()

    async def slow(_request: aiohttp.web.Request) -> aiohttp.web.Response:
        asked.set()
        await answered.wait()
        return aiohttp.web.json_response({"ok": True, "channel": "C1", "ts": "1.1"})

    slack.prepare("chat.postMessage", slow)
    post = asyncio.create_task(client.post("C1", "hello"))
    await asked.wait()
    assert counted(metrics, "longtask_in_flight") == {'longtask_in_flight{system="slack"}': 1.0}
    answered.set()
    await post


async def test_a_direct_message_is_posted_to_the_user_and_lands_in_a_conversation(
    slack: ScriptedSlack, client: SlackClient
) -> None:
    slack.prepare("chat.postMessage", ok(channel="D9", ts="2.000001"))
    assert await client.post("U1", "hello") == Posted(channel="D9", ts="2.000001")
    assert slack.calls == [("chat.postMessage", {"channel": "U1", "text": "hello", **SILENT})]


async def test_an_edit_without_blocks_sends_none(slack: ScriptedSlack, client: SlackClient) -> None:
    slack.prepare("chat.update", ok(ts="1.1"), ok(ts="1.1"))
    await client.edit("C1", "1.1", "hello", BLOCKS)
    await client.edit("C1", "1.1", "plain")
    assert slack.calls == [
        ("chat.update", {"channel": "C1", "ts": "1.1", "text": "hello", "blocks": BLOCKS}),
        ("chat.update", {"channel": "C1", "ts": "1.1", "text": "plain"}),
    ]


async def test_an_ephemeral_message_names_its_reader(slack: ScriptedSlack, client: SlackClient) -> None:
    slack.prepare("chat.postEphemeral", ok(message_ts="1.1"))
    await client.ephemeral("C1", "U1", "psst", thread_ts="1.0")
    body = {"channel": "C1", "user": "U1", "text": "psst", "thread_ts": "1.0"}
    assert slack.calls == [("chat.postEphemeral", body)]


async def test_only_a_reply_is_shown_in_the_channel_too(slack: ScriptedSlack, client: SlackClient) -> None:
    slack.prepare("chat.postMessage", ok(ts="2.1"), ok(ts="2.2"))
    await client.post("C1", "hello", thread_ts="1.1", broadcast=True)
    await client.post("C1", "hello", broadcast=True)
    assert slack.calls == [
        ("chat.postMessage", {"channel": "C1", "text": "hello", **SILENT, "thread_ts": "1.1", "reply_broadcast": True}),
        ("chat.postMessage", {"channel": "C1", "text": "hello", **SILENT}),
    ]


async def test_a_modal_is_opened_by_a_trigger_and_updated_by_its_id(slack: ScriptedSlack, client: SlackClient) -> None:
    slack.prepare("views.open", ok(view={"id": "V1", "hash": "1.2"}))
    slack.prepare("views.update", ok(view={"id": "V1"}))
    assert await client.open_view("12.34.ab", {"type": "modal"}) == "V1"
    await client.update_view("V1", {"type": "modal", "blocks": []})
    assert slack.calls == [
        ("views.open", {"trigger_id": "12.34.ab", "view": {"type": "modal"}}),
        ("views.update", {"view_id": "V1", "view": {"type": "modal", "blocks": []}}),
    ]


async def test_a_modal_without_an_id_may_be_open(slack: ScriptedSlack, client: SlackClient) -> None:
    slack.prepare("views.open", ok(view=[]))
    with pytest.raises(Ambiguous, match="ok without id"):
        await client.open_view("12.34.ab", {"type": "modal"})


async def test_reads_are_plain_queries(slack: ScriptedSlack, client: SlackClient) -> None:
    slack.prepare("chat.getPermalink", ok(permalink="https://acme.slack.com/archives/C1/p11"))
    slack.prepare("conversations.join", ok(channel={"id": "C1"}))
    assert await client.permalink("C1", "1.1") == "https://acme.slack.com/archives/C1/p11"
    await client.join("C1")
    assert slack.calls == [
        ("chat.getPermalink", {"channel": "C1", "message_ts": "1.1"}),
        ("conversations.join", {"channel": "C1"}),
    ]


async def test_a_user_is_read_with_locale_and_rights(slack: ScriptedSlack, client: SlackClient) -> None:
    user = {
        "id": "U1",
        "team_id": "T1",
        "locale": "de-DE",
        "is_admin": False,
        "is_owner": True,
        "is_restricted": False,
        "is_ultra_restricted": True,
        "is_stranger": True,
    }
    grid = {"team_id": "T2", "locale": 7, "enterprise_user": {"id": "U2", "enterprise_id": "E1", "teams": ["T1", 7]}}
    slack.prepare(
        "users.info", ok(user=user), ok(user=grid), ok(user={"team_id": "T1", "is_bot": True, "deleted": True})
    )
    assert await client.user_info("U1") == UserInfo(
        user_id="U1", team_id="T1", locale="de-DE", is_admin=True, is_guest=True, is_stranger=True
    )
    assert await client.user_info("U2") == UserInfo(
        user_id="U2", team_id="T2", enterprise_id="E1", enterprise_teams=frozenset({"T1"})
    )
    assert await client.user_info("U3") == UserInfo(user_id="U3", team_id="T1", is_bot=True, is_deleted=True)
    assert slack.calls[0] == ("users.info", {"user": "U1", "include_locale": "true"})


async def test_an_answer_that_describes_nobody_is_not_known_to_be_about_anybody(
    slack: ScriptedSlack, client: SlackClient
) -> None:
    slack.prepare("users.info", ok(), ok(user="U1"), ok(user={"locale": "de-DE"}))
    for _ in range(3):
        with pytest.raises(Ambiguous):
            await client.user_info("U1")


async def test_a_token_names_its_workspace_and_scopes(slack: ScriptedSlack, client: SlackClient) -> None:
    body = {"ok": True, "team_id": "T1", "team": "Acme", "user_id": "UB"}
    headers = {"X-OAuth-Scopes": "commands, chat:write,", "Date": "Sun, 22 Nov 2026 12:00:05 GMT"}
    slack.prepare("auth.test", says(body, headers=headers))
    assert await client.auth_test() == TokenInfo(
        team_id="T1",
        team_name="Acme",
        scopes=frozenset({"commands", "chat:write"}),
        server_time=datetime(2026, 11, 22, 12, 0, 5, tzinfo=UTC),
    )


async def test_a_token_of_an_organization_names_it(slack: ScriptedSlack, client: SlackClient) -> None:
    slack.prepare("auth.test", ok(team_id="E1", enterprise_id="E1", is_enterprise_install=True))
    assert (await client.auth_test()).installation == Installation(team_id="E1", enterprise_id="E1", is_org_wide=True)


def ours(ts: str, marker: str) -> dict[str, object]:
    return {"ts": ts, "metadata": {"event_type": "longtask_message", "event_payload": {"id": marker}}}


async def test_a_message_is_found_by_its_marker_on_a_later_page(slack: ScriptedSlack, client: SlackClient) -> None:
    others = [{"ts": "1.0"}, {"ts": "1.1", "metadata": {"event_type": "x", "event_payload": {"id": "n7"}}}, "odd"]
    slack.prepare(
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


async def test_a_message_that_is_not_there_is_none(slack: ScriptedSlack, client: SlackClient) -> None:
    slack.prepare("conversations.history", ok(messages=[ours("1.2", "n6")], response_metadata={"next_cursor": ""}))
    assert await client.find_by_metadata("C1", None, "n7", oldest="1.0") is None


async def test_more_messages_than_are_searched_is_not_the_same_as_none(
    slack: ScriptedSlack, client: SlackClient
) -> None:
    slack.prepare("conversations.history", *[ok(messages=[], response_metadata={"next_cursor": "more"})] * 10)
    with pytest.raises(Ambiguous, match=r"^conversations\.history: more messages than are searched$"):
        await client.find_by_metadata("C1", None, "n7", oldest="1.0")


async def test_a_file_goes_up_in_three_calls(slack: ScriptedSlack, client: SlackClient) -> None:
    slack.prepare("files.getUploadURLExternal", ok(upload_url=f"{slack.url}upload", file_id="F1"))
    slack.prepare("upload", page(200, "OK - 3"))
    slack.prepare("files.completeUploadExternal", ok(files=[{"id": "F1"}]))
    await client.upload_file("C1", "1.0", "all.csv", b"a,b", title="All", comment="All of them")
    assert slack.calls == [
        ("files.getUploadURLExternal", {"filename": "all.csv", "length": "3"}),
        ("upload", {"raw": "a,b"}),
        (
            "files.completeUploadExternal",
            {
                "files": [{"id": "F1", "title": "All"}],
                "channel_id": "C1",
                "thread_ts": "1.0",
                "initial_comment": "All of them",
            },
        ),
    ]
    assert "Authorization" not in slack.headers[1]


@pytest.mark.parametrize("broken", [page(503), dropped])
async def test_an_upload_that_breaks_before_anything_is_visible_was_never_made(
    slack: ScriptedSlack, client: SlackClient, broken: Answer
) -> None:
    slack.prepare("files.getUploadURLExternal", broken, ok(upload_url=f"{slack.url}upload", file_id="F1"))
    slack.prepare("upload", broken)
    for _ in range(2):
        with pytest.raises(NotConnected):
            await client.upload_file("C1", "1.0", "all.csv", b"a,b", title="All", comment="All of them")


@pytest.mark.parametrize(
    ("answer", "result"),
    [
        (text("ok"), RespondResult(status=RespondStatus.DELIVERED, answer="ok")),
        (page(404, "used_url"), RespondResult(status=RespondStatus.EXPIRED, answer="used_url")),
        (page(404, "expired_url"), RespondResult(status=RespondStatus.EXPIRED, answer="expired_url")),
        (page(500), RespondResult(status=RespondStatus.LATER, answer="HTTP 500")),
        (
            says({"ok": False}, 429, {"Retry-After": "9"}),
            RespondResult(status=RespondStatus.LATER, answer="HTTP 429", retry_after=9.0),
        ),
        (
            refuses("no_text"),
            RespondResult(status=RespondStatus.REFUSED, answer='{"ok": false, "error": "no_text"}'),
        ),
        (page(302, ""), RespondResult(status=RespondStatus.LATER, answer="Redirected")),
        (dropped, RespondResult(status=RespondStatus.LATER, answer="ServerDisconnectedError")),
    ],
)
async def test_each_answer_of_a_response_url_is_a_value(
    slack: ScriptedSlack, client: SlackClient, metrics: Metrics, answer: Answer, result: RespondResult
) -> None:
    slack.prepare("response", answer)
    assert await client.respond(f"{slack.url}response", "hello", BLOCKS) == result
    body = {"response_type": "ephemeral", "replace_original": False, "text": "hello", "blocks": BLOCKS, **SILENT}
    assert slack.calls == [("response", body)]
    assert "Authorization" not in slack.headers[0]
    assert counted(metrics, "longtask_slack_calls_total") == {
        f'longtask_slack_calls_total{{answer="{result.status}",method="response_url"}}': 1.0
    }


async def test_a_response_url_that_is_none_does_not_raise(client: SlackClient) -> None:
    assert await client.respond("not a url", "hello") == RespondResult(
        status=RespondStatus.LATER, answer="InvalidUrlClientError"
    )


async def test_no_token_and_no_text_is_ever_logged_or_raised(
    slack: ScriptedSlack, client: SlackClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    slack.prepare("chat.postMessage", ok(ts="1.1"), refuses("invalid_auth"))
    await client.post("C1", "private words")
    with pytest.raises(Refused) as raised:
        await client.post("C1", "private words")
    everything = caplog.text + str(raised.value) + repr(raised.value)
    assert "xoxb-secret" not in everything
    assert "private words" not in everything


async def test_a_proxy_is_used_as_the_environment_says(
    slack: ScriptedSlack,
    session: aiohttp.ClientSession,
    metrics: Metrics,
    monkeypatch: pytest.MonkeyPatch,
    unused_tcp_port: int,
) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{unused_tcp_port}")
    monkeypatch.setenv("NO_PROXY", "")
    slack.prepare("chat.postMessage", ok(ts="1.1"))
    with pytest.raises(NotConnected, match="ClientProxyConnectionError"):
        await SlackClient(session, token="t", base_url=slack.url, metrics=metrics).post("C1", "hello")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    await SlackClient(session, token="t", base_url=slack.url, metrics=metrics).post("C1", "hello")
    assert len(slack.calls) == 1


async def test_a_single_workspace_has_one_client_for_every_team(client: SlackClient) -> None:
    workspace = SingleWorkspace(client)
    assert [await workspace.client("T1", None), await workspace.client("T2", "E1")] == [client, client]


async def test_a_single_workspace_asks_once_whose_its_token_is(slack: ScriptedSlack, client: SlackClient) -> None:
    slack.prepare("auth.test", says({"ok": False, "error": "fatal_error"}), ok(team_id="T1"))
    workspace = SingleWorkspace(client)
    assert await workspace.serves("T1", None) is None
    with pytest.raises(Ambiguous):
        await workspace.installation("T1", None)
    assert await workspace.serves("T1", None) is None

    ours = Installation(team_id="T1")
    assert [await workspace.installation(team, None) for team in ("T1", "T2", "T1")] == [ours, None, ours]
    assert [await workspace.serves(team, None) for team in ("T1", "T2")] == [True, False]
    assert len(slack.calls) == 2


async def test_a_token_of_an_organization_serves_all_of_its_workspaces(
    slack: ScriptedSlack, client: SlackClient
) -> None:
    slack.prepare("auth.test", ok(team_id="E1", enterprise_id="E1", is_enterprise_install=True))
    workspace = SingleWorkspace(client)
    await workspace.installation("T1", "E1")
    requests = (("T1", "E1"), ("T2", "E1"), ("T1", "E2"), ("T1", None))
    assert [await workspace.serves(*request) for request in requests] == [True, True, False, False]


@pytest.mark.parametrize(
    ("channel", "is_shared"),
    [
        ({"is_ext_shared": True}, True),
        ({"is_pending_ext_shared": True, "is_ext_shared": False}, True),
        ({"is_org_shared": True, "is_shared": True}, False),
        ({"is_ext_shared": "yes"}, False),
        ({}, False),
    ],
)
async def test_a_channel_is_shared_if_another_organisation_reads_it_or_is_invited(
    slack: ScriptedSlack, client: SlackClient, channel: dict[str, object], is_shared: bool
) -> None:
    slack.prepare("conversations.info", ok(channel={"id": "C1", **channel}))
    assert await client.channel_info("C1") == ChannelInfo(channel_id="C1", is_shared=is_shared)
    assert slack.calls == [("conversations.info", {"channel": "C1"})]


@pytest.mark.parametrize(
    ("channel", "is_member", "is_archived"),
    [({"is_member": True}, True, False), ({"is_archived": True}, False, True), ({"is_member": "yes"}, False, False)],
)
async def test_a_channel_says_whether_the_bot_is_in_it_and_whether_it_is_archived(
    slack: ScriptedSlack, client: SlackClient, channel: dict[str, object], is_member: bool, is_archived: bool
) -> None:
    slack.prepare("conversations.info", ok(channel={"id": "C1", **channel}))
    found = await client.channel_info("C1")
    assert (found.is_member, found.is_archived) == (is_member, is_archived)


async def test_a_person_is_looked_for_on_every_page_of_a_channels_members(
    slack: ScriptedSlack, client: SlackClient
) -> None:
    first = ok(members=["U1", 7, None], response_metadata={"next_cursor": "next"})
    slack.prepare("conversations.members", first, ok(members=["U2"]), first, ok(members=["U2"]), ok(members=["U2"]))
    assert [await client.is_in_channel("C1", user) for user in ("U2", "U3", "U2")] == [True, False, True]
    query = {"channel": "C1", "limit": "999"}
    pages = [("conversations.members", query), ("conversations.members", {**query, "cursor": "next"})]
    assert slack.calls == [*pages, *pages, pages[0]]


async def test_an_answer_without_members_says_nothing_about_a_person(slack: ScriptedSlack, client: SlackClient) -> None:
    endless = ok(members=["U1"], response_metadata={"next_cursor": "next"})
    slack.prepare("conversations.members", ok(), ok(members="U1"), *[endless] * 50)
    for _ in range(3):
        with pytest.raises(Ambiguous):
            await client.is_in_channel("C1", "U2")
    assert len(slack.calls) == 52


async def test_an_answer_without_a_channel_says_nothing_about_it(slack: ScriptedSlack, client: SlackClient) -> None:
    slack.prepare("conversations.info", ok(), ok(channel=None))
    for _ in range(2):
        with pytest.raises(Ambiguous):
            await client.channel_info("C1")


async def test_channels_are_listed_by_kind_and_cursor(slack: ScriptedSlack, client: SlackClient) -> None:
    listed = [{"id": "C1", "is_ext_shared": True}, {"id": "C2"}, {"name": "without an id"}, "no channel"]
    slack.prepare("conversations.list", ok(channels=listed, response_metadata={"next_cursor": "next"}), ok(channels=7))
    first = await client.channel_page("public_channel", cursor=None)
    second = await client.channel_page("private_channel", cursor="next")
    shared, own = ChannelInfo(channel_id="C1", is_shared=True), ChannelInfo(channel_id="C2", is_shared=False)
    assert first == ChannelPage(channels=(shared, own), cursor="next")
    assert second == ChannelPage(channels=(), cursor=None)
    query = {"exclude_archived": "true", "limit": "200"}
    assert slack.calls == [
        ("conversations.list", {"types": "public_channel", **query}),
        ("conversations.list", {"types": "private_channel", **query, "cursor": "next"}),
    ]


async def test_the_channels_of_a_person_are_listed_by_kind_and_cursor(
    slack: ScriptedSlack, client: SlackClient
) -> None:
    listed = [{"id": "C1"}, {"name": "without an id"}, {"id": "C2"}]
    slack.prepare("users.conversations", ok(channels=listed, response_metadata={"next_cursor": "next"}), ok())
    first = await client.channels_of("U1", "public_channel")
    second = await client.channels_of("U1", "private_channel", cursor="next", team_id="T1")
    assert first == MemberPage(channel_ids=("C1", "C2"), cursor="next")
    assert second == MemberPage(channel_ids=(), cursor=None)
    query = {"user": "U1", "exclude_archived": "true", "limit": "200"}
    assert slack.calls == [
        ("users.conversations", {"types": "public_channel", **query}),
        ("users.conversations", {"types": "private_channel", **query, "cursor": "next", "team_id": "T1"}),
    ]


async def test_a_home_is_published_in_place_of_what_is_known_to_be_there(
    slack: ScriptedSlack, client: SlackClient
) -> None:
    slack.prepare("views.publish", ok(view={"id": "V1", "hash": "1.2"}), ok(view={"id": 7, "hash": "x" * 90}), ok())
    published = [
        await client.publish_view("U1", BLOCKS),
        await client.publish_view("U1", BLOCKS, replacing="1.2"),
        await client.publish_view("U1", BLOCKS),
    ]
    assert published == [
        PublishedView(view_id="V1", hash="1.2"),
        PublishedView(view_id="", hash="x" * 64),
        PublishedView(view_id="", hash=""),
    ]
    body = {"user_id": "U1", "view": {"type": "home", "blocks": BLOCKS}}
    assert slack.calls == [
        ("views.publish", body),
        ("views.publish", body | {"hash": "1.2"}),
        ("views.publish", body),
    ]


@pytest.mark.parametrize(
    ("word", "refusal"),
    [
        ("hash_conflict", Refusal.VIEW_CHANGED),
        ("not_enabled", Refusal.HOME_OFF),
        ("view_too_large", Refusal.TOO_LONG),
    ],
)
async def test_a_home_that_is_refused_says_why(
    slack: ScriptedSlack, client: SlackClient, word: str, refusal: Refusal
) -> None:
    slack.prepare("views.publish", refuses(word))
    with pytest.raises(Refused) as caught:
        await client.publish_view("U1", BLOCKS)
    assert caught.value.refusal is refusal
