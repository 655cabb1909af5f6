"""Choose the words for a notice."""

from datetime import UTC, datetime
from typing import Any

import msgspec
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.db import findings
from bot.deliver.tools import Tools
from bot.deliver.views import Thread
from bot.domain.ledger import ledger
from bot.domain.outcome import Outcome
from bot.domain.pacing import Telling
from bot.domain.trouble import Trouble
from bot.render import card, notices, replies
from bot.render.message import Message
from bot.render.thread import Titles
from bot.render.words import Words

#: of one kind; where there are more, the whole list follows as a file
NAMED = 10


def facts_of(notice: RowMapping) -> dict[str, Any]:
    """What a notice was planned with."""
    facts: dict[str, Any] = msgspec.json.decode(notice["facts"])
    return facts


async def compose(connection: AsyncConnection, tools: Tools, thread: Thread, notice: RowMapping) -> Message | None:
    """The message of a notice as things stand now; none where there is nothing to say any more."""
    words = tools.catalogs.words(thread.row["language"])
    message = await _whole(connection, tools, words, thread, notice)
    return card.plain(message) if message is not None and notice["form"] == "plain" else message


async def _whole(
    connection: AsyncConnection, tools: Tools, words: Words, thread: Thread, notice: RowMapping
) -> Message | None:
    kind, facts, view = Telling(notice["kind"]), facts_of(notice), thread.view
    if kind is Telling.FILE:
        return Message(text="")
    if kind is Telling.ROOT:
        return card.root(words, view)
    if kind is Telling.CARD:
        return card.card(words, view, buttons(tools, thread), subscription_id=str(thread.row["id"]))
    if kind is Telling.WARNINGS:
        listed = await findings.listed(connection, thread.row["long_task_id"], first=facts["first"], last=facts["last"])
        if not listed:
            return None
        return notices.warnings(words, view, listed, may_repeat=notice["may_stand"], earlier=facts["earlier"])
    if kind is Telling.PHASE:
        return notices.phase(words, view) if view.outcome is Outcome.FOLLOWING else None
    if kind is Telling.MILESTONE:
        return notices.milestone(words, view)
    if kind is Telling.TROUBLE:
        over = bool(facts["over"])
        return notices.trouble(
            words,
            view,
            Trouble(facts["trouble"]),
            over=over,
            since=_moment(facts.get("since")),
            until=notice["created_at"] if over else _moment(facts.get("until")),
        )
    if kind is Telling.COMPLETION:
        return await _completion(connection, words, thread)
    return _beside(tools, words, thread, facts)


def _beside(tools: Tools, words: Words, thread: Thread, facts: dict[str, Any]) -> Message:
    """What is said to one person."""
    if facts["reason"] == "invite":
        return replies.invite(words, tools.bot_name)
    if facts["reason"] == "stopped":
        return replies.stopped_by_other(words, facts["by"], thread.view.remote_id)
    return replies.thread_lost(words, thread.view.remote_id, replies.Lost(facts["reason"]))


async def _completion(connection: AsyncConnection, words: Words, thread: Thread) -> Message:
    listed = await findings.listed(connection, thread.row["long_task_id"])
    view = thread.view
    return notices.completion(
        words,
        view,
        ledger(view.snapshot, listed, view.outcome),
        findings_total=len(listed) + thread.row["task_findings_beyond"],
        listed=more_than_named(thread, [finding.key for finding in listed]),
    )


def more_than_named(thread: Thread, keys: list[str]) -> bool:
    """Whether a file with the whole list follows in the thread: never where the channel sees counts only."""
    return thread.view.titles is Titles.SHOWN and any(keys.count(key) > NAMED for key in set(keys))


def buttons(tools: Tools, thread: Thread) -> tuple[str, ...]:
    """The buttons of a card: once it has ended only those that still do something."""
    return tools.actions if thread.view.outcome is Outcome.FOLLOWING else ("open",)


def _moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
