import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import SlackSimulator
from sandbox.slack.records import Json
from tests.sandbox.slack.support import SECTION, Clock, error_of


async def test_a_message_is_posted_and_returned(slack: SlackSimulator, client: AsyncWebClient) -> None:
    answer = await client.chat_postMessage(
        channel="C1", text="hello", blocks=[{**SECTION, "block_id": "b"}], unfurl_links=False
    )
    (message,) = slack.messages("C1")
    assert answer.data == {
        "ok": True,
        "channel": "C1",
        "ts": "1790000000.000000",
        "message": {
            "type": "message",
            "user": "U1BOT",
            "bot_id": "B1",
            "app_id": "A0LONGTASK",
            "team": "T1",
            "ts": "1790000000.000000",
            "text": "hello",
            "blocks": [{**SECTION, "block_id": "b"}],
        },
    }
    assert message.text == "hello"


async def test_ts_increase_within_a_workspace_even_if_the_clock_does_not_move(client: AsyncWebClient) -> None:
    answers = [await client.chat_postMessage(channel="C1", text=text) for text in "abc"]
    assert [answer["ts"] for answer in answers] == ["1790000000.000000", "1790000000.000001", "1790000000.000002"]


@pytest.mark.parametrize(
    ("channel", "error"),
    [
        ("C2", "not_in_channel"),
        ("C3", "channel_not_found"),
        ("C4", "is_archived"),
        ("D1", "channel_not_found"),
        ("C99", "channel_not_found"),
        ("U3", "channel_not_found"),
    ],
)
async def test_where_the_bot_may_not_post(
    client: AsyncWebClient, slack: SlackSimulator, channel: str, error: str
) -> None:
    assert await error_of(client.chat_postMessage(channel=channel, text="hello")) == error
    assert [channel for channel in slack.channels if slack.messages(channel)] == []


async def test_chat_write_public_posts_without_joining(slack: SlackSimulator, client: AsyncWebClient) -> None:
    slack.workspaces["T1"].scopes |= {"chat:write.public"}
    await client.chat_postMessage(channel="C2", text="hello")
    assert [message.text for message in slack.messages("C2")] == ["hello"]


async def test_after_an_invitation_the_bot_posts_in_a_private_channel(
    slack: SlackSimulator, client: AsyncWebClient
) -> None:
    slack.invite("C3")
    await client.chat_postMessage(channel="C3", text="hello")
    slack.kick("C3")
    assert [message.text for message in slack.messages("C3")] == ["hello"]


async def test_a_user_id_is_the_direct_message_with_that_person(slack: SlackSimulator, client: AsyncWebClient) -> None:
    first = await client.chat_postMessage(channel="U1", text="one")
    second = await client.chat_postMessage(channel=first["channel"], text="two")
    assert first["channel"] == second["channel"]
    assert [message.text for message in slack.dms("U1")] == ["one", "two"]
    assert slack.dms("U2") == []


async def test_the_messages_tab_may_be_off(slack: SlackSimulator, client: AsyncWebClient) -> None:
    slack.policies.messages_tab = False
    assert await error_of(client.chat_postMessage(channel="U1", text="one")) == "messages_tab_disabled"


@pytest.mark.parametrize(
    ("content", "error"),
    [
        ({"text": ""}, "no_text"),
        ({"text": "  "}, "no_text"),
        ({"blocks": []}, "no_text"),
        ({"text": "a", "blocks": [{"type": "section"}]}, "invalid_blocks"),
        ({"text": "a", "blocks": "nonsense"}, "invalid_blocks_format"),
        ({"text": "a", "thread_ts": "1.000001"}, "thread_not_found"),
        ({"text": "a", "metadata": {"event_type": "x"}}, "invalid_metadata_format"),
        ({"text": "a", "metadata": {"event_type": "a b", "event_payload": {}}}, "invalid_metadata_schema"),
        ({"text": "a", "metadata": {"event_type": "a", "event_payload": {"x": {}}}}, "invalid_metadata_schema"),
        ({"text": "a", "metadata": {"event_type": "a", "event_payload": {"x": [{}]}}}, "invalid_metadata_schema"),
        ({"text": "a", "metadata": {"event_type": "a", "event_payload": {"x": "y" * 9000}}}, "metadata_too_large"),
        ({"text": "a", "username": "somebody"}, "invalid_arguments"),
    ],
)
async def test_content_that_is_refused(
    client: AsyncWebClient, slack: SlackSimulator, content: Json, error: str
) -> None:
    assert await error_of(client.api_call("chat.postMessage", json={"channel": "C1", **content})) == error
    assert slack.messages("C1") == []


async def test_a_very_long_text_is_cut_with_a_warning(slack: SlackSimulator, client: AsyncWebClient) -> None:
    answer = await client.chat_postMessage(channel="C1", text="x" * 40_001)
    assert answer["response_metadata"] == {"warnings": ["message_truncated"]}
    assert len(slack.messages("C1")[0].text) == 40_000


async def test_replies_go_into_the_thread_of_their_root(slack: SlackSimulator, client: AsyncWebClient) -> None:
    root = await client.chat_postMessage(channel="C1", text="root")
    reply = await client.chat_postMessage(channel="C1", text="reply", thread_ts=root["ts"])
    assert reply["message"]["thread_ts"] == root["ts"]
    assert [message.text for message in slack.messages("C1")] == ["root"]
    assert [message.text for message in slack.thread("C1", root["ts"])] == ["reply"]


async def test_a_replys_ts_is_no_thread_unless_played_so(slack: SlackSimulator, client: AsyncWebClient) -> None:
    root = await client.chat_postMessage(channel="C1", text="root")
    reply = await client.chat_postMessage(channel="C1", text="reply", thread_ts=root["ts"])
    wrong = {"channel": "C1", "text": "again", "thread_ts": reply["ts"]}
    assert await error_of(client.chat_postMessage(**wrong)) == "thread_not_found"
    slack.policies.reply_as_thread = True
    assert (await client.chat_postMessage(**wrong))["message"]["thread_ts"] == root["ts"]


async def test_replies_under_a_deleted_root_are_played_both_ways(slack: SlackSimulator, client: AsyncWebClient) -> None:
    root = await client.chat_postMessage(channel="C1", text="root")
    slack.delete_message("C1", root["ts"])
    reply = {"channel": "C1", "text": "reply", "thread_ts": root["ts"]}
    await client.chat_postMessage(**reply)
    slack.policies.replies_under_deleted_root = False
    assert await error_of(client.chat_postMessage(**reply)) == "thread_not_found"
    assert (slack.messages("C1"), len(slack.thread("C1", root["ts"]))) == ([], 1)


async def test_people_who_are_mentioned_are_known(slack: SlackSimulator, client: AsyncWebClient) -> None:
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": "<@U2|guest> and <@U404>"}}]
    await client.chat_postMessage(channel="C1", text="<@U1> <@U1>", blocks=blocks)
    (message,) = slack.messages("C1")
    assert message.mentions == ("U1", "U2")


async def test_every_version_of_a_message_is_kept_with_its_time(
    slack: SlackSimulator, client: AsyncWebClient, clock: Clock
) -> None:
    posted = await client.chat_postMessage(channel="C1", text="one")
    clock.now += 5
    await client.chat_update(channel="C1", ts=posted["ts"], text="two")
    versions = slack.message("C1", posted["ts"]).versions
    assert [(version.at, version.text) for version in versions] == [(1_790_000_000.0, "one"), (1_790_000_005.0, "two")]


async def test_text_without_blocks_removes_the_blocks_and_shows_the_edit(
    slack: SlackSimulator, client: AsyncWebClient
) -> None:
    posted = await client.chat_postMessage(channel="C1", text="one", blocks=[SECTION])
    message = slack.message("C1", posted["ts"])
    await client.chat_update(channel="C1", ts=posted["ts"], text="two", blocks=[SECTION])
    assert (len(message.blocks), message.edited_label) == (1, False)
    await client.chat_update(channel="C1", ts=posted["ts"], text="three")
    assert (message.text, message.blocks, message.edited_label) == ("three", (), True)


async def test_metadata_stays_through_an_edit_until_it_is_cleared(
    slack: SlackSimulator, client: AsyncWebClient
) -> None:
    metadata = {"event_type": "marker", "event_payload": {"id": "7"}}
    posted = await client.chat_postMessage(channel="C1", text="one", metadata=metadata)
    message = slack.message("C1", posted["ts"])
    await client.chat_update(channel="C1", ts=posted["ts"], text="two")
    assert message.metadata == metadata
    await client.chat_update(channel="C1", ts=posted["ts"], text="three", metadata={})
    assert message.metadata is None


@pytest.mark.parametrize(
    ("edit", "error"),
    [
        ({"ts": "1.000001", "text": "x"}, "message_not_found"),
        ({"text": "x" * 4_001}, "msg_too_long"),
        ({}, "no_text"),
        ({"text": ""}, "no_text"),
        ({"text": "x", "blocks": [{"type": "header"}]}, "invalid_blocks"),
        ({"channel": "C3", "text": "x"}, "channel_not_found"),
        ({"channel": "U1", "text": "x"}, "channel_not_found"),
    ],
)
async def test_edits_that_are_refused(slack: SlackSimulator, client: AsyncWebClient, edit: Json, error: str) -> None:
    posted = await client.chat_postMessage(channel="C1", text="one", blocks=[SECTION])
    arguments = {"channel": "C1", "ts": posted["ts"], **edit}
    assert await error_of(client.api_call("chat.update", json=arguments)) == error
    assert len(slack.message("C1", posted["ts"]).versions) == 1


async def test_only_own_messages_are_edited(slack: SlackSimulator, client: AsyncWebClient) -> None:
    theirs = slack.say("C1", "U1", "mine")
    assert await error_of(client.chat_update(channel="C1", ts=theirs.ts, text="x")) == "cant_update_message"


async def test_a_deleted_message_is_not_found(client: AsyncWebClient, slack: SlackSimulator) -> None:
    posted = await client.chat_postMessage(channel="C1", text="one")
    slack.delete_message("C1", posted["ts"])
    assert await error_of(client.chat_update(channel="C1", ts=posted["ts"], text="x")) == "message_not_found"
    assert [message.deleted for message in slack.messages("C1", deleted=True)] == [True]


async def test_an_edit_in_an_archived_channel_is_inactive(slack: SlackSimulator, client: AsyncWebClient) -> None:
    posted = await client.chat_postMessage(channel="C1", text="one")
    slack.archive("C1")
    assert await error_of(client.chat_update(channel="C1", ts=posted["ts"], text="x")) == "is_inactive"


async def test_the_edit_window_closes_for_one_message_or_all_of_a_channel(
    slack: SlackSimulator, client: AsyncWebClient
) -> None:
    first = await client.chat_postMessage(channel="C1", text="one")
    second = await client.chat_postMessage(channel="C1", text="two")
    slack.close_edit_window("C1", first["ts"])
    assert await error_of(client.chat_update(channel="C1", ts=first["ts"], text="x")) == "edit_window_closed"
    await client.chat_update(channel="C1", ts=second["ts"], text="x")
    slack.close_edit_window("C1", error="cant_update_message")
    assert await error_of(client.chat_update(channel="C1", ts=second["ts"], text="y")) == "cant_update_message"


async def test_edits_after_leaving_a_public_channel_are_played_both_ways(
    slack: SlackSimulator, client: AsyncWebClient
) -> None:
    posted = await client.chat_postMessage(channel="C1", text="one")
    slack.kick("C1")
    await client.chat_update(channel="C1", ts=posted["ts"], text="two")
    slack.policies.edits_after_leaving = False
    assert await error_of(client.chat_update(channel="C1", ts=posted["ts"], text="x")) == "channel_not_found"
    assert await error_of(client.chat_postMessage(channel="C1", text="x")) == "not_in_channel"


async def test_permalinks_lead_into_the_thread(client: AsyncWebClient) -> None:
    root = await client.chat_postMessage(channel="C1", text="root")
    reply = await client.chat_postMessage(channel="C1", text="reply", thread_ts=root["ts"])
    links = [
        (await client.chat_getPermalink(channel="C1", message_ts=message["ts"]))["permalink"]
        for message in (root, reply)
    ]
    assert links == [
        "https://acme.slack.com/archives/C1/p1790000000000000",
        "https://acme.slack.com/archives/C1/p1790000000000001?thread_ts=1790000000.000000&cid=C1",
    ]
    assert await error_of(client.chat_getPermalink(channel="C1", message_ts="1.1")) == "message_not_found"


async def test_slack_sdk_sees_what_is_wrong_with_a_block(client: AsyncWebClient) -> None:
    block = {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3001}}
    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(channel="C1", text="x", blocks=[block])
    assert caught.value.response.data == {
        "ok": False,
        "error": "invalid_blocks",
        "errors": ["Expected `str` of length <= 3000 [json-pointer:/blocks/0/text/text]"],
        "response_metadata": {
            "messages": ["[ERROR] Expected `str` of length <= 3000 [json-pointer:/blocks/0/text/text]"]
        },
    }


async def test_two_workspaces_never_touch_each_others_messages(
    slack: SlackSimulator, client: AsyncWebClient, http: aiohttp.ClientSession
) -> None:
    slack.add_workspace("T2", "xoxb-second")
    slack.add_channel("C8", shared=["T2"])
    slack.invite("C8", "U2BOT")
    other = type(client)(token="xoxb-second", base_url=slack.api_url, session=http, retry_handlers=[])
    theirs = await other.chat_postMessage(channel="C8", text="theirs")
    await client.chat_postMessage(channel="C8", text="ours")
    assert [(message.team_id, message.text) for message in slack.messages("C8")] == [("T2", "theirs"), ("T1", "ours")]
    assert await error_of(client.chat_update(channel="C8", ts=theirs["ts"], text="x")) == "cant_update_message"
    assert await error_of(other.chat_postMessage(channel="C1", text="x")) == "channel_not_found"
