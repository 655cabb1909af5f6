"""Credentials that cannot be read."""

from dataclasses import dataclass

from bot.clients.confluence import Credential


@dataclass
class FailingCredentials:
    """Raises an error instead of returning a credential."""

    error: Exception
    #: how often it was raised
    times: int = 0

    async def credential(self, _account_id: int, /) -> Credential | None:
        """Raise the error."""
        self.times += 1
        raise self.error
