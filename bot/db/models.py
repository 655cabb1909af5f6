"""The tables: what is remembered."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC datetime, on SQLite too, which knows no zones.

    Raises ValueError where a naive datetime is handed in.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone is not stored")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 -- SQLAlchemy's signature
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _time(name: str, **kwargs: Any) -> Column[datetime]:
    return Column(name, UtcDateTime, **kwargs)


def _owned(name: str, target: str, **kwargs: Any) -> Column[int]:
    """A row that goes with the row it belongs to."""
    return Column(name, ForeignKey(target, ondelete="CASCADE"), nullable=False, **kwargs)


def _count(name: str) -> Column[int]:
    return Column(name, Integer, nullable=False, server_default="0")


def _flag(name: str) -> Column[bool]:
    return Column(name, Boolean, nullable=False, server_default=text("false"))


workspaces = Table(
    "workspaces",
    metadata,
    Column("team_id", String(32), primary_key=True),
    Column("enterprise_id", String(32)),
    Column("state", String(16), nullable=False, server_default="active"),
    Column("reason", String(64)),
    # One process at a time delivers for a workspace, so order and rate hold without talk between processes.
    Column("claim_id", String(32)),
    _time("claimed_until"),
    _time("created_at", nullable=False),
)

sites = Table(
    "sites",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("alias", String(64), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("base_url", String(500), nullable=False, unique=True),
    Column("cloud_id", String(64)),
    _count("failures"),
    _time("down_since"),
    _time("down_told_at"),
    _time("probe_at"),
    Column("last_error", String(200)),
)

accounts = Table(
    "accounts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", String(16), nullable=False),  # operator, or person
    Column("team_id", String(32)),
    Column("user_id", String(32)),
    Column("state", String(16), nullable=False, server_default="active"),
    Column("reason", String(64)),
    Column("access_token", LargeBinary),  # encrypted; the operator's credential stays in the environment
    Column("refresh_token", LargeBinary),
    _time("expires_at"),
    Column("refresh_claim_id", String(32)),
    _time("refresh_claimed_until"),
    _time("created_at", nullable=False),
    Index("uq_accounts_person", "kind", "team_id", "user_id", unique=True),
)

account_sites = Table(
    "account_sites",
    metadata,
    _owned("account_id", "accounts.id", primary_key=True),
    _owned("site_id", "sites.id", primary_key=True),
    Column("alias", String(64)),
    Column("scopes", Text),
)

long_tasks = Table(
    "long_tasks",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("site_id", ForeignKey("sites.id"), nullable=False),
    Column("remote_id", String(64), nullable=False),
    Column("kind", String(16), nullable=False, server_default="other"),
    Column("snapshot", Text),  # JSON, bounded, without its findings
    _count("version"),
    Column("samples", Text, nullable=False, server_default="[]"),
    Column("percent", Float),
    Column("outcome", String(24), nullable=False, server_default="following"),
    Column("findings_digest", String(64), nullable=False, server_default=""),
    _count("findings_seq"),
    _count("findings_beyond"),  # found after the bound on kept findings was reached
    _time("due_at"),  # none once it has ended
    Column("claim_id", String(32)),
    _time("claimed_until"),
    _count("failures"),
    _time("failing_since"),
    _count("misses"),
    _time("missed_since"),
    Column("trouble", String(16)),
    _time("trouble_since"),
    _time("created_at", nullable=False),
    _time("checked_at"),
    _time("moved_at"),
    _time("unchanged_since"),
    _time("ended_at"),
    _count("crashes"),
    UniqueConstraint("site_id", "remote_id", name="uq_long_tasks_site_remote"),
    Index(
        "ix_long_tasks_due",
        "site_id",
        "due_at",
        postgresql_where=text("due_at IS NOT NULL"),
        sqlite_where=text("due_at IS NOT NULL"),
    ),
    Index(
        "ix_long_tasks_ended",
        "ended_at",
        postgresql_where=text("ended_at IS NOT NULL"),
        sqlite_where=text("ended_at IS NOT NULL"),
    ),
)

viewers = Table(
    "viewers",
    metadata,
    _owned("long_task_id", "long_tasks.id", primary_key=True),
    Column("account_id", ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True, index=True),
    Column("state", String(16), nullable=False, server_default="ok"),  # ok, refused
    _time("looked_at"),
)

findings = Table(
    "findings",
    metadata,
    _owned("long_task_id", "long_tasks.id", primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("identity", String(32), nullable=False),
    Column("key", String(120), nullable=False),
    Column("severity", String(16), nullable=False),
    Column("args", Text, nullable=False),
    Column("text", String(1000)),
    Column("count", Integer),
    _time("first_seen_at", nullable=False),
    UniqueConstraint("long_task_id", "identity", name="uq_findings_identity"),
)

subscriptions = Table(
    "subscriptions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("long_task_id", ForeignKey("long_tasks.id", ondelete="CASCADE"), nullable=False),
    Column("team_id", ForeignKey("workspaces.team_id", ondelete="CASCADE"), nullable=False),
    Column("channel_id", String(32), nullable=False),
    Column("command_id", Integer),  # the command that asked for it, while that is kept
    Column("owner_id", String(32), nullable=False),
    Column("state", String(16), nullable=False, server_default="starting"),  # following, ended, stopped, lost
    Column("reason", String(64)),
    Column("outcome", String(24), nullable=False, server_default="following"),
    Column("stopped_by", String(32)),
    Column("language", String(16), nullable=False),
    Column("loudness", String(8), nullable=False, server_default="normal"),
    Column("titles", String(8), nullable=False, server_default="shown"),
    Column("thread_ts", String(32)),
    Column("root_ts", String(32)),  # none where the thread is somebody else's
    Column("root_outcome", String(24)),
    Column("root_form", String(16), nullable=False, server_default="blocks"),
    _time("root_not_before"),
    Column("card_ts", String(32)),
    Column("card_shown", String(64)),
    Column("card_percent", Float),
    _time("card_checked_at"),
    _time("card_dirty_since"),
    _time("card_not_before"),
    Column("card_form", String(16), nullable=False, server_default="blocks"),  # plain, milestones
    _flag("card_editing"),  # an edit was begun and its end not seen
    _flag("card_unsure"),  # an edit may still arrive late
    _flag("card_terminal"),  # the end state has been shown
    _count("card_attempts"),  # edits in a row that did not arrive
    _flag("card_reposted"),  # it was deleted once, and posted again
    _time("card_expected_end"),
    _count("told_seq"),
    _time("created_at", nullable=False),
    _time("ended_at"),
    # One thread at a time follows a long task in a channel.
    Index(
        "uq_subscriptions_active",
        "long_task_id",
        "team_id",
        "channel_id",
        unique=True,
        postgresql_where=text("state IN ('starting', 'following')"),
        sqlite_where=text("state IN ('starting', 'following')"),
    ),
    Index("ix_subscriptions_channel", "team_id", "channel_id", "state"),
    Index("ix_subscriptions_owner", "team_id", "owner_id", "state"),
    Index(
        "ix_subscriptions_dirty",
        "team_id",
        "card_dirty_since",
        postgresql_where=text("card_dirty_since IS NOT NULL"),
        sqlite_where=text("card_dirty_since IS NOT NULL"),
    ),
    Index(
        "ix_subscriptions_checked",
        "card_checked_at",
        postgresql_where=text("state = 'following'"),
        sqlite_where=text("state = 'following'"),
    ),
    Index(
        "ix_subscriptions_root",
        "team_id",
        postgresql_where=text("root_outcome <> outcome"),
        sqlite_where=text("root_outcome <> outcome"),
    ),
)

followers = Table(
    "followers",
    metadata,
    _owned("subscription_id", "subscriptions.id", primary_key=True),
    Column("user_id", String(32), primary_key=True),
    Column("account_id", ForeignKey("accounts.id", ondelete="SET NULL")),
    _time("created_at", nullable=False),
)

notices = Table(
    "notices",
    metadata,
    # In the order of this id a thread is told; the marker travels in the message's metadata.
    Column("id", Integer, primary_key=True),
    Column("marker", String(64), nullable=False, unique=True),
    _owned("subscription_id", "subscriptions.id"),
    Column("team_id", ForeignKey("workspaces.team_id", ondelete="CASCADE"), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("facts", Text, nullable=False, server_default="{}"),
    Column("state", String(16), nullable=False, server_default="planned"),  # sending, sent, dropped
    Column("reason", String(64)),
    Column("ts", String(32)),
    Column("form", String(16), nullable=False, server_default="blocks"),
    _flag("may_stand"),  # a post whose end was not seen
    _time("dirty_since"),  # sent, and its wanted text has changed
    _count("attempts"),
    _time("not_before"),
    _time("created_at", nullable=False),
    _time("told_at"),
    Index(
        "ix_notices_untold",
        "team_id",
        "subscription_id",
        "id",
        postgresql_where=text("state IN ('planned', 'sending')"),
        sqlite_where=text("state IN ('planned', 'sending')"),
    ),
    Index(
        "ix_notices_dirty",
        "team_id",
        "dirty_since",
        postgresql_where=text("dirty_since IS NOT NULL"),
        sqlite_where=text("dirty_since IS NOT NULL"),
    ),
    Index("ix_notices_subscription", "subscription_id", "kind"),
)

commands = Table(
    "commands",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("trigger_id", String(200), nullable=False, unique=True),
    Column("team_id", String(32), nullable=False),
    Column("enterprise_id", String(32)),
    Column("channel_id", String(32), nullable=False),
    Column("user_id", String(32), nullable=False),
    Column("user_team_id", String(32)),
    Column("command", String(64), nullable=False),
    Column("text", Text, nullable=False),
    Column("response_url", LargeBinary, nullable=False),  # encrypted
    Column("uses_left", Integer, nullable=False, server_default="5"),
    Column("claim_id", String(32)),
    _time("claimed_until"),
    _count("attempts"),
    _time("created_at", nullable=False, index=True),
    _time("answered_at"),
    Index(
        "ix_commands_unanswered",
        "created_at",
        postgresql_where=text("answered_at IS NULL"),
        sqlite_where=text("answered_at IS NULL"),
    ),
)

pauses = Table(
    "pauses",
    metadata,
    # app, site:ID, account:ID, or slack:TEAM:METHOD
    Column("scope", String(120), primary_key=True),
    _time("until", nullable=False),
    Column("reason", String(64)),
)
