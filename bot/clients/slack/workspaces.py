"""Find the Slack client of a workspace."""

from typing import Protocol

from bot.clients.slack.client import SlackClient


class SlackClients(Protocol):
    """The Slack clients of all workspaces that have installed the app."""

    async def client(self, team_id: str, enterprise_id: str | None, /) -> SlackClient:
        """Return the client for a workspace.

        `enterprise_id` is that of its Enterprise Grid organisation, None if it belongs to none: an app installed for
        the whole organisation has one token for all of its workspaces.
        """


class SingleWorkspace:
    """The one client that the operator's bot token gives, whichever workspace is asked for."""

    def __init__(self, client: SlackClient) -> None:
        self._client = client

    async def client(self, _team_id: str, _enterprise_id: str | None, /) -> SlackClient:
        """Return the client."""
        return self._client
