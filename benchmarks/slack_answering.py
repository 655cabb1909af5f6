"""A Slack that answers every call at once, in its own process."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count

from aiohttp import web

from benchmarks.looked_at import TEAM
from benchmarks.stand_ins import stand_in

_stamps = count(1)


async def _answer(request: web.Request) -> web.Response:
    """What any method needs: whose the token is, that everybody belongs to the workspace, where a message is."""
    form = await request.post()
    user, channel = str(form.get("user", "U1")), str(form.get("channel", "C1"))
    return web.json_response(
        {
            "ok": True,
            "team_id": TEAM,
            "team": "Bench",
            "user_id": "U0BOT",
            "bot_id": "B0BOT",
            "user": {"id": user, "team_id": TEAM, "locale": "en-US"},
            "channel": {"id": channel} if request.path.endswith("conversations.info") else channel,
            "channels": [],
            "ts": f"1700000000.{next(_stamps):06}",
        }
    )


async def _serve() -> None:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", _answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.Event().wait()


@asynccontextmanager
async def slack() -> AsyncIterator[str]:
    """The address of its Web API."""
    async with stand_in("benchmarks.slack_answering") as address:
        yield f"{address}/api/"


if __name__ == "__main__":
    asyncio.run(_serve())
