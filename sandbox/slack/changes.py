"""Tells whoever looks on that something changed."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from sandbox.slack.records import Change

T = TypeVar("T")


class Changes:
    """Callbacks and waiters, woken at each change."""

    def __init__(self) -> None:
        self._callbacks: list[Callable[[Change], None]] = []
        self._next = asyncio.Event()

    def tell(self, change: Change) -> None:
        """Call every subscriber, in order, and wake every waiter."""
        for callback in tuple(self._callbacks):
            callback(change)
        woken, self._next = self._next, asyncio.Event()
        woken.set()

    def subscribe(self, callback: Callable[[Change], None]) -> Callable[[], None]:
        """Call back at each change, until the returned function is called."""
        self._callbacks.append(callback)
        return lambda: self._callbacks.remove(callback)

    async def wait_for(self, predicate: Callable[[], T], timeout: float) -> T:  # noqa: ASYNC109 - a test names its patience
        """What `predicate` returns, once that is true.

        Raises TimeoutError after `timeout` seconds without it.
        """
        async with asyncio.timeout(timeout):
            while not (value := predicate()):
                await self._next.wait()
        return value
