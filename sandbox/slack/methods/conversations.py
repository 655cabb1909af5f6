"""The conversations.* methods: look conversations up, join one, read its messages."""

import base64
import binascii
from collections.abc import Sequence

from sandbox.slack.api_error import ApiError
from sandbox.slack.api_objects import channel_json, message_json
from sandbox.slack.declarations import Declared, NonEmpty
from sandbox.slack.lookup import find_channel, find_user, require_scope
from sandbox.slack.records import Channel, Json, PostedMessage, Workspace
from sandbox.slack.state import SlackState

HISTORY_PAGE = 100
LONGEST_PAGE = 999
LONGEST_LIST = 999

#: what conversations.list calls a kind of conversation -> what scopes call it
_KINDS = {"public_channel": "channels", "private_channel": "groups", "mpim": "mpim", "im": "im"}


class ChannelInfo(Declared):
    """Arguments of conversations.info."""

    channel: NonEmpty
    include_locale: bool = False
    include_num_members: bool = False


class ChannelList(Declared):
    """Arguments of conversations.list; `types` separated by commas."""

    types: str = "public_channel"
    exclude_archived: bool = False
    limit: int = HISTORY_PAGE
    cursor: str | None = None
    team_id: str | None = None


class ChannelMembers(Declared):
    """Arguments of conversations.members."""

    channel: NonEmpty
    limit: int = HISTORY_PAGE
    cursor: str | None = None


class MemberChannels(ChannelList, kw_only=True):
    """Arguments of users.conversations: as those of conversations.list, and whose."""

    user: str | None = None
    exclude_muted: bool = False


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


def list_channels(state: SlackState, workspace: Workspace, args: ChannelList) -> Json:
    """conversations.list: what the bot may see, in pages that are cut before archived channels are left out."""
    return _listing(workspace, args, _seen(state, workspace, args))


def member_channels(state: SlackState, workspace: Workspace, args: MemberChannels) -> Json:
    """users.conversations: the conversations a person is in, as far as the bot may see them."""
    if workspace.org_wide and args.team_id is None:
        raise ApiError("missing_argument")
    seen = _seen(state, workspace, args)
    user = workspace.bot_user_id if args.user is None else find_user(state, workspace, args.user).id
    return _listing(workspace, args, [channel for channel in seen if user in channel.members])


def _seen(state: SlackState, workspace: Workspace, args: ChannelList) -> list[Channel]:
    """Return the conversations of some kinds that the bot may see. Raises ApiError."""
    kinds = [_KINDS.get(name.strip()) for name in args.types.split(",")]
    if None in kinds:
        raise ApiError("invalid_types")
    for kind in kinds:
        require_scope(workspace, f"{kind}:read")
    if not 1 <= args.limit <= LONGEST_LIST:
        raise ApiError("invalid_limit")
    return [
        channel
        for channel in state.channels.values()
        if workspace.team_id in channel.teams
        and not channel.deleted
        and channel.kind in kinds
        and (channel.kind == "channels" or workspace.bot_user_id in channel.members)
    ]


def _listing(workspace: Workspace, args: ChannelList, seen: Sequence[Channel]) -> Json:
    start = _offset(args.cursor)
    end = start + args.limit
    shown = [channel for channel in seen[start:end] if not (args.exclude_archived and channel.archived)]
    return {
        "channels": [channel_json(channel, workspace) for channel in shown],
        "response_metadata": {"next_cursor": _cursor(end) if end < len(seen) else ""},
    }


def members(state: SlackState, workspace: Workspace, args: ChannelMembers) -> Json:
    """conversations.members: people and bots, in pages."""
    channel = find_channel(state, workspace, args.channel)
    require_scope(workspace, f"{channel.kind}:read")
    if not 1 <= args.limit <= LONGEST_LIST:
        raise ApiError("invalid_limit")
    gone = {user.id for user in state.users.values() if user.deleted}
    people = sorted(channel.members - gone)
    start = _offset(args.cursor)
    end = start + args.limit
    cursor = _cursor(end) if end < len(people) else ""
    return {"members": people[start:end], "response_metadata": {"next_cursor": cursor}}


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
    return {"messages": shown, "has_more": more, "response_metadata": {"next_cursor": _cursor(end) if more else ""}}


def _within(ts: str, args: History) -> bool:
    after = args.oldest is None or float(ts) > float(args.oldest) or (args.inclusive and ts == args.oldest)
    return after and (args.latest is None or float(ts) < float(args.latest) or (args.inclusive and ts == args.latest))


def _cursor(end: int) -> str:
    return base64.b64encode(f"next:{end}".encode()).decode()


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
