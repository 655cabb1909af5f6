"""The conversations.* methods: look a conversation up, join it, read its messages."""

import base64
import binascii
from collections.abc import Sequence

from sandbox.slack.api_error import ApiError
from sandbox.slack.api_objects import channel_json, message_json
from sandbox.slack.declarations import Declared, NonEmpty
from sandbox.slack.lookup import find_channel, require_scope
from sandbox.slack.records import Channel, Json, PostedMessage, Workspace
from sandbox.slack.state import SlackState

HISTORY_PAGE = 100
LONGEST_PAGE = 999


class ChannelInfo(Declared):
    """Arguments of conversations.info."""

    channel: NonEmpty
    include_locale: bool = False
    include_num_members: bool = False


class JoinChannel(Declared):
    """Arguments of conversations.join."""

    channel: NonEmpty


class History(Declared):
    """Arguments of conversations.history."""

    channel: NonEmpty
    cursor: str | None = None
    limit: int | None = None
    oldest: str | None = None
    latest: str | None = None
    inclusive: bool = False
    include_all_metadata: bool = False


class Replies(History, kw_only=True):
    """Arguments of conversations.replies."""

    ts: NonEmpty


def info(state: SlackState, workspace: Workspace, args: ChannelInfo) -> Json:
    """conversations.info."""
    channel = find_channel(state, workspace, args.channel)
    require_scope(workspace, f"{channel.kind}:read")
    body = channel_json(channel, workspace)
    if args.include_locale:
        body["locale"] = "en-US"
    if args.include_num_members:
        body["num_members"] = len(channel.members)
    return {"channel": body}


def join(state: SlackState, workspace: Workspace, args: JoinChannel) -> Json:
    """conversations.join."""
    channel = find_channel(state, workspace, args.channel)
    if channel.kind != "channels":
        raise ApiError("method_not_supported_for_channel_type")
    if channel.archived:
        raise ApiError("is_archived")
    already = workspace.bot_user_id in channel.members
    channel.members.add(workspace.bot_user_id)
    state.notify("channel", channel)
    answer: Json = {"channel": channel_json(channel, workspace)}
    if already:
        answer |= {"warning": "already_in_channel", "response_metadata": {"warnings": ["already_in_channel"]}}
    return answer


def history(state: SlackState, workspace: Workspace, args: History) -> Json:
    """conversations.history: newest first, without replies (broadcast ones appear)."""
    channel = _readable(state, workspace, args.channel)
    messages = [
        message
        for message in reversed(channel.messages.values())
        if (message.thread_ts is None or message.reply_broadcast) and _listed(channel, message)
    ]
    return _page(state, messages, args, HISTORY_PAGE)


def replies(state: SlackState, workspace: Workspace, args: Replies) -> Json:
    """conversations.replies: the root, then the replies, oldest first."""
    channel = _readable(state, workspace, args.channel)
    asked = channel.messages.get(args.ts)
    root = channel.messages.get(asked.thread_ts or asked.ts) if asked else None
    if root is None or not _listed(channel, root):
        raise ApiError("thread_not_found")
    thread = [channel.messages[ts] for ts in channel.replies.get(root.ts, [])]
    return _page(state, [root, *(reply for reply in thread if not reply.deleted)], args, LONGEST_PAGE)


def _readable(state: SlackState, workspace: Workspace, channel_id: str) -> Channel:
    channel = find_channel(state, workspace, channel_id)
    require_scope(workspace, f"{channel.kind}:history")
    if workspace.bot_user_id not in channel.members:
        raise ApiError("not_in_channel")
    return channel


def _listed(channel: Channel, message: PostedMessage) -> bool:
    """Whether the message is listed: a deleted root leaves a placeholder if it has replies."""
    return not message.deleted or any(not channel.messages[ts].deleted for ts in channel.replies.get(message.ts, []))


def _page(state: SlackState, messages: Sequence[PostedMessage], args: History, usual: int) -> Json:
    for name, bound in (("oldest", args.oldest), ("latest", args.latest)):
        if bound is not None and not bound.replace(".", "", 1).isdigit():
            raise ApiError(f"invalid_ts_{name}")
    wanted = [message for message in messages if _within(message.ts, args)]
    start = _offset(args.cursor)
    end = start + min(max(usual if args.limit is None else args.limit, 1), LONGEST_PAGE)
    more = end < len(wanted)
    shown = [message_json(state, message, all_metadata=args.include_all_metadata) for message in wanted[start:end]]
    cursor = base64.b64encode(f"next:{end}".encode()).decode() if more else ""
    return {"messages": shown, "has_more": more, "response_metadata": {"next_cursor": cursor}}


def _within(ts: str, args: History) -> bool:
    after = args.oldest is None or float(ts) > float(args.oldest) or (args.inclusive and ts == args.oldest)
    return after and (args.latest is None or float(ts) < float(args.latest) or (args.inclusive and ts == args.latest))


def _offset(cursor: str | None) -> int:
    if not cursor:
        return 0
    try:
        word, _, number = base64.b64decode(cursor, validate=True).decode().partition(":")
        if word == "next":
            return int(number)
    except (binascii.Error, ValueError):
        pass
    raise ApiError("invalid_cursor")
