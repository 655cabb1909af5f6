"""Follow 100,000 long tasks of 50 sites in 1,000 workspaces for ten minutes, and draw what the process holds over time.

    python -m benchmarks.soak [--seconds 600] [--long-tasks 100000] [--output benchmarks/soak.png]

Five of the sites are down and five throttle; a workspace follows long tasks of one site. The chart is drawn with a
library of the dependency group `bench`, which `make bench` installs. It prints what has grown between the first third
after the warm-up and the last, and ends with status 1 where memory or the database grows, or looks are late, by more
than is said below.
"""

import argparse
import asyncio
import json
import sys
from collections.abc import Iterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from itertools import batched
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Any

from benchmarks.looked_at import seen
from benchmarks.slack_answering import slack
from benchmarks.soak_sites import DOWN, THROTTLED, confluence_sites
from bot.db import accounts, messages, sites, workspaces
from bot.db.engine import Database, open_database
from bot.db.migrate import migrate
from bot.db.models import long_tasks, subscriptions, viewers
from bot.db.models import messages as message_rows
from bot.db.url import parse
from bot.domain.command import SiteKind
from bot.domain.message_facts import Card, Root, encode
from bot.domain.message_kinds import MessageKind
from bot.domain.states import MessageState, SubscriptionState

SITES, SITES_DOWN, SITES_THROTTLED = 50, 5, 5
WORKSPACES, CHANNELS = 1_000, 10
#: looks a second over all sites, if none were down
LOOKS_A_SECOND = 500.0
#: rows written at once
BATCH = 10_000
#: the first part of the run, in which caches and the pool of claims fill
WARM_UP = 0.25
#: how many times as much the last third may hold as the first after the warm-up
GROWTH = 1.1
LATE_P99 = 5.0

#: a line of what the process prints
Line = dict[str, float]


def _base_url(number: int, address: str) -> str:
    if number <= SITES_DOWN:
        return f"{DOWN}/{number}"
    kind = THROTTLED if number <= SITES_DOWN + SITES_THROTTLED else "site"
    return f"{address}/{kind}{number}"


def _rows(numbers: range, *, count: int, interval: float, now: datetime) -> Iterator[tuple[dict[str, Any], ...]]:
    """A long task, its viewer, its thread, and the root and card of that, for each number."""
    for number in numbers:
        team_id, channel_id = f"T{number % WORKSPACES}", f"C{number % WORKSPACES}X{number % CHANNELS}"
        due_at = now + timedelta(seconds=interval * (number * 7919 % count) / count)
        task = {"id": number, "site_id": number % SITES + 1, "remote_id": str(number), "created_at": now}
        task |= seen(number, now)
        thread = {"id": number, "long_task_id": number, "team_id": team_id, "channel_id": channel_id, "owner_id": "U1"}
        thread |= {"state": SubscriptionState.FOLLOWING, "language": "en", "thread_ts": f"1700000000.{number:06}"}
        posted = {"team_id": team_id, "subscription_id": number, "channel_id": channel_id, "created_at": now}
        posted |= {"state": MessageState.POSTED}
        yield (
            task | {"due_at": due_at},
            {"long_task_id": number, "account_id": 1, "looked_at": now},
            thread | {"created_at": now},
            posted
            | {"marker": messages.new_marker(), "kind": MessageKind.ROOT, "facts": encode(Root())}
            | {"ts": thread["thread_ts"]},
            posted
            | {"marker": messages.new_marker(), "kind": MessageKind.CARD, "facts": encode(Card())}
            | {"ts": f"1700000001.{number:06}"},
        )


async def _fill(database: Database, address: str, *, count: int, interval: float) -> None:
    now = datetime.now(UTC)
    async with database.begin() as connection:
        for number in range(1, SITES + 1):
            url = _base_url(number, address)
            site_id = await sites.put(connection, alias=f"s{number}", kind=SiteKind.CLOUD, base_url=url, cloud_id=None)
            assert site_id == number
            assert await accounts.operator_account(connection, site_id=site_id, now=now) == 1
        for number in range(WORKSPACES):
            await workspaces.put(connection, f"T{number}", enterprise_id=None, now=now)
    # Filling takes a while, within which nothing is to come due.
    start = now + timedelta(seconds=count / 2_000)
    for first in range(1, count + 1, BATCH):
        numbers = range(first, min(first + BATCH, count + 1))
        tasks, viewed, threads, roots, cards = zip(
            *_rows(numbers, count=count, interval=interval, now=start), strict=True
        )
        async with database.begin() as connection:
            for table, rows in ((long_tasks, tasks), (viewers, viewed), (subscriptions, threads)):
                await connection.execute(table.insert(), list(rows))
            await connection.execute(message_rows.insert(), [*roots, *cards])


async def _samples(count: int, seconds: float, folder: Path) -> list[Line]:
    url = f"sqlite+aiosqlite:///{folder / 'soak.db'}"
    interval, every = count / LOOKS_A_SECOND, max(1.0, seconds / 120)
    found: list[Line] = []
    async with AsyncExitStack() as stack:
        address = await stack.enter_async_context(confluence_sites())
        api = await stack.enter_async_context(slack())
        database = open_database(parse(url))
        await migrate(database)
        await _fill(database, address, count=count, interval=interval)
        await database.close()
        arguments = ("-m", "benchmarks.soak_bot", url, api, f"{interval:g}", f"{every:g}")
        process = await asyncio.create_subprocess_exec(sys.executable, *arguments, stdout=asyncio.subprocess.PIPE)
        assert process.stdout is not None
        try:
            began = monotonic()
            while monotonic() - began < seconds:
                found.append(json.loads(await process.stdout.readline()))
                print(found[-1], file=sys.stderr)
        finally:
            process.terminate()
            await process.wait()
    return found


def draw(samples: list[Line], output: Path) -> None:
    """Draw each figure over the time of the run."""
    import matplotlib as mpl  # noqa: PLC0415 -- of the group `bench`, which only this needs
    from matplotlib import pyplot  # noqa: PLC0415 -- of the group `bench`, which only this needs

    mpl.use("Agg")
    panels = {
        "memory (MB)": ("megabytes",),
        "lateness of looks (s)": ("late_median", "late_p99"),
        "looks since the last sample": ("looks",),
        "queues": ("due", "stale_cards", "planned_messages"),
        "database (MB)": ("database_megabytes",),
        "tasks, claimed workspaces": ("tasks", "claimed_workspaces"),
    }
    figure, axes = pyplot.subplots(3, 2, figsize=(12, 9), sharex=True)
    for axis, (title, names) in zip(axes.flat, panels.items(), strict=True):
        for name in names:
            axis.plot([one["seconds"] for one in samples], [one[name] for one in samples], label=name)
        axis.set_title(title)
        axis.set_ylim(bottom=0)
        axis.legend()
    figure.supxlabel("seconds")
    figure.tight_layout()
    figure.savefig(output, dpi=100)


def verdicts(samples: list[Line]) -> Iterator[tuple[str, bool]]:
    """Each thing that must not grow, in a sentence, and whether it does not."""
    after = samples[int(len(samples) * WARM_UP) :]
    first, last = next(batched(after, max(1, len(after) // 3))), after[-max(1, len(after) // 3) :]
    for name in ("megabytes", "database_megabytes"):
        before, now = (median(one[name] for one in part) for part in (first, last))
        yield f"{name}: {before:,.0f} at first, {now:,.0f} at last", now <= before * GROWTH
    late = [one["late_p99"] for one in after if one["late_p99"] is not None]
    yield f"lateness: p99 {median(late):.2f} s, {max(late):.2f} s at most between two samples", median(late) <= LATE_P99


def main() -> int:
    """Run, draw and judge."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=600.0)
    parser.add_argument("--long-tasks", type=int, default=100_000)
    parser.add_argument("--output", type=Path, default=Path(__file__).parent / "soak.png")
    given = parser.parse_args()
    with TemporaryDirectory() as folder:
        samples = asyncio.run(_samples(given.long_tasks, given.seconds, Path(folder)))
    draw(samples, given.output)
    found = list(verdicts(samples))
    for sentence, holds in found:
        print(f"{sentence}: {'met' if holds else 'NOT met'}")
    return 0 if all(holds for _, holds in found) else 1


if __name__ == "__main__":
    sys.exit(main())
