"""Forget a workspace that no longer lets the bot in, or let it rest."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from bot.db import events, workspaces
from bot.db.engine import Connection, DatabaseAway
from bot.domain.workspace_rest import next_try
from bot.follow.deps import Deps
from bot.follow.people import People

_log = structlog.get_logger(__name__)

#: seconds before each time that an event is tried again while the database is away; Slack has its acknowledgement
RETRIES = (1.0, 5.0, 30.0, 120.0, 300.0)
#: event times are whole seconds
_RESOLUTION = timedelta(seconds=1)


@dataclass(frozen=True, kw_only=True)
class WorkspaceEvent:
    """An event about a workspace as a whole."""

    id: str
    team_id: str
    #: when it happened (UTC)
    at: datetime


async def forget_workspace(deps: Deps, people: People, event: WorkspaceEvent) -> None:
    """The app was uninstalled: delete all that belongs to the workspace, and what nobody else follows."""
    if await _take(deps, event, lambda connection: workspaces.delete(connection, event.team_id)):
        people.forget(event.team_id)
        _log.info("workspace_forgotten", team=event.team_id)


async def rest_workspace(deps: Deps, event: WorkspaceEvent) -> None:
    """The bot's token was revoked: post nothing there before the token is tried again."""
    now = deps.now()

    async def rest(connection: Connection) -> None:
        until = next_try(0, now=now)
        if await workspaces.rest(
            connection, event.team_id, reason="tokens_revoked", until=until, now=now, take_claim=True
        ):
            _log.warning("workspace_rests", team=event.team_id, answer="tokens_revoked")

    await _take(deps, event, rest)


async def _take(deps: Deps, event: WorkspaceEvent, act: Callable[[Connection], Awaitable[object]]) -> bool:
    """Do what an event asks for, once; false if it was taken before, or speaks of an earlier installation."""
    for pause in (*RETRIES, None):
        try:
            async with deps.database.begin() as connection:
                if not await events.take(connection, event.id, now=deps.now()):
                    return False
                since = await workspaces.known_since(connection, event.team_id)
                if since is not None and since - event.at >= _RESOLUTION:
                    _log.info("event_of_an_earlier_installation", team=event.team_id, event_id=event.id)
                    return False
                await act(connection)
                return True
        except DatabaseAway as error:
            _log.warning("event_not_taken", team=event.team_id, event_id=event.id, error=type(error).__name__)
        if pause is not None:
            await deps.sleep(pause)
    return False
