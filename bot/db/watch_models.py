"""The tables of watching a site: its lists, what they name, and which channels watch it."""

import sqlalchemy as sa

from bot.db.column_types import count, enum, index, maybe_time, metadata, owned, time
from bot.domain import states


class _SiteLists(sa.TypedColumns):
    site_id = owned("sites.id", primary_key=True, autoincrement=False)
    due_at = time()
    listed_at = maybe_time()  # the last list that Confluence gave
    failures = count()  # lists in a row that it did not give
    claim_id: sa.Named[str | None] = sa.Column(sa.String(32))
    claimed_until = maybe_time()


site_lists = sa.Table("site_lists", metadata, _SiteLists)


class _ListedTasks(sa.TypedColumns):
    # Watches remember up to which of these they have come, so a number is never given twice.
    id: sa.Named[int] = sa.Column(primary_key=True)
    site_id = owned("sites.id")
    remote_id: sa.Named[str] = sa.Column(sa.String(128), nullable=False)
    snapshot: sa.Named[str] = sa.Column(sa.Text, nullable=False)  # JSON, as it was first listed
    first_listed_at = time()
    last_listed_at = time()


listed_tasks = sa.Table(
    "listed_tasks",
    metadata,
    _ListedTasks,
    sa.UniqueConstraint("site_id", "remote_id", name="uq_listed_tasks_site_remote"),
    sa.Index("ix_listed_tasks_last", "site_id", "last_listed_at"),
    sqlite_autoincrement=True,
)


class _Watches(sa.TypedColumns):
    id: sa.Named[int] = sa.Column(primary_key=True)
    team_id: sa.Named[str] = sa.Column(
        sa.String(32), sa.ForeignKey("workspaces.team_id", ondelete="CASCADE"), nullable=False, index=True
    )
    channel_id: sa.Named[str] = sa.Column(sa.String(32), nullable=False)
    site_id = owned("sites.id", index=True)
    command_id: sa.Named[int | None] = sa.Column(sa.Integer)  # the command that asked for it, while that is kept
    maker_id: sa.Named[str] = sa.Column(sa.String(32), nullable=False)
    kinds: sa.Named[str] = sa.Column(sa.String(80), nullable=False)  # separated by spaces; empty: of every kind
    verbosity = enum(states.Verbosity, default=states.Verbosity.NORMAL)
    language: sa.Named[str] = sa.Column(sa.String(16), nullable=False)
    state = enum(states.WatchState, default=states.WatchState.WATCHING)
    ended_by: sa.Named[str | None] = sa.Column(sa.String(32))
    handled: sa.Named[int] = sa.Column(sa.Integer, nullable=False)  # id of the last listed task that was dealt with
    passed_over = count()  # long tasks of unknown kind that it did not follow
    gathering_since = maybe_time()  # while so many begin that they get no thread each
    thread_ts: sa.Named[str | None] = sa.Column(sa.String(32))  # null until its root is posted
    claim_id: sa.Named[str | None] = sa.Column(sa.String(32))
    claimed_until = maybe_time()
    created_at = time()
    ended_at = maybe_time()


watches = sa.Table(
    "watches",
    metadata,
    _Watches,
    # One watch at a time of a site in a channel.
    index("uq_watches_active", "team_id", "channel_id", "site_id", only="state IN ('watching')", unique=True),
)


class _GatheredTasks(sa.TypedColumns):
    watch_id = owned("watches.id", primary_key=True)
    remote_id: sa.Named[str] = sa.Column(sa.String(128), primary_key=True)
    snapshot: sa.Named[str] = sa.Column(sa.Text, nullable=False)  # JSON
    gathered_at = time()


gathered_tasks = sa.Table("gathered_tasks", metadata, _GatheredTasks)
