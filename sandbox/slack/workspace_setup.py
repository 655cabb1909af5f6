"""Set up a simulated Slack and act in it: install the app, add people and channels, invite, archive, delete."""

from collections.abc import Iterable

from sandbox.slack.message_content import MessageContent
from sandbox.slack.records import AppToken, Channel, Json, PostedMessage, User, Workspace
from sandbox.slack.state import SlackState

#: what the app does not work without
LEAST_SCOPES = frozenset({"commands", "chat:write", "users:read"})
#: what it needs to know who reads a channel and who is in one
CHANNEL_SCOPES = frozenset({"channels:read", "groups:read"})
#: what it needs to be mentioned
MENTION_SCOPES = frozenset({"app_mentions:read"})


class WorkspaceSetup(SlackState):
    """The state, with what people and admins do to it. The first workspace is meant if none is named."""

    def add_workspace(
        self,
        team_id: str,
        bot_token: str,
        scopes: Iterable[str] = LEAST_SCOPES | CHANNEL_SCOPES | MENTION_SCOPES,
        *,
        domain: str | None = None,
    ) -> Workspace:
        """Add a workspace that has installed the app."""
        bot_user = f"U{team_id[1:]}BOT"
        workspace = Workspace(
            team_id=team_id,
            bot_token=bot_token,
            scopes=frozenset(scopes),
            bot_user_id=bot_user,
            bot_id=f"B{team_id[1:]}",
            app_id=self.app_id,
            domain=domain or f"team-{team_id.lower()}",
            name=domain or team_id,
        )
        self.workspaces[team_id] = workspace
        self.users[bot_user] = User(id=bot_user, name="longtask", team_id=team_id, is_bot=True)
        return workspace

    def add_app_token(self, token: str, scopes: Iterable[str] = ("connections:write",)) -> AppToken:
        """Add a token of the app itself, which opens the connections of Socket Mode."""
        made = AppToken(scopes=frozenset(scopes))
        self.app_tokens[token] = made
        return made

    def add_user(
        self,
        user_id: str,
        *,
        locale: str = "en-US",
        name: str | None = None,
        team: str | None = None,
        guest: bool = False,
        single_channel: bool = False,
        admin: bool = False,
    ) -> User:
        """Add a person; a `team` that has not installed the app makes them a member of another organisation.

        `guest` is a guest of several channels, `single_channel` a guest of one.
        """
        user = User(
            id=user_id,
            name=name or user_id.lower(),
            team_id=team or self.first_workspace.team_id,
            locale=locale,
            is_admin=admin,
            is_restricted=guest or single_channel,
            is_ultra_restricted=single_channel,
        )
        self.users[user_id] = user
        return user

    def add_channel(
        self,
        channel_id: str,
        name: str | None = None,
        members: Iterable[str] = (),
        *,
        bot: bool = True,
        private: bool = False,
        archived: bool = False,
        is_im: bool = False,
        is_mpim: bool = False,
        shared: Iterable[str] = (),
        ext: bool = False,
        pending: bool = False,
    ) -> Channel:
        """Add a conversation; the bot is a member unless `bot` is False.

        `shared` names further workspaces that see it, `ext` says that another organisation does, `pending` that one
        was invited.
        """
        workspace = self.first_workspace
        channel = Channel(
            id=channel_id,
            name=name or channel_id.lower(),
            team_id=workspace.team_id,
            members=set(members) | ({workspace.bot_user_id} if bot else set()),
            private=private,
            archived=archived,
            is_im=is_im,
            is_mpim=is_mpim,
            ext_shared=ext,
            pending_ext_shared=pending,
            teams={workspace.team_id, *shared},
        )
        self.channels[channel_id] = channel
        self.notify("channel", channel)
        return channel

    def invite(self, channel: str, user: str | None = None) -> None:
        """Add somebody to a channel: `user`, or the bot."""
        where = self.channels[channel]
        where.members.add(user or self.workspaces[where.team_id].bot_user_id)
        self.notify("channel", where)

    def kick(self, channel: str) -> None:
        """Remove the bot from a channel."""
        where = self.channels[channel]
        where.members.discard(self.workspaces[where.team_id].bot_user_id)
        self.notify("channel", where)

    def archive(self, channel: str) -> None:
        """Archive a channel."""
        self.channels[channel].archived = True
        self.notify("channel", self.channels[channel])

    def delete_message(self, channel: str, ts: str) -> None:
        """Delete a message, as a person does."""
        self.delete(self.channels[channel].messages[ts])

    def close_edit_window(self, channel: str, ts: str | None = None, error: str = "edit_window_closed") -> None:
        """Refuse every edit of a message with `error` from now on; of all messages in the channel without `ts`."""
        messages = self.channels[channel].messages
        for message in messages.values() if ts is None else (messages[ts],):
            message.edit_error = error

    def revoke_token(self, team: str | None = None, error: str = "token_revoked") -> None:
        """Answer calls with this workspace's token with `error` from now on: token_revoked, account_inactive, …"""
        (self.workspaces[team] if team else self.first_workspace).token_error = error

    def say(
        self,
        channel: str,
        user: str,
        text: str,
        *,
        thread_ts: str | None = None,
        attachments: Iterable[Json] = (),
        blocks: Iterable[Json] | None = None,
    ) -> PostedMessage:
        """Post a message from a person; its blocks are not checked, since people's messages have some of their own."""
        where = self.channels[channel]
        content = MessageContent(
            text=text, attachments=tuple(attachments), blocks=None if blocks is None else tuple(blocks)
        )
        return self.post(self.workspaces[where.team_id], where, content, thread_ts=thread_ts, user=user)

    @property
    def first_workspace(self) -> Workspace:
        """The workspace that was added first. Raises LookupError before that."""
        if not self.workspaces:
            raise LookupError("add a workspace first")
        return next(iter(self.workspaces.values()))
