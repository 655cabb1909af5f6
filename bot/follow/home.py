"""Show people their home: find out what it is rendered from, and have it published."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, assert_never

import structlog
from msgspec.structs import replace

from bot.db import homes, workspaces
from bot.db import people as people_rows
from bot.db.engine import DatabaseAway
from bot.domain import home as timing
from bot.domain.home import Home, Notice, Running, RunningTask, channels_known, is_young
from bot.domain.permissions import Act, RunningList, may, may_list
from bot.domain.person import Person
from bot.follow import membership, running
from bot.follow.deliveries import is_first
from bot.follow.deps import Deps, Request
from bot.follow.people import NotKnown, People
from bot.render import replies
from bot.render.message import Message
from bot.render.replies.running import LINES

_log = structlog.get_logger(__name__)

#: seconds that a home waits for Slack and Confluence before it is published without what they say
PATIENCE = 2.0

_Change = Callable[[Home], Home]


@dataclass(frozen=True, kw_only=True)
class Opening:
    """A person opened the home tab."""

    event_id: str
    team_id: str
    enterprise_id: str | None
    user_id: str


async def opened(deps: Deps, people: People, opening: Opening) -> None:
    """Publish a person's home, at its first page."""
    try:
        if await is_first(deps, opening.team_id, opening.event_id):
            await _opened(deps, people, opening)
    except DatabaseAway as error:
        _log.warning("home_not_shown", user=opening.user_id, error=type(error).__name__)


async def _opened(deps: Deps, people: People, opening: Opening) -> None:
    asker = await people.find(opening.team_id, opening.enterprise_id, opening.user_id)
    match asker:
        case NotKnown.NOT_INSTALLED:
            _log.warning("request_of_another_workspace", team=opening.team_id)
        case NotKnown.NO_ANSWER:
            await _change(deps, opening.team_id, opening.user_id, lambda home: home, spacing=timing.SPACING)
        case Person():
            request = Request(
                team_id=opening.team_id,
                enterprise_id=opening.enterprise_id,
                channel_id=None,
                user_id=opening.user_id,
                texts=deps.catalogs.texts_for(asker, deps.default_language),
                person=asker,
            )
            async with deps.database.begin() as connection:
                await workspaces.put(connection, opening.team_id, enterprise_id=opening.enterprise_id, now=deps.now())
                if await people_rows.find(connection, opening.team_id, opening.user_id) is None:
                    await people_rows.put(connection, asker)
            await _show(
                deps,
                request,
                lambda home: replace(home, page=1, notice=None),
                ask_again=timing.ASK_AGAIN_WHEN_OPENED,
                spacing=timing.SPACING,
            )
        case _:
            assert_never(asker)


async def pressed(
    deps: Deps, request: Request, answer: Message | None, *, page: int | None = None, refresh: bool = False
) -> None:
    """Show what a press on the home has led to; `answer`: what is said about it, `page`: the one to turn to.

    `refresh`: Slack and Confluence are asked again, too.
    """
    notice = None if answer is None else Notice(text=answer.text, blocks=answer.blocks)

    def change(home: Home) -> Home:
        return replace(home, page=home.page if page is None else page, notice=notice)

    ask_again = timing.ASK_AGAIN_WHEN_OPENED if refresh else timing.ASK_AGAIN_WHEN_PRESSED
    await _show(deps, request, change, ask_again=ask_again, spacing=timing.SPACING_AFTER_PRESS)


async def is_in_channel(deps: Deps, request: Request, channel_id: str) -> bool:
    """Whether Slack says, or has said within ten minutes, that the person is in a channel."""
    async with deps.database.read() as connection:
        home = await homes.find(connection, request.team_id, request.user_id)
    known = None if home is None else channels_known(home, now=deps.now())
    if known is None:
        known = frozenset((await membership.ask(deps, request)).ids)
    return channel_id in known


async def _show(deps: Deps, request: Request, change: _Change, *, ask_again: timedelta, spacing: timedelta) -> None:
    """Ask Slack and Confluence what is not known or too old, and publish: once they have answered, or twice where that
    takes long."""
    async with deps.database.read() as connection:
        before = await homes.find(connection, request.team_id, request.user_id)
    questions = _questions(deps, request, before, ask_again=ask_again)
    asking = [asyncio.create_task(_answer(one, user_id=request.user_id)) for one in questions]
    try:
        pending = (await asyncio.wait(asking, timeout=PATIENCE))[1] if asking else set[asyncio.Task[_Change]]()
        changes = [change, *(task.result() for task in asking if task not in pending)]
        await _change(deps, request.team_id, request.user_id, _all(changes), spacing=spacing)
        if pending:
            change = _all(await asyncio.gather(*pending))
            await _change(deps, request.team_id, request.user_id, change, spacing=timing.SPACING_AFTER_PRESS)
    finally:
        for task in asking:
            task.cancel()


def _questions(
    deps: Deps, request: Request, before: Home | None, *, ask_again: timedelta
) -> list[Coroutine[Any, Any, _Change]]:
    """What is to be asked; each answer is a change of the home."""
    if not may(request.person, Act.HOME):
        return []
    now, questions = deps.now(), list[Coroutine[Any, Any, _Change]]()
    asked = None if before is None else before.channels
    if asked is None or not is_young(asked.at, ask_again, now=now) or not asked.is_whole:
        questions.append(_ask_channels(deps, request))
    listed = None if before is None else before.running
    if listed is None or not is_young(listed.at, ask_again, now=now):
        questions.append(_ask_running(deps, request))
    return questions


async def _answer(question: Coroutine[Any, Any, _Change], *, user_id: str) -> _Change:
    """The answer to a question; without one the home shows what was known before."""
    try:
        return await question
    except DatabaseAway as error:
        _log.warning("home_question_not_answered", user=user_id, error=type(error).__name__)
    except Exception:  # noqa: BLE001 -- whatever failed, the person gets a home
        _log.exception("home_question_crashed", user=user_id)
    return lambda home: home


async def _ask_channels(deps: Deps, request: Request) -> _Change:
    asked = await membership.ask(deps, request)

    def change(home: Home) -> Home:
        # What Slack said a short while ago is better than a part of it.
        keeps = not asked.is_whole and channels_known(home, now=deps.now()) is not None
        return home if keeps else replace(home, channels=asked)

    return change


async def _ask_running(deps: Deps, request: Request) -> _Change:
    shown = await _running(deps, request)
    return lambda home: replace(home, running=shown, hides_running=shown is None)


async def _running(deps: Deps, request: Request) -> Running | None:
    """What runs, as far as the person may see it; None if nothing of it is to be shown."""
    now = deps.now()
    if not may_list(request.person, deps.running_list):
        if deps.running_list is not RunningList.ADMINS:
            return None
        return Running(at=now, refused=(replies.running_for_admins(request.texts),))
    found = await running.find_running(deps, request)
    tasks = tuple(RunningTask(site_id, snapshot) for site_id, snapshot in found.tasks[:LINES])
    return Running(
        at=now,
        tasks=tasks,
        others=len(found.tasks) - len(tasks),
        has_more=found.has_more,
        refused=tuple(found.refused),
    )


def _all(changes: Sequence[_Change]) -> _Change:
    """One change after the other."""

    def change(home: Home) -> Home:
        for one in changes:
            home = one(home)
        return home

    return change


async def _change(deps: Deps, team_id: str, user_id: str, change: _Change, *, spacing: timedelta) -> None:
    now = deps.now()
    async with deps.database.begin() as connection:
        await homes.add(connection, team_id, user_id, now=now)
        await homes.change(
            connection, team_id, user_id, lambda home: replace(change(home), opened_at=now), spacing=spacing, now=now
        )
    deps.delivery_wake.set()
