"""A script that follows each long task in an asyncio task and keeps nothing: base URL, number of them, interval."""

import asyncio
import sys
from typing import Any

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

#: long tasks whose card is to be edited; Slack allows 50 edits a minute, which are no part of a look
to_edit: set[int] = set()


async def follow(
    http: aiohttp.ClientSession, slack: AsyncWebClient, number: int, *, after: float, interval: float
) -> None:
    """Look at one long task until it has ended."""
    shown: Any = None
    await asyncio.sleep(after)
    while True:
        async with http.get(f"/wiki/rest/api/longtask/{number}") as response:
            task = await response.json()
        if task["percentageComplete"] != shown:
            shown = task["percentageComplete"]
            to_edit.add(number)
        if task["finished"]:
            await slack.chat_postMessage(channel="C1", text=f"{number}: finished")
            return
        await asyncio.sleep(interval)


async def main(base_url: str, count: int, interval: float) -> None:
    """Follow so many long tasks at once."""
    slack = AsyncWebClient(token="xoxb-bench-token")  # noqa: S106 -- no token of anybody
    headers = {"Authorization": aiohttp.encode_basic_auth("bench@example.com", "token")}
    async with aiohttp.ClientSession(base_url, headers=headers) as http, asyncio.TaskGroup() as group:
        for number in range(1, count + 1):
            group.create_task(follow(http, slack, number, after=interval * number / count, interval=interval))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3])))
