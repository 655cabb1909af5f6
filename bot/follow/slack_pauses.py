"""Call no method of Slack while Slack has asked for a pause of it, and keep the pauses that it asks for."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TypeVar

from bot.clients.slack.errors import SlackRateLimited
from bot.db import pauses
from bot.follow.deps import Deps

T = TypeVar("T")


async def call(deps: Deps, team_id: str, method: str, make: Callable[[], Awaitable[T]]) -> T:
    """Make a call of a method. Raises SlackError; while the method is paused SlackRateLimited, without a call."""
    now = deps.now()
    async with deps.database.read() as connection:
        until = (await pauses.paused_methods(connection, team_id, now=now)).get(method)
    if until is not None:
        raise SlackRateLimited(method, "paused", retry_after=(until - now).total_seconds())
    try:
        return await make()
    except SlackRateLimited as error:
        until = deps.now() + timedelta(seconds=error.retry_after)
        async with deps.database.begin() as connection:
            await pauses.pause(connection, pauses.slack_scope(team_id, method), until=until, reason=error.answer)
        raise
