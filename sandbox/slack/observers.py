"""Notify subscribers and waiters of each change of the simulated Slack."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from sandbox.slack.records import StateChange

_T = TypeVar("_T")


class Observers:
    """Callbacks and waiters, notified at each change."""

    def __init__(self) -> None:
        self._callbacks: list[Callable[[StateChange], None]] = []
        self._next = asyncio.Event()

    def notify(self, change: StateChange) -> None:
        """Call every subscriber, in order, and wake every waiter."""
        for callback in tuple(self._callbacks):
            callback(change)
        woken, self._next = self._next, asyncio.Event()
        woken.set()

    def subscribe(self, callback: Callable[[StateChange], None]) -> Callable[[], None]:
        """Call back at each change, until the returned function is called."""
        self._callbacks.append(callback)
        return lambda: self._callbacks.remove(callback)

    async def wait_for(self, predicate: Callable[[], _T], timeout: float) -> _T:  # noqa: ASYNC109 -- a test names its limit
        """Return what `predicate` returns, once that is true.

        Raises TimeoutError after `timeout` seconds without it.
        """
        async with asyncio.timeout(timeout):
            while not (value := predicate()):
                await self._next.wait()
        return value
