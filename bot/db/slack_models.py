"""The tables of what is known of Slack: workspaces, people, channels with their settings, events that were taken."""

import sqlalchemy as sa

from bot.db.column_types import count, enum, enum_type, flag, maybe_time, metadata, time
from bot.domain import states


class _Workspaces(sa.TypedColumns):
    team_id: sa.Named[str] = sa.Column(sa.String(32), primary_key=True)
    enterprise_id: sa.Named[str | None] = sa.Column(sa.String(32))
    state = enum(states.WorkspaceState, default=states.WorkspaceState.ACTIVE)
    reason: sa.Named[str | None] = sa.Column(sa.String(64))
    tries = count()  # in a row for which Slack refused the token
    next_try_at = maybe_time()  # null while it is active
    # One process at a time delivers for a workspace, so order and rate hold without talk between processes.
    claim_id: sa.Named[str | None] = sa.Column(sa.String(32))
    claimed_until = maybe_time()
    channels_listed_at = maybe_time()
    created_at = time()


workspaces = sa.Table("workspaces", metadata, _Workspaces)


class _People(sa.TypedColumns):
    team_id: sa.Named[str] = sa.Column(sa.String(32), primary_key=True)
    user_id: sa.Named[str] = sa.Column(sa.String(32), primary_key=True)
    membership = enum(states.Membership)
    is_admin = flag()
    locale: sa.Named[str | None] = sa.Column(sa.String(32))
    asked_at = time(index=True)  # when Slack said so
    language: sa.Named[str | None] = sa.Column(sa.String(16))  # chosen here; null: the locale counts


people = sa.Table("people", metadata, _People)


class _Channels(sa.TypedColumns):
    team_id: sa.Named[str] = sa.Column(sa.String(32), primary_key=True)
    channel_id: sa.Named[str] = sa.Column(sa.String(32), primary_key=True)
    sharing: sa.Named[states.Sharing | None] = sa.Column(enum_type(states.Sharing))  # null: to be asked
    asked_at = time()
    # What people have set.
    language: sa.Named[str | None] = sa.Column(sa.String(16))
    verbosity = enum(states.Verbosity, default=states.Verbosity.NORMAL)
    titles = enum(states.Titles, default=states.Titles.SHOWN)
    broadcasts = flag()
    mentions_here = flag()
    editors = enum(states.Editors, default=states.Editors.ADMINS)


channels = sa.Table("channels", metadata, _Channels)


class _Events(sa.TypedColumns):
    id: sa.Named[str] = sa.Column(sa.String(64), primary_key=True)  # Slack's, unique over all workspaces
    taken_at = time(index=True)


events = sa.Table("events", metadata, _Events)
