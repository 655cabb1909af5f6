"""The tables of what Slack says: who people are, who reads a channel, which events were taken."""

import sqlalchemy as sa

from bot.db.column_types import enum, enum_type, flag, metadata, time
from bot.domain import states


class _People(sa.TypedColumns):
    team_id: sa.Named[str] = sa.Column(sa.String(32), primary_key=True)
    user_id: sa.Named[str] = sa.Column(sa.String(32), primary_key=True)
    membership = enum(states.Membership)
    is_admin = flag()
    locale: sa.Named[str | None] = sa.Column(sa.String(32))
    asked_at = time(index=True)  # when Slack said so


people = sa.Table("people", metadata, _People)


class _Channels(sa.TypedColumns):
    team_id: sa.Named[str] = sa.Column(sa.String(32), primary_key=True)
    channel_id: sa.Named[str] = sa.Column(sa.String(32), primary_key=True)
    sharing: sa.Named[states.Sharing | None] = sa.Column(enum_type(states.Sharing))  # null: to be asked
    asked_at = time()


channels = sa.Table("channels", metadata, _Channels)


class _Events(sa.TypedColumns):
    id: sa.Named[str] = sa.Column(sa.String(64), primary_key=True)  # Slack's, unique over all workspaces
    taken_at = time(index=True)


events = sa.Table("events", metadata, _Events)
