"""A sleep that lasts until a test ends it."""

import asyncio


class HeldSleep:
    """Instead of `asyncio.sleep`."""

    def __init__(self) -> None:
        self.begun = asyncio.Event()
        self.over = asyncio.Event()

    async def __call__(self, _seconds: float) -> None:
        self.begun.set()
        await self.over.wait()
