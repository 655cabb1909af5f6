"""Which conversations the bot sees and may write to."""

from sandbox.slack.records import Channel, Message, User, Workspace
from sandbox.slack.refusal import RefusalError
from sandbox.slack.world import World


def visible_channel(world: World, workspace: Workspace, channel_id: str) -> Channel:
    """The channel of this id.

    Raises RefusalError channel_not_found where there is none, or it is private and the bot is not in it: Slack
    makes no difference.
    """
    channel = world.channels.get(channel_id)
    if channel is None or workspace.team_id not in channel.teams:
        raise RefusalError("channel_not_found")
    if channel.kind != "channels" and workspace.bot_user_id not in channel.members:
        raise RefusalError("channel_not_found")
    return channel


def writable_channel(world: World, workspace: Workspace, channel_ref: str) -> Channel:
    """The channel to post to: by id, by #name, or the direct message with a person by user id.

    Raises RefusalError: channel_not_found, is_archived, not_in_channel, messages_tab_disabled.
    """
    channel = visible_channel(world, workspace, _channel_id(world, workspace, channel_ref))
    if channel.archived:
        raise RefusalError("is_archived")
    if channel.is_im and not world.policies.messages_tab:
        raise RefusalError("messages_tab_disabled")
    if workspace.bot_user_id not in channel.members and "chat:write.public" not in workspace.scopes:
        raise RefusalError("not_in_channel")
    return channel


def visible_user(world: World, workspace: Workspace, user_id: str) -> User:
    """The user of this id.

    Raises RefusalError: user_not_found; user_not_visible for somebody of another organisation who shares no channel.
    """
    user = world.users.get(user_id)
    if user is None:
        raise RefusalError("user_not_found")
    if user.team_id == workspace.team_id or any(
        workspace.team_id in channel.teams and user_id in channel.members for channel in world.channels.values()
    ):
        return user
    raise RefusalError("user_not_visible")


def standing_message(channel: Channel, ts: str) -> Message:
    """The message of this ts.

    Raises RefusalError message_not_found where there is none (any more).
    """
    message = channel.messages.get(ts)
    if message is None or message.deleted:
        raise RefusalError("message_not_found")
    return message


def thread_root(world: World, channel: Channel, thread_ts: str | None) -> str | None:
    """The root's ts of the thread to reply to; None for no thread.

    Raises RefusalError thread_not_found where `thread_ts` is not the ts of a root.
    """
    if thread_ts is None:
        return None
    root = channel.messages.get(thread_ts)
    if root is not None and root.thread_ts is not None and world.policies.reply_as_thread:
        root = channel.messages.get(root.thread_ts)
    if root is None or root.thread_ts is not None:
        raise RefusalError("thread_not_found")
    if root.deleted and not world.policies.replies_under_deleted_root:
        raise RefusalError("thread_not_found")
    return root.ts


def need_scope(workspace: Workspace, *any_of: str) -> None:
    """Raises RefusalError missing_scope unless the token has one of these scopes."""
    if any_of and not workspace.scopes.intersection(any_of):
        provided = ",".join(sorted(workspace.scopes))
        raise RefusalError("missing_scope", needed=",".join(any_of), provided=provided)


def _channel_id(world: World, workspace: Workspace, ref: str) -> str:
    if ref.startswith("#"):
        for channel in world.channels.values():
            if channel.name == ref[1:] and workspace.team_id in channel.teams:
                return channel.id
    user = world.users.get(ref)
    if user is None:
        return ref
    if user.is_bot or user.deleted or user.team_id != workspace.team_id:
        raise RefusalError("channel_not_found")
    return world.open_im(workspace, ref).id
