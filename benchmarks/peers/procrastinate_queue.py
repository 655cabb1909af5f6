"""A procrastinate queue in which each look is a job that queues the next: base URL, number, interval, database URL."""

import asyncio
import sys
from typing import Any

import aiohttp
import procrastinate

#: long tasks whose card is to be edited; Slack allows 50 edits a minute, which are no part of a look
to_edit: set[int] = set()
#: looks side by side
CONCURRENCY = 100


async def main(base_url: str, count: int, interval: float, database_url: str) -> None:
    """Queue the first look at each long task, and work."""
    connector = procrastinate.PsycopgConnector(conninfo=database_url, max_size=20)
    app = procrastinate.App(connector=connector)
    headers = {"Authorization": aiohttp.encode_basic_auth("bench@example.com", "token")}
    async with aiohttp.ClientSession(base_url, headers=headers) as http, app.open_async():

        @app.task(name="look")
        async def look(number: int, shown: Any) -> None:
            async with http.get(f"/wiki/rest/api/longtask/{number}") as response:
                task = await response.json()
            if task["percentageComplete"] != shown:
                to_edit.add(number)
            if not task["finished"]:
                # what was seen last travels with the job, so that no other table is written
                again = look.configure(schedule_in={"seconds": int(interval)})
                await again.defer_async(number=number, shown=task["percentageComplete"])

        await app.schema_manager.apply_schema_async()
        await look.batch_defer_async(*({"number": number, "shown": None} for number in range(1, count + 1)))
        await app.run_worker_async(concurrency=CONCURRENCY, fetch_job_polling_interval=0.5, delete_jobs="always")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), sys.argv[4]))
