"""The chat.* methods."""

from sandbox.slack.access import need_scope, standing_message, thread_root, visible_channel, writable_channel
from sandbox.slack.content import Content, read_content
from sandbox.slack.payloads import message_json
from sandbox.slack.records import Channel, Ephemeral, Json, Message, Workspace
from sandbox.slack.refusal import RefusalError
from sandbox.slack.world import World


def post_message(world: World, workspace: Workspace, args: Json) -> Json:
    """chat.postMessage."""
    _as_the_app_itself(workspace, args)
    channel = writable_channel(world, workspace, args["channel"])
    content = read_content(args, world.policies, editing=False)
    if not content.says_something:
        raise RefusalError("no_text")
    message = world.post(
        workspace,
        channel,
        content,
        thread_ts=thread_root(world, channel, args.get("thread_ts")),
        reply_broadcast=args.get("reply_broadcast", False),
        unfurl_links=args.get("unfurl_links"),
        unfurl_media=args.get("unfurl_media"),
    )
    answer = {"channel": channel.id, "ts": message.ts, "message": message_json(world, message)}
    return answer | _warned(content)


def update(world: World, workspace: Workspace, args: Json) -> Json:
    """chat.update."""
    channel = visible_channel(world, workspace, args["channel"])
    if channel.archived:
        raise RefusalError("is_inactive")
    if workspace.bot_user_id not in channel.members and not world.policies.edits_after_leaving:
        raise RefusalError("channel_not_found")
    message = standing_message(channel, args["ts"])
    content = read_content(args, world.policies, editing=True)
    _may_edit(world, workspace, message)
    _fits(message, content, broadcast=args.get("reply_broadcast", False))
    world.edit(message, content)
    if args.get("reply_broadcast"):
        message.reply_broadcast = True
    shown = message_json(world, message)
    return {"channel": channel.id, "ts": message.ts, "text": message.text, "message": shown}


def delete(world: World, workspace: Workspace, args: Json) -> Json:
    """chat.delete."""
    channel = visible_channel(world, workspace, args["channel"])
    message = standing_message(channel, args["ts"])
    if message.bot_id != workspace.bot_id:
        raise RefusalError("cant_delete_message")
    world.delete(message)
    return {"channel": channel.id, "ts": message.ts}


def post_ephemeral(world: World, workspace: Workspace, args: Json) -> Json:
    """chat.postEphemeral."""
    _as_the_app_itself(workspace, args)
    channel = writable_channel(world, workspace, args["channel"])
    if workspace.bot_user_id not in channel.members:
        raise RefusalError("not_in_channel")
    if args["user"] not in channel.members:
        raise RefusalError("user_not_in_channel")
    content = read_content(args, world.policies, editing=False)
    if not content.says_something:
        raise RefusalError("no_text")
    thread_root(world, channel, args.get("thread_ts"))
    ephemeral = Ephemeral(
        ts=world.next_ts(workspace.team_id),
        at=world.clock(),
        user=args["user"],
        channel=channel.id,
        via="chat.postEphemeral",
        text=content.text or "",
        blocks=content.blocks or (),
    )
    world.whisper(ephemeral)
    return {"message_ts": ephemeral.ts}


def get_permalink(world: World, workspace: Workspace, args: Json) -> Json:
    """chat.getPermalink."""
    channel = visible_channel(world, workspace, args["channel"])
    message = standing_message(channel, args["message_ts"])
    return {"channel": channel.id, "permalink": permalink(workspace, channel, message)}


def permalink(workspace: Workspace, channel: Channel, message: Message) -> str:
    """The address of a message for people."""
    link = f"https://{workspace.domain}.slack.com/archives/{channel.id}/p{message.ts.replace('.', '')}"
    return link if message.thread_ts is None else f"{link}?thread_ts={message.thread_ts}&cid={channel.id}"


def _as_the_app_itself(workspace: Workspace, args: Json) -> None:
    """Another name or icon needs a scope of its own; `as_user` is for classic apps only."""
    if args.get("as_user"):
        raise RefusalError("as_user_not_supported")
    if any(args.get(name) for name in ("username", "icon_emoji", "icon_url")):
        need_scope(workspace, "chat:write.customize")


def _may_edit(world: World, workspace: Workspace, message: Message) -> None:
    if message.bot_id != workspace.bot_id:
        raise RefusalError("cant_update_message")
    if message.edit_refusal is not None:
        raise RefusalError(message.edit_refusal)
    window = world.policies.edit_window
    if window is not None and world.clock() - message.versions[0].at > window:
        raise RefusalError(world.policies.edit_refusal)


def _fits(message: Message, content: Content, *, broadcast: bool) -> None:
    """Whether the message may become this."""
    if content == Content() and not broadcast:
        raise RefusalError("no_text")
    text = message.text if content.text is None else content.text
    kept = message.blocks if content.text is None and content.blocks is None else content.blocks
    attachments = message.versions[-1].attachments if content.attachments is None else content.attachments
    if not Content(text=text, blocks=tuple(kept or ()), attachments=tuple(attachments)).says_something:
        raise RefusalError("no_text")
    if message.blocks and content.blocks and _rich(message.blocks) != _rich(content.blocks):
        raise RefusalError("block_mismatch")
    if broadcast and message.thread_ts is None:
        raise RefusalError("cant_broadcast_message")
    if broadcast and (content.text is not None or content.blocks is not None):
        raise RefusalError("no_dual_broadcast_content_update")


def _rich(blocks: tuple[Json, ...]) -> bool:
    return any(block.get("type") == "rich_text" for block in blocks)


def _warned(content: Content) -> Json:
    if not content.warnings:
        return {}
    warnings = list(content.warnings)
    return {"warning": ",".join(warnings), "response_metadata": {"warnings": warnings}}
