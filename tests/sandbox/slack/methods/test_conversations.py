from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import SlackSimulator
from tests.sandbox.slack.support import Clock, error_of


async def test_what_a_conversation_is(slack: SlackSimulator, client: AsyncWebClient) -> None:
    slack.add_channel("C7", "shared", ["U3"], ext=True)
    body = (await client.conversations_info(channel="C7", include_num_members=True))["channel"]
    assert (body["is_ext_shared"], body["is_private"], body["is_member"], body["num_members"]) == (True, False, True, 2)
    posted = await client.chat_postMessage(channel="U1", text="hello")
    direct = (await client.conversations_info(channel=posted["channel"]))["channel"]
    assert (direct["is_im"], direct["user"]) == (True, "U1")
    slack.add_channel("G1", members=["U1", "U2"], private=True, is_mpim=True)
    group = (await client.conversations_info(channel="G1"))["channel"]
    assert (group["is_mpim"], group["is_group"], group["is_private"]) == (True, False, True)


async def test_each_kind_of_conversation_has_its_scope(slack: SlackSimulator, client: AsyncWebClient) -> None:
    slack.invite("C3")
    slack.workspaces["T1"].scopes -= {"groups:read"}
    assert await error_of(client.conversations_info(channel="C3")) == "missing_scope"
    assert await error_of(client.conversations_info(channel="D1")) == "channel_not_found"


async def test_members_come_page_by_page_with_the_bot_and_without_the_deactivated(
    slack: SlackSimulator, client: AsyncWebClient
) -> None:
    slack.add_user("U4").deleted = True
    slack.invite("C1", "U4")
    people, cursor, pages = [], None, 0
    while cursor != "":
        answer = await client.conversations_members(channel="C1", limit=2, cursor=cursor)
        people += answer["members"]
        cursor = answer["response_metadata"]["next_cursor"]
        pages += 1
    assert (people, pages) == (["U1", "U1BOT", "U2"], 2)
    assert await error_of(client.conversations_members(channel="C1", limit=1000)) == "invalid_limit"


async def test_members_are_shown_where_the_bot_sees_the_channel_and_has_the_scope(
    slack: SlackSimulator, client: AsyncWebClient
) -> None:
    assert (await client.conversations_members(channel="C2"))["members"] == ["U1"]
    assert await error_of(client.conversations_members(channel="C3")) == "channel_not_found"
    slack.workspaces["T1"].scopes -= {"channels:read"}
    assert await error_of(client.conversations_members(channel="C1")) == "missing_scope"


async def test_public_channels_can_be_joined(slack: SlackSimulator, client: AsyncWebClient) -> None:
    await client.conversations_join(channel="C2")
    again = await client.conversations_join(channel="C2")
    assert again["warning"] == "already_in_channel"
    assert "U1BOT" in slack.channels["C2"].members


@pytest.mark.parametrize(
    ("channel", "error"),
    [("C3", "channel_not_found"), ("C4", "is_archived"), ("C404", "channel_not_found")],
)
async def test_other_channels_cannot(client: AsyncWebClient, channel: str, error: str) -> None:
    assert await error_of(client.conversations_join(channel=channel)) == error


async def test_a_private_channel_is_never_joined(slack: SlackSimulator, client: AsyncWebClient) -> None:
    slack.invite("C3")
    assert await error_of(client.conversations_join(channel="C3")) == "method_not_supported_for_channel_type"


async def test_history_is_newest_first_without_replies(client: AsyncWebClient) -> None:
    root = await client.chat_postMessage(channel="C1", text="one")
    await client.chat_postMessage(channel="C1", text="reply", thread_ts=root["ts"])
    await client.chat_postMessage(channel="C1", text="shouted", thread_ts=root["ts"], reply_broadcast=True)
    await client.chat_postMessage(channel="C1", text="two")
    answer = await client.conversations_history(channel="C1")
    assert [message["text"] for message in answer["messages"]] == ["two", "shouted", "one"]
    assert answer["messages"][2]["reply_count"] == 2


async def test_replies_come_with_their_root_page_by_page(client: AsyncWebClient) -> None:
    root = await client.chat_postMessage(channel="C1", text="root")
    for number in range(4):
        await client.chat_postMessage(channel="C1", text=str(number), thread_ts=root["ts"])
    texts, cursor, pages = [], None, 0
    while cursor != "":
        answer = await client.conversations_replies(channel="C1", ts=root["ts"], limit=2, cursor=cursor)
        texts += [message["text"] for message in answer["messages"]]
        cursor = answer["response_metadata"]["next_cursor"]
        pages += 1
    assert (texts, pages) == (["root", "0", "1", "2", "3"], 3)
    assert await error_of(client.conversations_replies(channel="C1", ts="1.000001")) == "thread_not_found"
    assert await error_of(client.conversations_replies(channel="C1", ts=root["ts"], cursor="?")) == "invalid_cursor"


async def test_metadata_is_shown_where_asked_for(client: AsyncWebClient) -> None:
    metadata = {"event_type": "marker", "event_payload": {"id": "7"}}
    await client.chat_postMessage(channel="C1", text="one", metadata=metadata)
    plain = await client.conversations_history(channel="C1")
    full = await client.conversations_history(channel="C1", include_all_metadata=True)
    assert plain["messages"][0]["metadata"] == {"event_type": "marker"}
    assert full["messages"][0]["metadata"] == metadata


async def test_history_can_be_narrowed(client: AsyncWebClient, clock: Clock) -> None:
    stamps = []
    for text in "abc":
        stamps.append((await client.chat_postMessage(channel="C1", text=text))["ts"])
        clock.now += 1

    async def seen(**bounds: Any) -> str:
        answer = await client.conversations_history(channel="C1", **bounds)
        return "".join(message["text"] for message in answer["messages"])

    assert await seen(oldest=stamps[1]) == "c"
    assert await seen(oldest=stamps[1], inclusive=True) == "cb"
    assert await seen(latest=stamps[1]) == "a"
    assert await error_of(client.conversations_history(channel="C1", oldest="then")) == "invalid_ts_oldest"


async def test_a_deleted_root_with_replies_leaves_a_placeholder(slack: SlackSimulator, client: AsyncWebClient) -> None:
    root = await client.chat_postMessage(channel="C1", text="root")
    await client.chat_postMessage(channel="C1", text="reply", thread_ts=root["ts"])
    slack.delete_message("C1", root["ts"])
    (placeholder,) = (await client.conversations_history(channel="C1"))["messages"]
    assert (placeholder["subtype"], placeholder["ts"]) == ("tombstone", root["ts"])


async def test_history_needs_a_scope_and_membership(slack: SlackSimulator, client: AsyncWebClient) -> None:
    assert await error_of(client.conversations_history(channel="C2")) == "not_in_channel"
    slack.workspaces["T1"].scopes -= {"channels:history", "groups:history", "im:history", "mpim:history"}
    assert await error_of(client.conversations_history(channel="C1")) == "missing_scope"


async def test_channels_are_listed_page_by_page_by_kind(slack: SlackSimulator, client: AsyncWebClient) -> None:
    slack.invite("C3")
    slack.add_channel("C5", "partners", ext=True)
    slack.add_channel("C6", "invited", pending=True)
    first = await client.conversations_list(limit=3, exclude_archived=True)
    assert [channel["id"] for channel in first["channels"]] == ["C1", "C2"]
    second = await client.conversations_list(cursor=first["response_metadata"]["next_cursor"])
    shared = [(each["id"], each["is_ext_shared"], each["is_pending_ext_shared"]) for each in second["channels"]]
    assert shared == [("C5", True, False), ("C6", False, True)]
    assert second["response_metadata"]["next_cursor"] == ""
    private = await client.conversations_list(types="private_channel,mpim")
    assert [channel["id"] for channel in private["channels"]] == ["C3"]


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"cursor": "nonsense"}, "invalid_cursor"),
        ({"limit": 1000}, "invalid_limit"),
        ({"types": "public_channel,secret"}, "invalid_types"),
    ],
)
async def test_a_list_that_cannot_be_given_is_refused(
    client: AsyncWebClient, arguments: dict[str, Any], error: str
) -> None:
    assert await error_of(client.conversations_list(**arguments)) == error


async def test_each_kind_that_is_listed_needs_its_scope(slack: SlackSimulator, client: AsyncWebClient) -> None:
    slack.workspaces["T1"].scopes -= {"groups:read"}
    assert await error_of(client.conversations_list(types="public_channel,private_channel")) == "missing_scope"
    assert (await client.conversations_list())["ok"]


@pytest.mark.usefixtures("bot")
async def test_a_channel_that_is_shared_says_so_to_apps_with_the_scope_for_its_kind(
    slack: SlackSimulator, client: AsyncWebClient
) -> None:
    assert await slack.share("C1") is not None
    assert (await client.conversations_info(channel="C1"))["channel"]["is_ext_shared"]
    assert await slack.unshare("C1") is not None
    assert not (await client.conversations_info(channel="C1"))["channel"]["is_ext_shared"]
    slack.invite("C3")
    slack.workspaces["T1"].scopes -= {"groups:read"}
    assert await slack.share("C3") is None


async def test_the_channels_of_a_person_are_those_that_the_bot_may_see(
    slack: SlackSimulator, client: AsyncWebClient
) -> None:
    slack.add_channel("C5", "shared secret", ["U1"], private=True)
    slack.add_channel("C6", "without olga", ["U2"])

    async def listed(**arguments: Any) -> list[str]:
        answer = await client.users_conversations(**arguments)
        return [channel["id"] for channel in answer["channels"]]

    assert await listed(user="U1", exclude_archived=True) == ["C1", "C2"]
    assert await listed(user="U1", types="private_channel") == ["C5"]
    assert await listed(user="U2") == ["C1", "C6"]
    assert await listed() == ["C1", "C4", "C6"]


async def test_the_channels_of_a_person_come_page_by_page(client: AsyncWebClient) -> None:
    first = await client.users_conversations(user="U1", limit=2)
    second = await client.users_conversations(user="U1", limit=2, cursor=first["response_metadata"]["next_cursor"])
    assert [[channel["id"] for channel in page["channels"]] for page in (first, second)] == [["C1", "C2"], ["C4"]]
    assert second["response_metadata"]["next_cursor"] == ""


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"user": "U404"}, "user_not_found"),
        ({"user": "U1", "types": "secret"}, "invalid_types"),
        ({"user": "U1", "limit": 1000}, "invalid_limit"),
        ({"user": "U1", "cursor": "?"}, "invalid_cursor"),
        ({"user": "U1", "name": "general"}, "invalid_arguments"),
    ],
)
async def test_channels_of_a_person_that_cannot_be_listed(
    client: AsyncWebClient, arguments: dict[str, Any], error: str
) -> None:
    assert await error_of(client.api_call("users.conversations", http_verb="GET", params=arguments)) == error


async def test_each_kind_of_a_persons_channels_needs_its_scope(slack: SlackSimulator, client: AsyncWebClient) -> None:
    slack.workspaces["T1"].scopes -= {"groups:read"}
    assert await error_of(client.users_conversations(user="U1", types="private_channel")) == "missing_scope"
    assert (await client.users_conversations(user="U1"))["ok"]


async def test_a_token_of_an_organization_names_the_workspace(slack: SlackSimulator, client: AsyncWebClient) -> None:
    slack.workspaces["T1"].org_wide = True
    assert await error_of(client.users_conversations(user="U1")) == "missing_argument"
    assert (await client.users_conversations(user="U1", team_id="T1"))["ok"]
