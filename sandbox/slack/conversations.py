"""The conversations.* methods."""

import base64
import binascii
from collections.abc import Sequence

from sandbox.slack.access import need_scope, visible_channel
from sandbox.slack.payloads import channel_json, message_json
from sandbox.slack.records import Channel, Json, Message, Workspace
from sandbox.slack.refusal import RefusalError
from sandbox.slack.world import World

HISTORY_PAGE = 100
LONGEST_PAGE = 999
OPEN_AT_MOST = 8


def info(world: World, workspace: Workspace, args: Json) -> Json:
    """conversations.info."""
    channel = visible_channel(world, workspace, args["channel"])
    need_scope(workspace, f"{channel.kind}:read")
    body = channel_json(channel, workspace)
    if args.get("include_locale", False):
        body["locale"] = "en-US"
    if args.get("include_num_members", False):
        body["num_members"] = len(channel.members)
    return {"channel": body}


def join(world: World, workspace: Workspace, args: Json) -> Json:
    """conversations.join."""
    channel = visible_channel(world, workspace, args["channel"])
    if channel.kind != "channels":
        raise RefusalError("method_not_supported_for_channel_type")
    if channel.archived:
        raise RefusalError("is_archived")
    already = workspace.bot_user_id in channel.members
    channel.members.add(workspace.bot_user_id)
    world.changed("channel", channel)
    answer: Json = {"channel": channel_json(channel, workspace)}
    if already:
        answer |= {"warning": "already_in_channel", "response_metadata": {"warnings": ["already_in_channel"]}}
    return answer


def open_conversation(world: World, workspace: Workspace, args: Json) -> Json:
    """conversations.open, for one person or an existing conversation."""
    if args.get("channel"):
        channel = visible_channel(world, workspace, args["channel"])
        if not channel.is_im and not channel.is_mpim:
            raise RefusalError("method_not_supported_for_channel_type")
        return {"channel": {"id": channel.id}, "no_op": True, "already_open": True}
    people = [user for user in str(args.get("users", "")).split(",") if user]
    if not people:
        raise RefusalError("users_list_not_supplied")
    if len(people) > OPEN_AT_MOST:
        raise RefusalError("too_many_users")
    for user_id in people:
        if user_id not in world.users:
            raise RefusalError("user_not_found")
        if world.users[user_id].deleted:
            raise RefusalError("user_disabled")
    if len(people) > 1:
        need_scope(workspace, "mpim:write")
        return {"channel": {"id": _group(world, workspace, people).id}}
    need_scope(workspace, "im:write")
    channel = world.open_im(workspace, people[0])
    return {"channel": channel_json(channel, workspace) if args.get("return_im") else {"id": channel.id}}


def history(world: World, workspace: Workspace, args: Json) -> Json:
    """conversations.history: newest first, without replies (broadcast ones appear)."""
    channel = _readable(world, workspace, args["channel"])
    messages = [
        message
        for message in reversed(channel.messages.values())
        if (message.thread_ts is None or message.reply_broadcast) and _stands(channel, message)
    ]
    return _page(world, messages, args, HISTORY_PAGE)


def replies(world: World, workspace: Workspace, args: Json) -> Json:
    """conversations.replies: the root, then the replies, oldest first."""
    channel = _readable(world, workspace, args["channel"])
    asked = channel.messages.get(args["ts"])
    root = channel.messages.get(asked.thread_ts or asked.ts) if asked else None
    if root is None or not _stands(channel, root):
        raise RefusalError("thread_not_found")
    thread = [channel.messages[ts] for ts in channel.replies.get(root.ts, [])]
    return _page(world, [root, *(reply for reply in thread if not reply.deleted)], args, LONGEST_PAGE)


def _readable(world: World, workspace: Workspace, channel_id: str) -> Channel:
    channel = visible_channel(world, workspace, channel_id)
    need_scope(workspace, f"{channel.kind}:history")
    if workspace.bot_user_id not in channel.members:
        raise RefusalError("not_in_channel")
    return channel


def _stands(channel: Channel, message: Message) -> bool:
    """A deleted root leaves a placeholder where there are replies."""
    return not message.deleted or any(not channel.messages[ts].deleted for ts in channel.replies.get(message.ts, []))


def _page(world: World, messages: Sequence[Message], args: Json, usual: int) -> Json:
    oldest, latest = args.get("oldest"), args.get("latest")
    for name, value in (("oldest", oldest), ("latest", latest)):
        if value is not None and not value.replace(".", "", 1).isdigit():
            raise RefusalError(f"invalid_ts_{name}")
    inclusive = args.get("inclusive", False)
    wanted = [
        message
        for message in messages
        if (oldest is None or float(message.ts) > float(oldest) or (inclusive and message.ts == oldest))
        and (latest is None or float(message.ts) < float(latest) or (inclusive and message.ts == latest))
    ]
    start = _offset(args.get("cursor"))
    end = start + min(max(args.get("limit", usual), 1), LONGEST_PAGE)
    more = end < len(wanted)
    shown = [
        message_json(world, message, all_metadata=args.get("include_all_metadata", False))
        for message in wanted[start:end]
    ]
    cursor = base64.b64encode(f"next:{end}".encode()).decode() if more else ""
    return {"messages": shown, "has_more": more, "response_metadata": {"next_cursor": cursor}}


def _offset(cursor: str | None) -> int:
    if not cursor:
        return 0
    try:
        word, _, number = base64.b64decode(cursor, validate=True).decode().partition(":")
        if word == "next":
            return int(number)
    except (binascii.Error, ValueError):
        pass
    raise RefusalError("invalid_cursor")


def _group(world: World, workspace: Workspace, people: list[str]) -> Channel:
    members = {workspace.bot_user_id, *people}
    for channel in world.channels.values():
        if channel.is_mpim and channel.members == members:
            return channel
    channel = Channel(
        id=world.new_id("G"),
        name="mpdm-" + "--".join(sorted(people)),
        team_id=workspace.team_id,
        members=members,
        private=True,
        is_mpim=True,
        teams={workspace.team_id},
    )
    world.channels[channel.id] = channel
    world.changed("channel", channel)
    return channel
