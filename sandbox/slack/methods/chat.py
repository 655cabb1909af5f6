"""The chat.* methods: post, edit, post for one person, find the address of a message."""

from typing import Any

from sandbox.slack.api_error import ApiError
from sandbox.slack.api_objects import message_json
from sandbox.slack.declarations import Declared, NonEmpty
from sandbox.slack.lookup import find_channel, find_message, find_thread_root, find_writable_channel
from sandbox.slack.message_content import MessageContent, read_content
from sandbox.slack.records import Channel, EphemeralMessage, Json, PostedMessage, Workspace
from sandbox.slack.state import SlackState


class PostMessage(Declared):
    """Arguments of chat.postMessage."""

    channel: NonEmpty
    text: str | None = None
    blocks: Any = None
    metadata: Any = None
    thread_ts: str | None = None
    reply_broadcast: bool = False
    unfurl_links: bool | None = None
    unfurl_media: bool | None = None


class UpdateMessage(Declared):
    """Arguments of chat.update."""

    channel: NonEmpty
    ts: NonEmpty
    text: str | None = None
    blocks: Any = None
    metadata: Any = None


class PostEphemeral(Declared):
    """Arguments of chat.postEphemeral."""

    channel: NonEmpty
    user: NonEmpty
    text: str | None = None
    blocks: Any = None
    thread_ts: str | None = None


class GetPermalink(Declared):
    """Arguments of chat.getPermalink."""

    channel: NonEmpty
    message_ts: NonEmpty


def post_message(state: SlackState, workspace: Workspace, args: PostMessage) -> Json:
    """chat.postMessage."""
    channel = find_writable_channel(state, workspace, args.channel)
    content = read_content(text=args.text, blocks=args.blocks, metadata=args.metadata)
    if not content.visible:
        raise ApiError("no_text")
    message = state.post(
        workspace,
        channel,
        content,
        thread_ts=find_thread_root(state, channel, args.thread_ts),
        reply_broadcast=args.reply_broadcast,
    )
    answer: Json = {"channel": channel.id, "ts": message.ts, "message": message_json(state, message)}
    if content.warnings:
        warnings = list(content.warnings)
        answer |= {"warning": ",".join(warnings), "response_metadata": {"warnings": warnings}}
    return answer


def update(state: SlackState, workspace: Workspace, args: UpdateMessage) -> Json:
    """chat.update."""
    channel = find_channel(state, workspace, args.channel)
    if channel.archived:
        raise ApiError("is_inactive")
    if workspace.bot_user_id not in channel.members and not state.policies.edits_after_leaving:
        raise ApiError("channel_not_found")
    message = find_message(channel, args.ts)
    content = read_content(text=args.text, blocks=args.blocks, metadata=args.metadata, editing=True)
    if message.bot_id != workspace.bot_id:
        raise ApiError("cant_update_message")
    if message.edit_error is not None:
        raise ApiError(message.edit_error)
    if content == MessageContent() or not _visible_after(message, content):
        raise ApiError("no_text")
    state.edit(message, content)
    shown = message_json(state, message)
    return {"channel": channel.id, "ts": message.ts, "text": message.text, "message": shown}


def _visible_after(message: PostedMessage, content: MessageContent) -> bool:
    """Whether a person would see anything of the message once it has this content."""
    text = message.text if content.text is None else content.text
    blocks = message.blocks if content.text is None and content.blocks is None else content.blocks
    return MessageContent(text=text, blocks=blocks).visible


def post_ephemeral(state: SlackState, workspace: Workspace, args: PostEphemeral) -> Json:
    """chat.postEphemeral: unlike chat.postMessage not to a user id, and only from a member to a member."""
    channel = find_channel(state, workspace, args.channel)
    if channel.archived:
        raise ApiError("is_archived")
    if channel.is_im and not state.policies.messages_tab:
        raise ApiError("messages_tab_disabled")
    if workspace.bot_user_id not in channel.members:
        raise ApiError("not_in_channel")
    if args.user not in channel.members:
        raise ApiError("user_not_in_channel")
    content = read_content(text=args.text, blocks=args.blocks)
    if content.warnings:
        raise ApiError("msg_too_long")
    if not content.visible:
        raise ApiError("no_text")
    root = find_thread_root(state, channel, args.thread_ts)
    ephemeral = EphemeralMessage(
        ts=state.next_ts(workspace.team_id),
        at=state.clock(),
        user=args.user,
        channel=channel.id,
        via="chat.postEphemeral",
        text=content.text or "",
        blocks=content.blocks or (),
        thread_ts=root,
    )
    # Slack: "Ephemeral messages in threads are only shown if there is already an active thread."
    if root is None or any(not channel.messages[ts].deleted for ts in channel.replies.get(root, [])):
        state.show_to_one(ephemeral)
    return {"message_ts": ephemeral.ts}


def get_permalink(state: SlackState, workspace: Workspace, args: GetPermalink) -> Json:
    """chat.getPermalink."""
    channel = find_channel(state, workspace, args.channel)
    message = find_message(channel, args.message_ts)
    return {"channel": channel.id, "permalink": message_permalink(workspace, channel, message)}


def message_permalink(workspace: Workspace, channel: Channel, message: PostedMessage) -> str:
    """Return the address of a message for people."""
    link = f"https://{workspace.domain}.slack.com/archives/{channel.id}/p{message.ts.replace('.', '')}"
    return link if message.thread_ts is None else f"{link}?thread_ts={message.thread_ts}&cid={channel.id}"
