"""Which sites may be asked now, and as whom."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.clients.confluence import Credential, Site
from bot.db import accounts, pauses, sites
from bot.db.engine import Connection

#: a probe that brings no answer is lost after this, and another may be sent; a look takes at most 8 s
PROBE_LASTS = timedelta(seconds=15)


@dataclass(frozen=True, kw_only=True)
class Reach:
    """How the sites are reached: by site id, and the credentials by account id."""

    sites: Mapping[int, Site]
    credentials: Mapping[int, Credential]


class Probe(StrEnum):
    """Why only one look is made."""

    #: the site is down
    SITE = "site"
    #: the account was refused
    ACCOUNT = "account"


@dataclass(frozen=True, kw_only=True)
class Door:
    """A way of asking a site."""

    site_id: int
    #: accounts that are not asked
    resting: frozenset[int]
    #: none: as many looks as are due
    probe: Probe | None = None
    #: the account that a probe is about
    account_id: int | None = None
    #: not asked before this
    not_before: datetime | None = None


async def open_doors(connection: Connection, reach: Reach, *, now: datetime) -> list[Door]:
    """The ways in which sites may be asked now; none to a site that asked for a rest."""
    paused = await pauses.paused(connection, now=now)
    ours = frozenset(reach.credentials)
    resting = frozenset(account for account in ours if pauses.account_scope(account) in paused)
    refused = await accounts.refused(connection) & ours - resting
    doors = []
    for site in await sites.all_sites(connection):
        site_id = site["id"]
        if site_id not in reach.sites or paused.keys() & {"app", f"site:{site_id}"}:
            continue
        if site["down_since"] is not None:
            # As anybody: an account that was refused before the site went down may be the only one there is.
            doors.append(Door(site_id=site_id, resting=resting, probe=Probe.SITE, not_before=site["probe_at"]))
            continue
        doors.append(Door(site_id=site_id, resting=resting | refused))
        doors += [
            Door(site_id=site_id, resting=ours - {account}, probe=Probe.ACCOUNT, account_id=account)
            for account in sorted(refused)
        ]
    return doors


async def may_knock(connection: Connection, door: Door, *, now: datetime) -> bool:
    """Whether this process may send what a door lets through: of several processes one sends the probe."""
    if door.probe is Probe.SITE:
        return await sites.take_probe(connection, door.site_id, now=now, until=now + PROBE_LASTS)
    if door.account_id is not None:
        scope = pauses.account_scope(door.account_id)
        return await pauses.take(connection, scope, until=now + PROBE_LASTS, now=now, reason="probe")
    return True
