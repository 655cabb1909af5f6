"""Find channels, users and messages as far as the bot may see them or write to them."""

from sandbox.slack.api_error import ApiError
from sandbox.slack.records import Channel, PostedMessage, User, Workspace
from sandbox.slack.state import SlackState


def find_channel(state: SlackState, workspace: Workspace, channel_id: str) -> Channel:
    """Return the channel of this id.

    Raises ApiError channel_not_found if there is none, or it was deleted, or it is private and the bot is not in it:
    Slack makes no difference.
    """
    channel = state.channels.get(channel_id)
    if channel is None or channel.deleted or workspace.team_id not in channel.teams:
        raise ApiError("channel_not_found")
    if channel.kind != "channels" and workspace.bot_user_id not in channel.members:
        raise ApiError("channel_not_found")
    return channel


def find_writable_channel(state: SlackState, workspace: Workspace, channel_ref: str) -> Channel:
    """Return the channel to post to: by its id, or by a user id the direct message with that person.

    Raises ApiError: channel_not_found, is_archived, not_in_channel, messages_tab_disabled.
    """
    channel = find_channel(state, workspace, _channel_id(state, workspace, channel_ref))
    if channel.archived:
        raise ApiError("is_archived")
    if channel.is_im and not state.policies.messages_tab:
        raise ApiError("messages_tab_disabled")
    if workspace.bot_user_id not in channel.members and "chat:write.public" not in workspace.scopes:
        raise ApiError("not_in_channel")
    return channel


def find_user(state: SlackState, workspace: Workspace, user_id: str) -> User:
    """Return the user of this id.

    Raises ApiError: user_not_found; user_not_visible for somebody of another organisation who shares no channel.
    """
    user = state.users.get(user_id)
    if user is None:
        raise ApiError("user_not_found")
    in_organization = user.enterprise_id is not None and user.enterprise_id == workspace.enterprise_id
    if (
        user.team_id == workspace.team_id
        or in_organization
        or any(workspace.team_id in channel.teams and user_id in channel.members for channel in state.channels.values())
    ):
        return user
    raise ApiError("user_not_visible")


def find_message(channel: Channel, ts: str) -> PostedMessage:
    """Return the message of this ts.

    Raises ApiError message_not_found if there is none, or it was deleted.
    """
    message = channel.messages.get(ts)
    if message is None or message.deleted:
        raise ApiError("message_not_found")
    return message


def find_thread_root(state: SlackState, channel: Channel, thread_ts: str | None) -> str | None:
    """Return the ts of the root of the thread to reply to; None for no thread.

    Raises ApiError thread_not_found if `thread_ts` is not the ts of a root.
    """
    if thread_ts is None:
        return None
    root = channel.messages.get(thread_ts)
    if root is not None and root.thread_ts is not None and state.policies.reply_as_thread:
        root = channel.messages.get(root.thread_ts)
    if root is None or root.thread_ts is not None:
        raise ApiError("thread_not_found")
    if root.deleted and not state.policies.replies_under_deleted_root:
        raise ApiError("thread_not_found")
    return root.ts


def require_scope(workspace: Workspace, *any_of: str) -> None:
    """Raises ApiError missing_scope unless the token has one of these scopes."""
    if any_of and not workspace.scopes.intersection(any_of):
        provided = ",".join(sorted(workspace.scopes))
        raise ApiError("missing_scope", needed=",".join(any_of), provided=provided)


def _channel_id(state: SlackState, workspace: Workspace, ref: str) -> str:
    user = state.users.get(ref)
    if user is None:
        return ref
    if user.is_bot or user.deleted or user.team_id != workspace.team_id:
        raise ApiError("channel_not_found")
    return state.open_im(workspace, ref).id
