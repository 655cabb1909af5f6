"""Find the Slack client of a workspace."""

from typing import Protocol

from bot.clients.slack.client import SlackClient
from bot.domain.person import Installation


class SlackClients(Protocol):
    """The Slack clients of all workspaces that have installed the app."""

    async def client(self, team_id: str, enterprise_id: str | None, /) -> SlackClient:
        """Return the client for a workspace.

        `enterprise_id` is that of its Enterprise Grid organisation, None if it belongs to none: an app installed for
        the whole organisation has one token for all of its workspaces.
        """

    async def installation(self, team_id: str, enterprise_id: str | None, /) -> Installation | None:
        """Return the installation that a request of a workspace belongs to; None if the app is not installed there.

        Raises SlackError if Slack has to be asked and does not answer.
        """

    async def serves(self, team_id: str, enterprise_id: str | None, /) -> bool | None:
        """Whether the app is installed in a workspace; None if that is not known without asking Slack."""

    async def default_team(self, enterprise_id: str | None, /) -> str | None:
        """Return the workspace that a request of an organization belongs to if it names none; None if not known."""


class SingleWorkspace:
    """The one client that the operator's bot token gives, for the workspace or organization of that token."""

    def __init__(self, client: SlackClient) -> None:
        self._client = client
        self._installation: Installation | None = None

    async def client(self, _team_id: str, _enterprise_id: str | None, /) -> SlackClient:
        """Return the client."""
        return self._client

    async def installation(self, team_id: str, enterprise_id: str | None, /) -> Installation | None:
        """Ask auth.test once whose the token is. Raises SlackError if Slack does not say."""
        await self.identify()
        return self._installation if await self.serves(team_id, enterprise_id) else None

    async def identify(self) -> None:
        """Ask Slack whose the token is, unless that is known. Raises SlackError if Slack does not say."""
        if self._installation is None:
            self._installation = (await self._client.auth_test()).installation

    async def serves(self, team_id: str, enterprise_id: str | None, /) -> bool | None:
        """Whether the token is that workspace's or its organization's; None if Slack has not said yet."""
        return None if self._installation is None else self._installation.serves(team_id, enterprise_id)

    async def default_team(self, _enterprise_id: str | None, /) -> str | None:
        """Return the token's team id; None if Slack has not said yet whose it is."""
        return None if self._installation is None else self._installation.team_id
