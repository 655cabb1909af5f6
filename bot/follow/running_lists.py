"""Share one list of a site's long tasks among all who ask for it at about the same time."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.domain.poll_result import ListResult

#: for so long a list answers those who ask after it
LIFETIME = timedelta(seconds=3)


@dataclass(kw_only=True)
class RunningLists:
    """The last list of each site. While one is asked for, others who ask wait for it."""

    _lists: dict[int, tuple[datetime, ListResult]] = field(default_factory=dict)
    _locks: dict[int, asyncio.Lock] = field(default_factory=dict)

    async def read(
        self, site_id: int, ask: Callable[[int], Awaitable[ListResult]], *, now: Callable[[], datetime]
    ) -> ListResult:
        """The list of a site, asked for unless another one is young enough."""
        async with self._locks.setdefault(site_id, asyncio.Lock()):
            known = self._lists.get(site_id)
            if known is not None and now() - known[0] < LIFETIME:
                return known[1]
            result = await ask(site_id)
            self._lists[site_id] = (now(), result)
            return result
