"""Circuit breakers: which sites and accounts may be polled now."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.db import accounts, pauses, sites
from bot.db.engine import Connection
from bot.db.rows import SiteRow

#: a probe without a result is given up after this, and another may be sent; a look takes at most 8 s
PROBE_LEASE = timedelta(seconds=15)


class Breaker(StrEnum):
    """The state of the circuit breaker of a site or an account."""

    CLOSED = "closed"  #: poll as many long tasks as are due
    HALF_OPEN = "half-open"  #: one probe at a time finds out whether the site or the account works again
    OPEN = "open"  #: poll nothing before `retry_at`


@dataclass(frozen=True, kw_only=True)
class Permit:
    """What may be polled on one site now, and with which accounts."""

    site_id: int
    breaker: Breaker
    excluded: frozenset[int]  #: accounts that are paused or refused
    #: with HALF_OPEN: the refused account that is probed; None: the site is probed, with any account not excluded
    account_id: int | None = None
    retry_at: datetime | None = None  #: UTC; with OPEN

    @property
    def is_site_probe(self) -> bool:
        """Whether this permits the probe of a site."""
        return self.breaker is Breaker.HALF_OPEN and self.account_id is None

    def accounts(self, viewers: Sequence[int]) -> list[int]:
        """The accounts that may be used, of those that have seen a long task; the one that is probed comes first."""
        allowed = [account_id for account_id in viewers if account_id not in self.excluded]
        return sorted(allowed, key=lambda account_id: account_id != self.account_id)


async def permits(connection: Connection, site_ids: Collection[int], *, now: datetime) -> list[Permit]:
    """What may be polled on some sites, from their failures, the refused accounts and the pauses.

    A site that is not paused has one permit, and one more for each refused account whose probe is due.
    """
    paused = await pauses.paused(connection, now=now)
    if pauses.APP in paused:
        return []
    paused_accounts = pauses.account_ids(paused)
    probes = await accounts.refused(connection)
    refused = frozenset(probes)
    found = []
    for site in await sites.all_sites(connection):
        if site.id not in site_ids or pauses.site_scope(site.id) in paused:
            continue
        if site.down_since is not None:
            # Refused accounts are used as well: the only account may have been refused before the site went down.
            found.append(_site_down(site, excluded=paused_accounts, now=now))
            continue
        found.append(Permit(site_id=site.id, breaker=Breaker.CLOSED, excluded=paused_accounts | refused))
        found += [
            Permit(
                site_id=site.id,
                breaker=Breaker.HALF_OPEN,
                excluded=paused_accounts | (refused - {account_id}),
                account_id=account_id,
            )
            for account_id in sorted(refused - paused_accounts)
            if probes[account_id] <= now
        ]
    return found


def _site_down(site: SiteRow, *, excluded: frozenset[int], now: datetime) -> Permit:
    if site.probe_at is not None and site.probe_at > now:
        return Permit(site_id=site.id, breaker=Breaker.OPEN, excluded=excluded, retry_at=site.probe_at)
    return Permit(site_id=site.id, breaker=Breaker.HALF_OPEN, excluded=excluded)


async def reserve_probe(connection: Connection, permit: Permit, *, now: datetime) -> bool:
    """Reserve the half-open probe; true if this process won it."""
    if permit.account_id is None:
        return await sites.reserve_probe(connection, permit.site_id, now=now, until=now + PROBE_LEASE)
    return await accounts.reserve_probe(connection, permit.account_id, now=now, until=now + PROBE_LEASE)
