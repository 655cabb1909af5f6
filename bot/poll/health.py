"""How sites and credentials are doing: breakers, rests, and trouble that is told once for all."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from sqlalchemy import ColumnElement, true
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.db import accounts, long_tasks, pauses, sites, troubles
from bot.domain.answer import Misconfigured, PauseScope
from bot.domain.cadence import LONGEST, Bounds, backoff
from bot.domain.look import PAUSE_TOLD, TOLD_AFTER, Look, Pause
from bot.domain.trouble import Trouble
from bot.poll.landed import Landed

_log = structlog.get_logger(__name__)

#: failures of a site in a row, whatever the long task, after which only one probe at a time is sent
OPENS_AFTER = 3
#: between two probes of a site that is down
_PROBES = Bounds(min_seconds=2.0, max_seconds=60.0)
_SITE_TROUBLES = (Trouble.DOWN, Trouble.UNREADABLE, Trouble.MISCONFIGURED)


async def sites_down(connection: AsyncConnection) -> frozenset[int]:
    """Sites whose breaker is open."""
    return frozenset(row["id"] for row in await sites.all_sites(connection) if row["down_since"] is not None)


async def judge(
    connection: AsyncConnection, looks: Sequence[tuple[Landed, Look]], *, now: datetime, jitter: float
) -> bool:
    """Note what a batch of looks says about sites and accounts; whether anything is to be told."""
    spoken = False
    for site_id in sorted({landed.site_id for landed, _ in looks}):
        of_site = [(landed, look) for landed, look in looks if landed.site_id == site_id and look.site_well is not None]
        if of_site:
            spoken |= await _site(connection, site_id, of_site, now=now, jitter=jitter)
    for account_id in sorted({landed.account_id for landed, _ in looks}):
        of_account = [look for landed, look in looks if landed.account_id == account_id]
        spoken |= await _account(connection, account_id, of_account, now=now)
    for landed, look in looks:
        if look.pause is not None:
            spoken |= await _pause(connection, landed, look.pause, now=now)
    return spoken


async def _site(
    connection: AsyncConnection,
    site_id: int,
    looks: Sequence[tuple[Landed, Look]],
    *,
    now: datetime,
    jitter: float,
) -> bool:
    failing = []
    for entry in reversed(looks):
        if entry[1].site_well:
            break
        failing.append(entry)
    spoken = False
    if len(failing) < len(looks):
        spoken = await _back(connection, site_id, now=now)
    if not failing:
        return spoken
    landed, look = failing[0]
    row = await sites.failed(
        connection, site_id, times=len(failing), error=look.error or "", now=now, opens_after=OPENS_AFTER
    )
    if row["down_since"] is None:
        return spoken
    if row["down_since"] == now:
        _log.warning("site_is_down", site=site_id, error=look.error)
    wait = backoff(row["failures"], bounds=_PROBES, jitter=jitter)
    await sites.probe_later(connection, site_id, at=now + timedelta(seconds=min(wait, _PROBES.max_seconds)))
    misconfigured = isinstance(landed.answer, Misconfigured)
    if misconfigured or now - row["down_since"] >= TOLD_AFTER:
        spoken |= await _told_down(connection, site_id, landed, since=row["down_since"], now=now)
    return spoken


async def _told_down(
    connection: AsyncConnection, site_id: int, landed: Landed, *, since: datetime, now: datetime
) -> bool:
    if not await sites.told_down(connection, site_id, now=now):
        return False
    trouble = Trouble.MISCONFIGURED if isinstance(landed.answer, Misconfigured) else Trouble.DOWN
    await troubles.begin(connection, troubles.of_site(site_id), trouble, since=since, now=now)
    return True


async def _back(connection: AsyncConnection, site_id: int, *, now: datetime) -> bool:
    """A site answers: close the breaker, look at everything at once, and say so where its trouble was told."""
    before = await sites.answered(connection, site_id)
    if before is None or before["down_since"] is None:
        return False
    _log.info("site_is_back", site=site_id, seconds=round((now - before["down_since"]).total_seconds()))
    for trouble in _SITE_TROUBLES:
        await troubles.end(connection, troubles.of_site(site_id), trouble, now=now)
    await long_tasks.due_again(connection, site_id, now=now)
    return True


async def _account(connection: AsyncConnection, account_id: int, looks: Sequence[Look], *, now: datetime) -> bool:
    if looks[-1].refused:
        await pauses.pause(connection, f"account:{account_id}", until=now + LONGEST, reason=looks[-1].error or "")
        if not await accounts.set_state(connection, account_id, state="refused", reason=looks[-1].error):
            return False
        _log.warning("credential_refused", account=account_id, error=looks[-1].error)
        await troubles.begin(connection, troubles.of_account(account_id), Trouble.ACCESS_LOST, since=now, now=now)
        return True
    if not any(look.error is None and not look.refused and look.site_well for look in looks):
        return False
    if not await accounts.set_state(connection, account_id, state="active", reason=None):
        return False
    _log.info("credential_works_again", account=account_id)
    await troubles.end(connection, troubles.of_account(account_id), Trouble.ACCESS_LOST, now=now)
    return True


async def _pause(connection: AsyncConnection, landed: Landed, pause: Pause, *, now: datetime) -> bool:
    which: dict[PauseScope, tuple[str, ColumnElement[bool]]] = {
        PauseScope.APP: ("app", true()),
        PauseScope.SITE: (f"site:{landed.site_id}", troubles.of_site(landed.site_id)),
        PauseScope.ACCOUNT: (f"account:{landed.account_id}", troubles.of_account(landed.account_id)),
    }
    scope, concerned = which[pause.scope]
    await pauses.pause(connection, scope, until=pause.until, reason=pause.reason)
    _log.warning("confluence_asks_for_a_rest", scope=scope, seconds=round((pause.until - now).total_seconds()))
    if pause.until - now < PAUSE_TOLD:
        return False
    await troubles.begin(connection, concerned, Trouble.RATE_LIMITED, since=now, now=now, until=pause.until)
    return True
