"""Mutants: the bot with one safeguard removed, to show that its loss is noticed: python -m tests.chaos.mutants NAME."""

import sys
from datetime import datetime

from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.__main__ import cli
from bot.db import claims, listed_tasks, messages, watches
from bot.db.rows import MessageRow, Shows
from bot.db.watch_rows import WatchRow


def without_claims() -> None:
    """Write down the result of a call without checking that this process still delivers for the workspace."""

    async def holds_workspace(connection: AsyncConnection, *, team_id: str, claim_id: str) -> bool:
        return True

    claims.holds_workspace = holds_workspace


def without_repetition() -> None:
    """Do not repeat a terminal edit although an earlier edit may still arrive."""
    edited = messages.edited

    async def edited_once(
        connection: AsyncConnection,
        message: MessageRow,
        shows: Shows,
        *,
        now: datetime,
        again_at: datetime | None = None,
    ) -> None:
        await edited(connection, message, shows, now=now)

    messages.edited = edited_once


def posted_before_the_call() -> None:
    """Write down that a message is posted before it is."""
    begin_post = messages.begin_post

    async def begin(connection: AsyncConnection, message_id: int) -> MessageRow | None:
        message = await begin_post(connection, message_id)
        if message is not None:
            await messages.leave(connection, message_id)
        return message

    messages.begin_post = begin


def watching_from_memory() -> None:
    """Take what is listed at the start of a process for old, however far the watch had come before."""
    claim, newest = watches.claim, dict[int, int]()

    async def claim_new(connection: AsyncConnection, *, claim_id: str, now: datetime, limit: int) -> list[WatchRow]:
        found = await claim(connection, claim_id=claim_id, now=now, limit=limit)
        for row in found:
            if row.id not in newest:
                newest[row.id] = await listed_tasks.last_id(connection, row.site_id)
        return [replace(row, handled=max(row.handled, newest[row.id])) for row in found]

    watches.claim = claim_new


MUTANTS = {
    "claims": without_claims,
    "repetition": without_repetition,
    "order": posted_before_the_call,
    "memory": watching_from_memory,
}

if __name__ == "__main__":
    MUTANTS[sys.argv[1]]()
    cli([])
