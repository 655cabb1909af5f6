"""Send the bot what happens around it: a tab is opened, channels are lost or renamed, people leave, the app is removed.

Events: https://docs.slack.dev/reference/events. Those about channels are sent only with the scope that the kind of
channel needs; for a private channel they have names that begin with `group`.
"""

from sandbox.slack.interactions import Interactions
from sandbox.slack.methods.views import view_json
from sandbox.slack.records import Channel, DispatchResult, Json


class LifeCycle(Interactions):
    """A workspace in which things happen to the bot. A method returns how the bot answered; None without an event."""

    async def open_home(self, user: str, *, tab: str = "home") -> DispatchResult:
        """Open the app's tab: `home`, or `messages`; a home that was published before is part of the event."""
        workspace = self.workspaces[self.users[user].team_id]
        event: Json = {
            "type": "app_home_opened",
            "user": user,
            "channel": self.open_im(workspace, user).id,
            "tab": tab,
        }
        view = self.views.get(f"VHOME{workspace.team_id}{user}")
        if tab == "home" and view is not None:
            event["view"] = view_json(view, workspace)
        return await self.event(event)

    async def remove_bot(self, channel: str, *, by: str = "U0SOMEBODY") -> DispatchResult | None:
        """Remove the bot from a channel, and say so, which Slack does not always (`kick` is without the event)."""
        where = self.channels[channel]
        self.kick(channel)
        return await self._event(where, "left", {"channel": where.id, "actor_id": by})

    async def archive_channel(self, channel: str, *, by: str = "U0SOMEBODY") -> DispatchResult | None:
        """Archive a channel, and say so."""
        where = self.channels[channel]
        self.archive(channel)
        return await self._event(where, "archive", {"channel": where.id, "user": by})

    async def delete_channel(self, channel: str) -> DispatchResult | None:
        """Delete a channel with all its messages, and say so."""
        where = self.channels[channel]
        where.deleted = True
        self.notify("channel", where)
        return await self._event(where, "deleted", {"channel": where.id})

    async def rename_channel(self, channel: str, name: str) -> DispatchResult | None:
        """Give a channel another name, and say so."""
        where = self.channels[channel]
        where.name = name
        self.notify("channel", where)
        return await self._event(where, "rename", {"channel": {"id": where.id, "name": name}})

    def make_private(self, channel: str) -> None:
        """Make a public channel private: apps hear of that only if they read every message of the channel."""
        self.channels[channel].private = True
        self.notify("channel", self.channels[channel])

    def unarchive(self, channel: str) -> None:
        """Bring an archived channel back; the bot is a member as before."""
        self.channels[channel].archived = False
        self.notify("channel", self.channels[channel])

    def deactivate(self, user: str) -> None:
        """Deactivate a person's account, who is then in no channel any more."""
        self.users[user].deleted = True
        for channel in self.channels.values():
            if not channel.is_im:
                channel.members.discard(user)

    async def uninstall(self) -> DispatchResult:
        """Remove the app: its token ends, it is in no channel any more, its homes are gone."""
        workspace = self.first_workspace
        self.revoke_token(error="account_inactive")
        for channel in self.channels.values():
            if not channel.is_im:
                channel.members.discard(workspace.bot_user_id)
        self.views = {view_id: view for view_id, view in self.views.items() if view.team_id != workspace.team_id}
        return await self.event({"type": "app_uninstalled"})

    def reinstall(self, bot_token: str) -> None:
        """Install the app again, which gives another token."""
        workspace = self.first_workspace
        workspace.bot_token, workspace.token_error = bot_token, None

    async def _event(self, channel: Channel, what: str, event: Json) -> DispatchResult | None:
        if f"{channel.kind}:read" not in self.workspaces[channel.team_id].scopes:
            return None
        prefix = "group" if channel.private else "channel"
        return await self.event({"type": f"{prefix}_{what}", **event})
