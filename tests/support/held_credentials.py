"""Credentials that are read for as long as a test wants."""

import asyncio

from bot.clients.confluence import Credential
from bot.clients.confluence.credentials import Credentials


class HeldCredentials:
    """Once the test lets it go on, returns what others do; without them none, so that Confluence is not asked."""

    def __init__(self, others: Credentials | None = None) -> None:
        self.others = others
        self.begun = asyncio.Event()
        self.over = asyncio.Event()

    async def credential(self, account_id: int, /) -> Credential | None:
        """Wait until the test lets it go on."""
        self.begun.set()
        await self.over.wait()
        return None if self.others is None else await self.others.credential(account_id)
