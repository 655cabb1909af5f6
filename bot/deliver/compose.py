"""Choose the words for a notice."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import msgspec

from bot.db import findings
from bot.db.engine import Connection, Row
from bot.deliver.deps import Tools
from bot.deliver.thread import Thread
from bot.domain.pacing import Telling
from bot.domain.states import Outcome, Titles, Trouble
from bot.domain.summary import summarize
from bot.render import card, replies
from bot.render.completion import completion
from bot.render.findings_text import findings_text
from bot.render.i18n import Texts
from bot.render.message import Message
from bot.render.phases import milestone, phase, trouble
from bot.render.warnings import warnings

#: of one kind; where there are more, the whole list follows as a file
NAMED = 10


def facts_of(notice: Row) -> dict[str, Any]:
    """What a notice was planned with."""
    facts: dict[str, Any] = msgspec.json.decode(notice["facts"])
    return facts


async def compose(connection: Connection, tools: Tools, thread: Thread, notice: Row) -> Message | None:
    """The message of a notice as things stand now; none where there is nothing to say any more."""
    texts = tools.catalogs.texts(thread.row["language"])
    message = await _whole(connection, tools, texts, thread, notice)
    return card.plain(message) if message is not None and notice["form"] == "plain" else message


async def _whole(connection: Connection, tools: Tools, texts: Texts, thread: Thread, notice: Row) -> Message | None:
    kind, facts, view = Telling(notice["kind"]), facts_of(notice), thread.view
    if kind is Telling.FILE:
        return await _list(connection, texts, thread, facts)
    if kind is Telling.ROOT:
        return card.root(texts, view)
    if kind is Telling.CARD:
        return card_of(tools, texts, thread)
    if kind is Telling.WARNINGS:
        listed = await findings.listed(connection, thread.row["long_task_id"], first=facts["first"], last=facts["last"])
        if not listed:
            return None
        return warnings(texts, view, listed, may_repeat=notice["may_stand"], earlier=facts["earlier"])
    if kind is Telling.PHASE:
        return phase(texts, view) if view.outcome is Outcome.FOLLOWING else None
    if kind is Telling.MILESTONE:
        # An end that Confluence came to is told by the completion.
        return milestone(texts, view) if view.outcome in (Outcome.FOLLOWING, Outcome.STOPPED) else None
    if kind is Telling.TROUBLE:
        over = bool(facts["over"])
        return trouble(
            texts,
            view,
            Trouble(facts["trouble"]),
            over=over,
            since=_moment(facts.get("since")),
            until=notice["created_at"] if over else _moment(facts.get("until")),
        )
    if kind is Telling.COMPLETION:
        return await _completion(connection, texts, thread)
    return await _beside(connection, tools, texts, thread, facts)


async def _beside(connection: Connection, tools: Tools, texts: Texts, thread: Thread, facts: dict[str, Any]) -> Message:
    """What is said to one person."""
    view, reason = thread.view, facts["reason"]
    if reason == "invite":
        return replies.invite(texts, tools.bot_name, value=str(thread.row["id"]))
    if reason == "stopped":
        return replies.stopped_by_other(texts, facts["by"], view.remote_id)
    if reason == "set aside":
        return replies.task_set_aside(texts, view.remote_id)
    lost = replies.Lost(reason)
    if view.outcome in (Outcome.FOLLOWING, Outcome.STOPPED):
        return replies.thread_lost(texts, view.remote_id, lost)
    # What could not be told in the thread any more is told here.
    told = replace(thread, view=replace(view, followers=(facts["user"],) if "user" in facts else ()))
    return replies.together(
        texts,
        [
            replies.thread_lost(texts, view.remote_id, lost, ended=True),
            await _completion(connection, texts, told, list_follows=False),
        ],
    )


async def _list(connection: Connection, texts: Texts, thread: Thread, facts: dict[str, Any]) -> Message | None:
    """The full list: a file has no words of its own; where there can be none, one of several replies."""
    if not await _is_needed(connection, thread):
        return None
    page = facts.get("page")
    if page is None:
        return Message(text="")
    pages = await list_pages(connection, texts, thread)
    return pages[page] if page < len(pages) else None


async def list_pages(connection: Connection, texts: Texts, thread: Thread) -> list[Message]:
    """The full list as replies, as far as it fits."""
    listed = await findings.listed(connection, thread.row["long_task_id"])
    return findings_text(texts, listed, thread.view.site_url)


async def _is_needed(connection: Connection, thread: Thread) -> bool:
    """Whether a list says more than the thread does."""
    listed = await findings.listed(connection, thread.row["long_task_id"])
    return more_than_named(thread, [finding.key for finding in listed])


async def _completion(connection: Connection, texts: Texts, thread: Thread, *, list_follows: bool = True) -> Message:
    found = await findings.listed(connection, thread.row["long_task_id"])
    view = thread.view
    return completion(
        texts,
        view,
        summarize(view.snapshot, found, view.outcome),
        findings_total=len(found) + thread.row["task_findings_beyond"],
        listed=list_follows and more_than_named(thread, [finding.key for finding in found]),
    )


def more_than_named(thread: Thread, keys: list[str]) -> bool:
    """Whether a file with the whole list follows in the thread: never where the channel sees counts only."""
    return thread.view.titles is Titles.SHOWN and any(keys.count(key) > NAMED for key in set(keys))


def buttons(tools: Tools, thread: Thread) -> tuple[str, ...]:
    """The buttons of a card: once it has ended only those that still do something."""
    return tools.actions if thread.view.outcome is Outcome.FOLLOWING else ("open",)


def shown(tools: Tools, texts: Texts, thread: Thread) -> str:
    """A digest of what the card of a thread shows now."""
    return card.fingerprint(texts, thread.view, buttons(tools, thread), subscription_id=str(thread.row["id"]))


def card_of(tools: Tools, texts: Texts, thread: Thread) -> Message:
    """The card of a thread as things stand now."""
    return card.card(texts, thread.view, buttons(tools, thread), subscription_id=str(thread.row["id"]))


def _moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
