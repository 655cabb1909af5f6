"""Open modals within three seconds, fill them when more is known, and judge in time what comes back."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, TypeVar

import structlog

from bot.clients.slack.errors import Refused, SlackError
from bot.follow.deps import Deps
from bot.render.modal import View

T = TypeVar("T")
#: runs work as a task that is finished before the process ends
Start = Callable[[Coroutine[Any, Any, None]], None]

_log = structlog.get_logger(__name__)

#: seconds before each further time that a modal is filled if Slack does not answer
RETRIES = (0.5, 2.0)


@dataclass(frozen=True, kw_only=True)
class Errors:
    """What Slack shows under the fields of a modal, by field: it stays as it is, to be sent again."""

    fields: Mapping[str, str]


#: what becomes of a modal that was sent; None: it closes
Verdict = Errors | View | None


async def open_modal(deps: Deps, team_id: str, enterprise_id: str | None, *, trigger_id: str, view: View) -> str | None:
    """Open a modal for the person whose act gave the trigger, within three seconds of it.

    Returns the view's id; None if Slack opens none.
    """
    try:
        client = await deps.slack.client(team_id, enterprise_id)
        return await client.open_view(trigger_id, view)
    except SlackError as error:
        _log.warning("modal_not_opened", team=team_id, answer=error.answer)
        return None


async def fill(deps: Deps, team_id: str, enterprise_id: str | None, *, view_id: str, view: View) -> bool:
    """Replace what a modal shows; false if the person has closed it, or Slack does not answer."""
    client = await deps.slack.client(team_id, enterprise_id)
    for pause in (*RETRIES, None):
        try:
            await client.update_view(view_id, view)
            return True
        except SlackError as error:
            if isinstance(error, Refused) or pause is None:
                _log.info("modal_not_filled", team=team_id, answer=error.answer)
                return False
        await deps.sleep(pause)
    return False


class Late(Enum):
    """Work was not done in time, and goes on."""

    LATE = "late"


async def in_time(deps: Deps, start: Start, work: Coroutine[Any, Any, T]) -> T | Late:
    """What work comes to, unless it takes too much of the three seconds that Slack waits."""
    running = asyncio.create_task(work)
    done, _ = await asyncio.wait({running}, timeout=deps.store_seconds)
    if done:
        return running.result()
    start(_end(running))
    return Late.LATE


async def _end(running: asyncio.Task[Any]) -> None:
    await running
