"""Ask Confluence nothing while it has asked for a pause, and keep the pauses that it asks for."""

from bot.db import pauses
from bot.domain.decide import pause_of
from bot.domain.poll_result import PauseScope, RateLimited
from bot.follow.deps import Deps


async def paused(deps: Deps, site_id: int) -> RateLimited | None:
    """The answer of a site while Confluence has asked for a pause; None while it may be asked."""
    now = deps.now()
    access = deps.sites[site_id]
    async with deps.database.read() as connection:
        resting = await pauses.paused(connection, now=now)
    scopes = (pauses.APP, pauses.site_scope(site_id), pauses.account_scope(access.account_id))
    until = max((resting[scope] for scope in scopes if scope in resting), default=None)
    if until is None:
        return None
    seconds = (until - now).total_seconds()
    return RateLimited(retry_after=seconds, scope=PauseScope.SITE, reason=access.name.alias)


async def keep(deps: Deps, site_id: int, limited: RateLimited) -> None:
    """Let the polling pause as well."""
    pause = pause_of(limited, now=deps.now())
    scope = pauses.confluence_scope(pause.scope, site_id=site_id, account_id=deps.sites[site_id].account_id)
    async with deps.database.begin() as connection:
        await pauses.pause(connection, scope, until=pause.until, reason=pause.reason)
