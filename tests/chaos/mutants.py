"""Mutants: the bot with one safeguard removed, to show that its loss is noticed: python -m tests.chaos.mutants NAME."""

import sys
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.__main__ import cli
from bot.db import claims, messages
from bot.db.rows import MessageRow, Shows


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


MUTANTS = {"claims": without_claims, "repetition": without_repetition, "order": posted_before_the_call}

if __name__ == "__main__":
    MUTANTS[sys.argv[1]]()
    cli([])
