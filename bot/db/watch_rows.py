"""Rows about watching a site, as frozen structs."""

from datetime import datetime

from msgspec import Struct

from bot.domain.states import Verbosity, WatchState


class WatchRow(Struct, frozen=True):
    """One channel's watch of a site."""

    id: int
    team_id: str
    channel_id: str
    site_id: int
    command_id: int | None
    maker_id: str  #: empty once what is stored of them was deleted, which ends the watch
    kinds: str  #: read by `watches.kinds_of`
    verbosity: Verbosity
    language: str
    state: WatchState
    ended_by: str | None
    handled: int
    passed_over: int
    gathering_since: datetime | None
    thread_ts: str | None
    created_at: datetime
    ended_at: datetime | None


class ListedTaskRow(Struct, frozen=True):
    """A long task that a list has named."""

    id: int
    site_id: int
    remote_id: str
    snapshot: str  #: JSON, as it was first listed; read by `long_tasks.readable_snapshot`
    first_listed_at: datetime
