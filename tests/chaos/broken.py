"""The bot with one of its safeguards switched off, to show that their loss is noticed: python -m tests.chaos.broken."""

import sys
from dataclasses import replace
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.__main__ import cli
from bot.db import claims, notices
from bot.deliver import edit, post
from bot.deliver.deps import Hold, Tools


def without_claims() -> None:
    """Whoever writes down what became of a call does not look whether the workspace is still theirs."""

    async def holds(connection: AsyncConnection, *, team_id: str, claim_id: str) -> bool:
        return True

    claims.holds_workspace = holds


def without_repetition() -> None:
    """The terminal edit is not sent again after one that may still arrive."""
    shown = edit._card_shown

    async def once(connection: AsyncConnection, tools: Tools, edit: Any) -> None:
        row = dict(edit.thread.row) | {"card_unsure": False}
        await shown(connection, tools, replace(edit, thread=replace(edit.thread, row=row)))

    edit._card_shown = once


def marked_before_told() -> None:
    """A notice counts as told before it is."""
    begin = post._begin

    async def begun(tools: Tools, hold: Hold, notice_id: int) -> Any:
        found = await begin(tools, hold, notice_id)
        if found is not None:
            async with tools.database.begin() as connection:
                await notices.change(connection, notice_id, state="sent")
        return found

    post._begin = begun


BUILDS = {"claims": without_claims, "repetition": without_repetition, "order": marked_before_told}

if __name__ == "__main__":
    BUILDS[sys.argv[1]]()
    cli([])
