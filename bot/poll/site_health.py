"""How sites and credentials are doing: breakers, rests, and trouble that is told once for all."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog

from bot.db import accounts, pauses, sites, troubles
from bot.db.engine import Connection
from bot.domain.decide import PAUSE_TOLD, TOLD_AFTER, trouble_of
from bot.domain.poll_interval import LONGEST, Bounds, backoff
from bot.domain.poll_result import Misconfigured, PauseScope, Seen, Unavailable, Unreadable
from bot.domain.states import Trouble
from bot.domain.task_state import Decision, Pause, TroubleOver
from bot.poll.look import FinishedLook

_log = structlog.get_logger(__name__)

#: failures of a site in a row, whatever the long task, after which only one probe at a time is sent
OPENS_AFTER = 3
#: between two probes of a site that is down
_PROBES = Bounds(min_seconds=2.0, max_seconds=60.0)
_SITE_TROUBLES = (Trouble.DOWN, Trouble.UNREADABLE, Trouble.MISCONFIGURED)

_Looks = Sequence[tuple[FinishedLook, Decision]]


async def sites_down(connection: Connection) -> frozenset[int]:
    """Sites whose breaker is open."""
    return frozenset(row["id"] for row in await sites.all_sites(connection) if row["down_since"] is not None)


async def judge(connection: Connection, looks: _Looks, *, down: frozenset[int], now: datetime, jitter: float) -> bool:
    """Note what a batch of looks says about sites and accounts; whether anything is to be told.

    `down`: the sites whose breaker was open before.
    """
    spoken = False
    for site_id in sorted({landed.site_id for landed, _ in looks}):
        of_site = [(landed, look) for landed, look in looks if landed.site_id == site_id and look.site_well is not None]
        if of_site:
            spoken |= await _site(connection, site_id, of_site, down=site_id in down, now=now, jitter=jitter)
    for account_id in sorted({landed.account_id for landed, _ in looks if landed.account_id is not None}):
        spoken |= await _account(
            connection, account_id, [pair for pair in looks if pair[0].account_id == account_id], now
        )
    spoken |= await _pauses(connection, looks, now=now)
    return spoken


async def _site(
    connection: Connection, site_id: int, looks: _Looks, *, down: bool, now: datetime, jitter: float
) -> bool:
    failing = []
    for entry in reversed(looks):
        if entry[1].site_well:
            break
        failing.append(entry)
    spoken = False
    if len(failing) < len(looks):
        spoken = await _back(connection, site_id, now=now)
    elif down:
        # Looks that were under way when the breaker opened say nothing new: only probes count.
        failing = [entry for entry in failing if entry[0].probe]
    if failing:
        spoken |= await _failing(connection, site_id, failing, now=now, jitter=jitter)
    return spoken


async def _failing(connection: Connection, site_id: int, failing: _Looks, *, now: datetime, jitter: float) -> bool:
    landed, look = failing[0]
    times = min(len(failing), OPENS_AFTER)
    row = await sites.failed(connection, site_id, times=times, error=look.error or "", now=now, opens_after=OPENS_AFTER)
    if row["down_since"] is None:
        return False
    if row["down_since"] == now:
        _log.warning("site_is_down", site=site_id, error=look.error)
    wait = min(backoff(row["failures"], bounds=_PROBES, jitter=jitter), _PROBES.max_seconds)
    answer = landed.answer
    if isinstance(answer, Unavailable) and answer.retry_after is not None:
        wait = max(wait, answer.retry_after)
    await sites.probe_later(connection, site_id, at=now + timedelta(seconds=wait))
    if not isinstance(answer, Unavailable | Unreadable | Misconfigured):
        return False
    if not isinstance(answer, Misconfigured) and now - row["down_since"] < TOLD_AFTER:
        return False
    if not await sites.told_down(connection, site_id, now=now):
        return False
    concerned = troubles.of_site(site_id)
    await troubles.begin(connection, concerned, trouble_of(answer), since=row["down_since"], now=now)
    return True


async def _back(connection: Connection, site_id: int, *, now: datetime) -> bool:
    """A site answers: close the breaker, look at everything at once, and say so where its trouble was told."""
    before = await sites.answered(connection, site_id)
    if before is None or before["down_since"] is None:
        return False
    since = before["down_since"]
    _log.info("site_is_back", site=site_id, seconds=round((now - since).total_seconds()))
    await troubles.look_again(connection, troubles.of_site(site_id), now=now)
    if before["down_told_at"] is None:
        return False
    for trouble in _SITE_TROUBLES:
        await troubles.end(connection, troubles.of_site(site_id), trouble, since=since, now=now)
    return True


async def _account(connection: Connection, account_id: int, looks: _Looks, now: datetime) -> bool:
    said = [look for _, look in looks if look.account_well is not None]
    if not said:
        return False
    scope, concerned = pauses.account_scope(account_id), troubles.of_account(account_id)
    if not said[-1].account_well:
        error = said[-1].error
        await pauses.pause(connection, scope, until=now + LONGEST, reason=error or "")
        if not await accounts.set_state(connection, account_id, state="refused", reason=error):
            return False
        _log.warning("credential_refused", account=account_id, error=error)
        await troubles.begin(connection, concerned, Trouble.ACCESS_LOST, since=now, now=now)
        return True
    if not await accounts.set_state(connection, account_id, state="active", reason=None):
        return False
    _log.info("credential_works_again", account=account_id)
    await pauses.lift(connection, scope)
    await troubles.end(connection, concerned, Trouble.ACCESS_LOST, now=now)
    await troubles.look_again(connection, concerned, now=now)
    return True


async def _pauses(connection: Connection, looks: _Looks, *, now: datetime) -> bool:
    """Confluence asks for a rest, or one is over: each said by one statement, however many long tasks it concerns."""
    asked: dict[str, tuple[Pause, troubles.Which]] = {}
    rested: set[tuple[int, int]] = set()
    for landed, look in looks:
        if landed.account_id is None:
            continue
        if look.pause is not None:
            concerned = _concerned(look.pause.scope, landed.site_id, landed.account_id)
            scope = pauses.confluence_scope(look.pause.scope, site_id=landed.site_id, account_id=landed.account_id)
            if scope not in asked or asked[scope][0].until < look.pause.until:
                asked[scope] = look.pause, concerned
        elif isinstance(landed.answer, Seen) and any(
            isinstance(trouble, TroubleOver) and trouble.trouble is Trouble.RATE_LIMITED for trouble in look.troubles
        ):
            rested.add((landed.site_id, landed.account_id))
    for site_id, account_id in sorted(rested):
        both = troubles.of_both(troubles.of_site(site_id), troubles.of_account(account_id))
        await troubles.end(connection, both, Trouble.RATE_LIMITED, now=now)
    spoken = bool(rested)
    for scope, (pause, concerned) in asked.items():
        await pauses.pause(connection, scope, until=pause.until, reason=pause.reason)
        _log.warning("confluence_asks_for_a_rest", scope=scope, seconds=round((pause.until - now).total_seconds()))
        if pause.until - now >= PAUSE_TOLD:
            await troubles.begin(connection, concerned, Trouble.RATE_LIMITED, since=now, now=now, until=pause.until)
            spoken = True
    return spoken


def _concerned(scope: PauseScope, site_id: int, account_id: int) -> troubles.Which:
    """The long tasks that a 429 speaks of."""
    return {
        PauseScope.APP: troubles.of_all(),
        PauseScope.SITE: troubles.of_site(site_id),
        PauseScope.ACCOUNT: troubles.of_account(account_id),
    }[scope]
