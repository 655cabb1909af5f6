"""Sets the stage: installs the app, adds people and channels, and does what people and admins do."""

from collections.abc import Iterable

from sandbox.slack.content import Content
from sandbox.slack.records import Channel, Message, User, Workspace
from sandbox.slack.world import World

#: what the manifest asks for
LEAST_SCOPES = frozenset({"commands", "chat:write", "users:read"})
HISTORY_SCOPES = frozenset({"channels:history", "groups:history", "im:history", "mpim:history"})


class Stage(World):
    """A world that can be furnished. Where no workspace is named, the first one is meant."""

    #: whether workspaces get the history scopes besides those they are added with
    history_allowed = False

    def add_workspace(
        self,
        team_id: str,
        bot_token: str,
        scopes: Iterable[str] = LEAST_SCOPES,
        *,
        domain: str | None = None,
        bot_user_id: str | None = None,
    ) -> Workspace:
        """A workspace that has installed the app."""
        bot_user = bot_user_id or f"U{team_id[1:]}BOT"
        workspace = Workspace(
            team_id=team_id,
            bot_token=bot_token,
            scopes=frozenset(scopes) | (HISTORY_SCOPES if self.history_allowed else frozenset()),
            bot_user_id=bot_user,
            bot_id=f"B{team_id[1:]}",
            app_id="A0LONGTASK",
            domain=domain or f"team-{team_id.lower()}",
            name=domain or team_id,
        )
        self.workspaces[team_id] = workspace
        self.users[bot_user] = User(id=bot_user, name="longtask", team_id=team_id, is_bot=True)
        return workspace

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
        deleted: bool = False,
    ) -> User:
        """A person. A `team` that has not installed the app makes them somebody of another organisation.

        `guest` is a guest of several channels, `single_channel` a guest of one.
        """
        user = User(
            id=user_id,
            name=name or user_id.lower(),
            team_id=team or self._first().team_id,
            locale=locale,
            is_admin=admin,
            is_restricted=guest or single_channel,
            is_ultra_restricted=single_channel,
            deleted=deleted,
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
        shared: Iterable[str] = (),
        ext: bool = False,
        team: str | None = None,
    ) -> Channel:
        """A conversation; the bot is in it unless `bot` is False.

        `shared` names further workspaces that see it, `ext` says that another organisation does.
        """
        workspace = self.workspaces[team] if team else self._first()
        channel = Channel(
            id=channel_id,
            name=name or channel_id.lower(),
            team_id=workspace.team_id,
            members=set(members) | ({workspace.bot_user_id} if bot else set()),
            private=private,
            archived=archived,
            is_im=is_im,
            ext_shared=ext,
            teams={workspace.team_id, *shared},
        )
        self.channels[channel_id] = channel
        self.changed("channel", channel)
        return channel

    def invite(self, channel: str, user: str | None = None) -> None:
        """Bring somebody into a channel; the bot, unless a `user` is named."""
        where = self.channels[channel]
        where.members.add(user or self.workspaces[where.team_id].bot_user_id)
        self.changed("channel", where)

    def kick(self, channel: str, user: str | None = None) -> None:
        """Put somebody out of a channel; the bot, unless a `user` is named."""
        where = self.channels[channel]
        where.members.discard(user or self.workspaces[where.team_id].bot_user_id)
        self.changed("channel", where)

    def archive(self, channel: str, *, archived: bool = True) -> None:
        """Archive a channel, or bring it back."""
        self.channels[channel].archived = archived
        self.changed("channel", self.channels[channel])

    def delete_message(self, channel: str, ts: str) -> None:
        """A person deletes a message."""
        self.delete(self.channels[channel].messages[ts])

    def close_edit_window(self, channel: str, ts: str | None = None, error: str = "edit_window_closed") -> None:
        """From now on a message refuses every edit with `error`; all the channel has, unless a `ts` is named."""
        messages = self.channels[channel].messages
        for message in messages.values() if ts is None else (messages[ts],):
            message.edit_refusal = error

    def revoke_token(self, team: str | None = None, error: str = "token_revoked") -> None:
        """Calls with this workspace's token get `error` from now on: token_revoked, account_inactive, …"""
        (self.workspaces[team] if team else self._first()).token_error = error

    def say(self, channel: str, user: str, text: str, *, thread_ts: str | None = None) -> Message:
        """A person writes a message."""
        where = self.channels[channel]
        workspace = self.workspaces[where.team_id]
        return self.post(workspace, where, Content(text=text), thread_ts=thread_ts, user=user)

    def _first(self) -> Workspace:
        if not self.workspaces:
            raise LookupError("add a workspace first")
        return next(iter(self.workspaces.values()))
