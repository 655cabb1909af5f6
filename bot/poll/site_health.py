"""Record what looks show of sites and accounts: breakers, pauses, and troubles that many threads share."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog

from bot.db import pauses, sites, troubles
from bot.db.engine import Connection
from bot.domain.decide import ANNOUNCED_AFTER, SHORTEST_ANNOUNCED_PAUSE, trouble_of
from bot.domain.message_facts import TroubleOver
from bot.domain.poll_interval import Bounds, backoff
from bot.domain.poll_result import Misconfigured, PauseScope, Seen, Unavailable, Unreadable
from bot.domain.states import Trouble
from bot.domain.task_state import Decision, Pause
from bot.poll import account_health
from bot.poll.look import FinishedLook

_log = structlog.get_logger(__name__)

#: failures of a site in a row, whatever the long task, that open its breaker
OPENS_AFTER = 3
#: between two probes of a site that is down
_PROBE_INTERVAL = Bounds(min_seconds=2.0, max_seconds=60.0)
_SITE_TROUBLES = (Trouble.DOWN, Trouble.UNREADABLE, Trouble.MISCONFIGURED)

_Looks = Sequence[tuple[FinishedLook, Decision]]


async def sites_down(connection: Connection) -> frozenset[int]:
    """Sites whose breaker is not closed."""
    return frozenset(site.id for site in await sites.all_sites(connection) if site.down_since is not None)


async def record(connection: Connection, looks: _Looks, *, down: frozenset[int], now: datetime, jitter: float) -> bool:
    """Record what a batch of looks shows of sites and accounts; true if a message is to be posted or edited.

    `down`: the sites that were down before; `jitter`: a random number from 0 to 1.
    """
    announced = False
    for site_id in sorted({look.site_id for look, _ in looks}):
        of_site = [
            (look, decision)
            for look, decision in looks
            if look.site_id == site_id and decision.site_healthy is not None
        ]
        if of_site:
            announced |= await _site(connection, site_id, of_site, down=site_id in down, now=now, jitter=jitter)
    announced |= await account_health.record(connection, looks, now=now)
    announced |= await _end_rate_limits(connection, looks, now=now)
    announced |= await _pause(connection, looks, now=now)
    return announced


async def _site(
    connection: Connection, site_id: int, looks: _Looks, *, down: bool, now: datetime, jitter: float
) -> bool:
    failing: list[tuple[FinishedLook, Decision]] = []
    for look, decision in reversed(looks):
        if decision.site_healthy:
            break
        failing.append((look, decision))
    announced = False
    if len(failing) < len(looks):
        announced = await _site_answered(connection, site_id, now=now)
    elif down:
        # Looks that were under way when the breaker opened show nothing new: only probes count.
        failing = [(look, decision) for look, decision in failing if look.is_site_probe]
    if failing:
        announced |= await _site_failed(connection, site_id, failing, now=now, jitter=jitter)
    return announced


async def _site_failed(connection: Connection, site_id: int, failing: _Looks, *, now: datetime, jitter: float) -> bool:
    """Count failures (the newest first), and announce the trouble once the site has been down for long enough."""
    look, decision = failing[0]
    times = min(len(failing), OPENS_AFTER)
    error = decision.error or ""
    site = await sites.failed(connection, site_id, times=times, error=error, now=now, opens_after=OPENS_AFTER)
    if site.down_since is None:
        return False
    if site.down_since == now:
        _log.warning("site_is_down", site=site_id, error=error)
    result = look.result
    wait = min(backoff(site.failures, bounds=_PROBE_INTERVAL, jitter=jitter), _PROBE_INTERVAL.max_seconds)
    if isinstance(result, Unavailable) and result.retry_after is not None:
        wait = max(wait, result.retry_after)
    await sites.probe_later(connection, site_id, at=now + timedelta(seconds=wait))
    if not isinstance(result, Unavailable | Unreadable | Misconfigured):
        return False
    # A wrong address does not mend itself, so nobody waits to hear of it.
    if not isinstance(result, Misconfigured) and now - site.down_since < ANNOUNCED_AFTER:
        return False
    if not await sites.announce(connection, site_id, now=now):
        return False
    await troubles.begin(connection, troubles.of_site(site_id), trouble_of(result), since=site.down_since, now=now)
    return True


async def _site_answered(connection: Connection, site_id: int, *, now: datetime) -> bool:
    """Close the breaker, look at every long task at once, and end the trouble if it was announced."""
    before = await sites.answered(connection, site_id)
    if before is None or before.down_since is None:
        return False
    _log.info("site_is_back", site=site_id, seconds=round((now - before.down_since).total_seconds()))
    await troubles.look_again(connection, troubles.of_site(site_id), now=now)
    if before.announced_at is None:
        return False
    for trouble in _SITE_TROUBLES:
        await troubles.end(connection, troubles.of_site(site_id), trouble, since=before.down_since, now=now)
    return True


async def _end_rate_limits(connection: Connection, looks: _Looks, *, now: datetime) -> bool:
    """End the announced pauses that these looks show to be over, for every long task they concern."""
    over = {
        (look.site_id, look.account_id)
        for look, decision in looks
        if look.account_id is not None
        and isinstance(look.result, Seen)
        and any(
            isinstance(trouble, TroubleOver) and trouble.trouble is Trouble.RATE_LIMITED
            for trouble in decision.troubles
        )
    }
    for site_id, account_id in sorted(over):
        scope = troubles.of_both(troubles.of_site(site_id), troubles.of_account(account_id))
        await troubles.end(connection, scope, Trouble.RATE_LIMITED, now=now)
    return bool(over)


async def _pause(connection: Connection, looks: _Looks, *, now: datetime) -> bool:
    """Store the longest pause that Confluence asks for in each scope, and announce those that are long."""
    asked: dict[str, tuple[Pause, troubles.Scope]] = {}
    for look, decision in looks:
        pause = decision.pause
        if pause is None or look.account_id is None:
            continue
        name = pauses.confluence_scope(pause.scope, site_id=look.site_id, account_id=look.account_id)
        if name not in asked or asked[name][0].until < pause.until:
            asked[name] = pause, _concerned(pause.scope, site_id=look.site_id, account_id=look.account_id)
    announced = False
    for name, (pause, concerned) in asked.items():
        await pauses.pause(connection, name, until=pause.until, reason=pause.reason)
        _log.warning("confluence_pauses", scope=name, seconds=round((pause.until - now).total_seconds()))
        if pause.until - now >= SHORTEST_ANNOUNCED_PAUSE:
            await troubles.begin(connection, concerned, Trouble.RATE_LIMITED, since=now, now=now, until=pause.until)
            announced = True
    return announced


def _concerned(scope: PauseScope, *, site_id: int, account_id: int) -> troubles.Scope:
    """The long tasks that a 429 concerns."""
    return {
        PauseScope.APP: troubles.of_all(),
        PauseScope.SITE: troubles.of_site(site_id),
        PauseScope.ACCOUNT: troubles.of_account(account_id),
    }[scope]
