"""The tables about Slack: workspaces, people, channels and their settings, hooks, what was taken already."""

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


class _Hooks(sa.TypedColumns):
    token_hash: sa.Named[str] = sa.Column(sa.String(64), primary_key=True)  # SHA-256, hexadecimal
    team_id: sa.Named[str] = sa.Column(sa.String(32), nullable=False)
    enterprise_id: sa.Named[str | None] = sa.Column(sa.String(32))
    # The user id of its maker stands for their direct messages with the bot.
    channel_id: sa.Named[str] = sa.Column(sa.String(32), nullable=False)
    maker_id: sa.Named[str] = sa.Column(sa.String(32), nullable=False)
    created_at = time()
    last_used_at = maybe_time()
    allowed_at = time()  # when Slack last said that its maker may use it there
    calls: sa.Named[str] = sa.Column(sa.Text, nullable=False, server_default="[]")  # JSON: times of the last minute


hooks = sa.Table("hooks", metadata, _Hooks, sa.UniqueConstraint("team_id", "channel_id", name="uq_hooks_channel"))


class _Events(sa.TypedColumns):
    id: sa.Named[str] = sa.Column(sa.String(64), primary_key=True)  # Slack's, or made from a trigger
    taken_at = time(index=True)


events = sa.Table("events", metadata, _Events)
