import pytest
from slack_sdk.errors import SlackApiError

SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "hello"}}
RICH = {"type": "rich_text", "elements": []}


async def test_a_message_is_posted_and_told_back(slack, client):
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
    assert (message.text, message.unfurl_links, message.unfurl_media) == ("hello", False, None)


async def test_ts_increase_within_a_workspace_even_when_the_clock_stands_still(client):
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
async def test_where_the_bot_may_not_post(client, refused, slack, channel, error):
    assert await refused(client.chat_postMessage(channel=channel, text="hello")) == error
    assert [channel for channel in slack.channels if slack.messages(channel)] == []


async def test_chat_write_public_posts_without_joining(slack, client):
    slack.workspaces["T1"].scopes |= {"chat:write.public"}
    await client.chat_postMessage(channel="C2", text="hello")
    assert [message.text for message in slack.messages("C2")] == ["hello"]


async def test_after_an_invitation_the_bot_posts_in_a_private_channel(slack, client):
    slack.invite("C3")
    await client.chat_postMessage(channel="C3", text="hello")
    slack.kick("C3")
    assert [message.text for message in slack.messages("C3")] == ["hello"]


async def test_a_user_id_is_the_direct_message_with_that_person(slack, client):
    first = await client.chat_postMessage(channel="U1", text="one")
    second = await client.chat_postMessage(channel=first["channel"], text="two")
    assert first["channel"] == second["channel"]
    assert [message.text for message in slack.dms("U1")] == ["one", "two"]
    assert slack.dms("U2") == []


async def test_the_messages_tab_may_be_off(slack, client, refused):
    slack.policies.messages_tab = False
    assert await refused(client.chat_postMessage(channel="U1", text="one")) == "messages_tab_disabled"


@pytest.mark.parametrize(
    ("content", "error"),
    [
        ({"text": ""}, "no_text"),
        ({"text": "  "}, "no_text"),
        ({"blocks": []}, "no_text"),
        ({"text": "a", "blocks": [{"type": "section"}]}, "invalid_blocks"),
        ({"text": "a", "blocks": "nonsense"}, "invalid_blocks_format"),
        ({"text": "a", "markdown_text": "b"}, "markdown_text_conflict"),
        ({"markdown_text": "b" * 12_001}, "msg_too_long"),
        ({"text": "a", "thread_ts": "1.000001"}, "thread_not_found"),
        ({"text": "a", "metadata": {"event_type": "x"}}, "invalid_metadata_format"),
        ({"text": "a", "metadata": {"event_type": "a b", "event_payload": {}}}, "invalid_metadata_schema"),
        ({"text": "a", "metadata": {"event_type": "a", "event_payload": {"x": {}}}}, "invalid_metadata_schema"),
        ({"text": "a", "metadata": {"event_type": "a", "event_payload": {"x": [{}]}}}, "invalid_metadata_schema"),
        ({"text": "a", "metadata": {"event_type": "a", "event_payload": {"x": "y" * 9000}}}, "metadata_too_large"),
        ({"text": "a", "attachments": [{}] * 101}, "too_many_attachments"),
        ({"text": "a", "as_user": True}, "as_user_not_supported"),
        ({"text": "a", "username": "somebody"}, "missing_scope"),
    ],
)
async def test_content_that_is_refused(client, refused, slack, content, error):
    assert await refused(client.api_call("chat.postMessage", json={"channel": "C1", **content})) == error
    assert slack.messages("C1") == []


async def test_a_very_long_text_is_cut_with_a_warning(slack, client):
    answer = await client.chat_postMessage(channel="C1", text="x" * 40_001)
    assert answer["response_metadata"] == {"warnings": ["message_truncated"]}
    assert len(slack.messages("C1")[0].text) == 40_000


async def test_replies_go_into_the_thread_of_their_root(slack, client):
    root = await client.chat_postMessage(channel="C1", text="root")
    reply = await client.chat_postMessage(channel="C1", text="reply", thread_ts=root["ts"])
    assert reply["message"]["thread_ts"] == root["ts"]
    assert [message.text for message in slack.messages("C1")] == ["root"]
    assert [message.text for message in slack.thread("C1", root["ts"])] == ["reply"]


async def test_a_replys_ts_is_no_thread_unless_played_so(slack, client, refused):
    root = await client.chat_postMessage(channel="C1", text="root")
    reply = await client.chat_postMessage(channel="C1", text="reply", thread_ts=root["ts"])
    wrong = {"channel": "C1", "text": "again", "thread_ts": reply["ts"]}
    assert await refused(client.chat_postMessage(**wrong)) == "thread_not_found"
    slack.policies.reply_as_thread = True
    assert (await client.chat_postMessage(**wrong))["message"]["thread_ts"] == root["ts"]


async def test_replies_under_a_deleted_root_are_played_both_ways(slack, client, refused):
    root = await client.chat_postMessage(channel="C1", text="root")
    slack.delete_message("C1", root["ts"])
    reply = {"channel": "C1", "text": "reply", "thread_ts": root["ts"]}
    await client.chat_postMessage(**reply)
    slack.policies.replies_under_deleted_root = False
    assert await refused(client.chat_postMessage(**reply)) == "thread_not_found"
    assert (slack.messages("C1"), len(slack.thread("C1", root["ts"]))) == ([], 1)


async def test_mentions_of_strangers_are_noted(slack, client):
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": "<@U2|guest> and <@U404>"}}]
    await client.chat_postMessage(channel="C1", text="<@U1> <@U1>", blocks=blocks)
    (message,) = slack.messages("C1")
    assert (message.mentions, message.unknown_mentions) == (("U1", "U2"), ("U404",))


async def test_every_version_of_a_message_is_kept_with_its_time(slack, client, clock):
    posted = await client.chat_postMessage(channel="C1", text="one")
    clock.now += 5
    await client.chat_update(channel="C1", ts=posted["ts"], text="two")
    versions = slack.message("C1", posted["ts"]).versions
    assert [(version.at, version.text) for version in versions] == [(1_790_000_000.0, "one"), (1_790_000_005.0, "two")]


async def test_text_without_blocks_removes_the_blocks_and_shows_the_edit(slack, client):
    posted = await client.chat_postMessage(channel="C1", text="one", blocks=[SECTION])
    message = slack.message("C1", posted["ts"])
    await client.chat_update(channel="C1", ts=posted["ts"], text="two", blocks=[SECTION])
    assert (len(message.blocks), message.edited_label) == (1, False)
    await client.chat_update(channel="C1", ts=posted["ts"], text="three")
    assert (message.text, message.blocks, message.edited_label) == ("three", (), True)


async def test_metadata_stays_through_an_edit_until_it_is_cleared(slack, client):
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
        ({"text": "x", "blocks": [RICH]}, "block_mismatch"),
        ({"text": "x", "blocks": [{"type": "header"}]}, "invalid_blocks"),
        ({"channel": "C3", "text": "x"}, "channel_not_found"),
        ({"channel": "U1", "text": "x"}, "channel_not_found"),
        ({"text": "x", "reply_broadcast": True}, "cant_broadcast_message"),
    ],
)
async def test_edits_that_are_refused(slack, client, refused, edit, error):
    posted = await client.chat_postMessage(channel="C1", text="one", blocks=[SECTION])
    wish = {"channel": "C1", "ts": posted["ts"], **edit}
    assert await refused(client.api_call("chat.update", json=wish)) == error
    assert len(slack.message("C1", posted["ts"]).versions) == 1


async def test_only_own_messages_are_edited_and_deleted(slack, client, refused):
    theirs = slack.say("C1", "U1", "mine")
    assert await refused(client.chat_update(channel="C1", ts=theirs.ts, text="x")) == "cant_update_message"
    assert await refused(client.chat_delete(channel="C1", ts=theirs.ts)) == "cant_delete_message"


async def test_a_deleted_message_is_not_found(client, refused, slack):
    posted = await client.chat_postMessage(channel="C1", text="one")
    await client.chat_delete(channel="C1", ts=posted["ts"])
    assert await refused(client.chat_update(channel="C1", ts=posted["ts"], text="x")) == "message_not_found"
    assert [message.deleted for message in slack.messages("C1", deleted=True)] == [True]


async def test_an_edit_in_an_archived_channel_is_inactive(slack, client, refused):
    posted = await client.chat_postMessage(channel="C1", text="one")
    slack.archive("C1")
    assert await refused(client.chat_update(channel="C1", ts=posted["ts"], text="x")) == "is_inactive"


async def test_the_edit_window_closes_for_a_message_or_by_policy(slack, client, refused, clock):
    first = await client.chat_postMessage(channel="C1", text="one")
    second = await client.chat_postMessage(channel="C1", text="two")
    slack.close_edit_window("C1", first["ts"])
    assert await refused(client.chat_update(channel="C1", ts=first["ts"], text="x")) == "edit_window_closed"
    slack.policies.edit_window, slack.policies.edit_refusal = 60, "cant_update_message"
    await client.chat_update(channel="C1", ts=second["ts"], text="x")
    clock.now += 61
    assert await refused(client.chat_update(channel="C1", ts=second["ts"], text="y")) == "cant_update_message"


async def test_edits_after_leaving_a_public_channel_are_played_both_ways(slack, client, refused):
    posted = await client.chat_postMessage(channel="C1", text="one")
    slack.kick("C1")
    await client.chat_update(channel="C1", ts=posted["ts"], text="two")
    slack.policies.edits_after_leaving = False
    assert await refused(client.chat_update(channel="C1", ts=posted["ts"], text="x")) == "channel_not_found"
    assert await refused(client.chat_postMessage(channel="C1", text="x")) == "not_in_channel"


async def test_block_ids_taken_over_by_an_edit_are_noted(slack, client):
    posted = await client.chat_postMessage(channel="C1", text="one", blocks=[{**SECTION, "block_id": "same"}])
    await client.chat_update(channel="C1", ts=posted["ts"], text="two", blocks=[{**SECTION, "block_id": "same"}])
    assert slack.message("C1", posted["ts"]).versions[-1].reused_block_ids == ("same",)


async def test_an_ephemeral_message_is_seen_by_one_member(slack, client, refused):
    await client.chat_postEphemeral(channel="C1", user="U1", text="psst")
    assert [(item.via, item.text) for item in slack.ephemerals("U1")] == [("chat.postEphemeral", "psst")]
    assert slack.ephemerals("U2") == []
    assert await refused(client.chat_postEphemeral(channel="C1", user="U3", text="psst")) == "user_not_in_channel"
    assert await refused(client.chat_postEphemeral(channel="C2", user="U1", text="psst")) == "not_in_channel"


async def test_permalinks_lead_into_the_thread(client, refused):
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
    assert await refused(client.chat_getPermalink(channel="C1", message_ts="1.1")) == "message_not_found"


async def test_slack_sdk_sees_what_is_wrong_with_a_block(client):
    block = {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3001}}
    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(channel="C1", text="x", blocks=[block])
    assert caught.value.response.data == {
        "ok": False,
        "error": "invalid_blocks",
        "errors": ["must be less than 3001 characters [json-pointer:/blocks/0/text/text]"],
        "response_metadata": {
            "messages": ["[ERROR] must be less than 3001 characters [json-pointer:/blocks/0/text/text]"]
        },
    }


async def test_a_channel_may_be_named(slack, client, refused):
    await client.chat_postMessage(channel="#general", text="hello")
    assert [message.text for message in slack.messages("C1")] == ["hello"]
    assert await refused(client.chat_postMessage(channel="#nowhere", text="hello")) == "channel_not_found"


async def test_a_reply_is_broadcast_later_but_not_changed_in_the_same_call(slack, client, refused):
    root = await client.chat_postMessage(channel="C1", text="root")
    reply = await client.chat_postMessage(channel="C1", text="reply", thread_ts=root["ts"])
    wish = {"channel": "C1", "ts": reply["ts"], "reply_broadcast": True}
    assert await refused(client.chat_update(text="x", **wish)) == "no_dual_broadcast_content_update"
    await client.api_call("chat.update", json=wish)
    assert slack.message("C1", reply["ts"]).reply_broadcast is True


async def test_two_workspaces_never_touch_each_others_messages(slack, client, http, refused):
    slack.add_workspace("T2", "xoxb-second")
    slack.add_channel("C8", shared=["T2"])
    slack.invite("C8", "U2BOT")
    other = type(client)(token="xoxb-second", base_url=slack.api_url, session=http, retry_handlers=[])
    theirs = await other.chat_postMessage(channel="C8", text="theirs")
    await client.chat_postMessage(channel="C8", text="ours")
    assert [(message.team_id, message.text) for message in slack.messages("C8")] == [("T2", "theirs"), ("T1", "ours")]
    assert await refused(client.chat_update(channel="C8", ts=theirs["ts"], text="x")) == "cant_update_message"
    assert await refused(other.chat_postMessage(channel="C1", text="x")) == "channel_not_found"
