"""Ask Slack who people are, and remember it for an hour."""

from collections.abc import Callable
from datetime import datetime

from bot.clients.slack.errors import SlackError
from bot.clients.slack.responses import UserInfo
from bot.clients.slack.workspaces import SlackClients

#: seconds for which an answer of users.info is used
LIFETIME = 3600.0
#: people remembered at once
CAPACITY = 2_000


class People:
    """People by team id and user id."""

    def __init__(self, slack: SlackClients, *, clock: Callable[[], datetime]) -> None:
        self._slack = slack
        self._clock = clock
        self._known: dict[tuple[str, str], tuple[float, UserInfo]] = {}

    def remembered(self, team_id: str, user_id: str) -> UserInfo | None:
        """A person Slack was asked about within the last hour."""
        found = self._known.get((team_id, user_id))
        if found is None or self._clock().timestamp() - found[0] > LIFETIME:
            return None
        return found[1]

    async def find(self, team_id: str, enterprise_id: str | None, user_id: str) -> UserInfo | None:
        """A person; None if Slack does not say who it is."""
        known = self.remembered(team_id, user_id)
        if known is not None:
            return known
        try:
            client = await self._slack.client(team_id, enterprise_id)
            person = await client.user_info(user_id)
        except SlackError:
            return None
        while len(self._known) >= CAPACITY:
            self._known.pop(next(iter(self._known)))
        self._known[team_id, user_id] = (self._clock().timestamp(), person)
        return person
