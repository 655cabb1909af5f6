"""Call a hook as a script does, over HTTP."""

import asyncio
import json
import re
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp

from sandbox.harness import CHANNEL, PERSON
from tests.support.stepped_bot import SteppedBot

_ADDRESS = re.compile(r"http://127\.0\.0\.1:[0-9]+/hook/[\w-]{43}")
#: seconds of the real clock that a request gets before the bot is stepped again
_MOMENT = 0.02


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What a script is answered."""

    status: int
    body: dict[str, Any]
    headers: Mapping[str, str]


def address_in(text: str) -> str:
    """The address of a hook in a message."""
    (address,) = _ADDRESS.findall(text)
    return str(address)


async def make_hook(stepped: SteppedBot, *, user: str = PERSON, channel: str = CHANNEL) -> str:
    """Type `/longtask hook`; the address that the person is shown."""
    (answer,) = await stepped.ask("hook", user=user, channel=channel)
    return address_in(answer)


async def call(address: str, body: object, *, headers: Mapping[str, str] | None = None) -> Reply:
    """Send a body, bytes or what becomes JSON; what comes back."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    async with aiohttp.ClientSession() as session, session.post(address, data=data, headers=headers) as response:
        return Reply(status=response.status, body=json.loads(await response.text()), headers=dict(response.headers))


async def stepped_until(stepped: SteppedBot, *calls: Coroutine[None, None, Reply]) -> list[Reply]:
    """Make calls side by side, and let the bot do what they lead to, until all are answered."""
    calling = [asyncio.create_task(each) for each in calls]
    while not all(task.done() for task in calling):
        wait = await stepped.turn()
        _, waiting = await asyncio.wait(calling, timeout=_MOMENT)
        if waiting:
            stepped.clock.move(min(wait, 1.0))
    return [task.result() for task in calling]


async def call_and_step(
    stepped: SteppedBot, address: str, body: object, *, headers: Mapping[str, str] | None = None
) -> Reply:
    """Call, and let the bot do what the call leads to, until it is answered."""
    (reply,) = await stepped_until(stepped, call(address, body, headers=headers))
    return reply
