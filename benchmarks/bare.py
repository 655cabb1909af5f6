"""The least a look can cost: a bare GET with aiohttp, its JSON decoded with msgspec."""

import asyncio
import sys
from time import process_time

import aiohttp
import msgspec

from bot.clients.confluence import Credential

_HEADERS = {"Authorization": Credential.basic("bench@example.com", "token").header}


async def _get(session: aiohttp.ClientSession, url: str) -> None:
    async with session.get(url, headers=_HEADERS) as response:
        msgspec.json.decode(await response.read())


async def _gets(session: aiohttp.ClientSession, base_url: str, *, rate: float, count: int, long_tasks: int) -> None:
    """So many GETs, evenly spread."""
    clock = asyncio.get_running_loop().time
    began = clock()
    async with asyncio.TaskGroup() as group:
        for number in range(count):
            await asyncio.sleep(max(0.0, began + number / rate - clock()))
            group.create_task(_get(session, f"{base_url}/wiki/rest/api/longtask/{number % long_tasks + 1}"))


async def bare_microseconds(base_url: str, *, rate: float, warm_up: float, seconds: float, long_tasks: int) -> float:
    """Microseconds of this process's CPU for one GET, at so many a second."""
    async with aiohttp.ClientSession() as session:
        await _gets(session, base_url, rate=rate, count=int(rate * warm_up), long_tasks=long_tasks)
        began, count = process_time(), int(rate * seconds)
        await _gets(session, base_url, rate=rate, count=count, long_tasks=long_tasks)
        return (process_time() - began) / count * 1e6


async def _forever(base_url: str, *, rate: float, long_tasks: int) -> None:
    async with aiohttp.ClientSession() as session:
        await _gets(session, base_url, rate=rate, count=sys.maxsize, long_tasks=long_tasks)


if __name__ == "__main__":
    asyncio.run(_forever(sys.argv[1], rate=float(sys.argv[2]), long_tasks=int(sys.argv[3])))
