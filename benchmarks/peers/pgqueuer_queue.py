"""A pgqueuer queue in which each look is a job that queues the next: base URL, number, interval, database URL."""

import asyncio
import json
import sys
from datetime import timedelta

import aiohttp
import psycopg
from pgqueuer import Job, PgQueuer, PsycopgDriver

#: long tasks whose card is to be edited; Slack allows 50 edits a minute, which are no part of a look
to_edit: set[int] = set()
#: looks side by side
CONCURRENCY = 100
#: jobs taken at a time
BATCH = 100


async def main(base_url: str, count: int, interval: float, database_url: str) -> None:
    """Queue the first look at each long task, and work."""
    headers = {"Authorization": aiohttp.encode_basic_auth("bench@example.com", "token")}
    async with (
        aiohttp.ClientSession(base_url, headers=headers) as http,
        await psycopg.AsyncConnection.connect(database_url, autocommit=True) as connection,
    ):
        queue = PgQueuer(PsycopgDriver(connection))

        @queue.entrypoint("look")
        async def look(job: Job) -> None:
            number, shown = json.loads(job.payload or b"")
            async with http.get(f"/wiki/rest/api/longtask/{number}") as response:
                task = await response.json()
            if task["percentageComplete"] != shown:
                to_edit.add(number)
            if not task["finished"]:
                # what was seen last travels with the job, so that no other table is written
                seen = json.dumps([number, task["percentageComplete"]]).encode()
                await queue.qm.queries.enqueue("look", seen, execute_after=timedelta(seconds=interval))

        await queue.qm.queries.install()
        first = [json.dumps([number, None]).encode() for number in range(1, count + 1)]
        delays = [timedelta(seconds=interval * number / count) for number in range(count)]
        await queue.qm.queries.enqueue(["look"] * count, first, [0] * count, delays)
        await queue.run(
            dequeue_timeout=timedelta(seconds=0.5), batch_size=BATCH, max_concurrent_tasks=max(2 * BATCH, CONCURRENCY)
        )


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), sys.argv[4]))
