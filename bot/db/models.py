"""The tables: what is remembered."""

from sqlalchemy import (
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    literal,
    text,
)

from bot.db.columns import count, flag, index, metadata, one_of, owned, time

workspaces = Table(
    "workspaces",
    metadata,
    Column("team_id", String(32), primary_key=True),
    Column("enterprise_id", String(32)),
    Column("state", String(16), nullable=False, server_default="active"),
    Column("reason", String(64)),
    # One process at a time delivers for a workspace, so order and rate hold without talk between processes.
    Column("claim_id", String(32)),
    time("claimed_until"),
    time("created_at", nullable=False),
)

sites = Table(
    "sites",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("alias", String(64), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("base_url", String(500), nullable=False, unique=True),
    Column("cloud_id", String(64)),
    count("failures"),
    time("down_since"),
    time("down_told_at"),
    time("probe_at"),
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
    time("expires_at"),
    Column("refresh_claim_id", String(32)),
    time("refresh_claimed_until"),
    time("created_at", nullable=False),
    Index("uq_accounts_person", "kind", "team_id", "user_id", unique=True),
)

account_sites = Table(
    "account_sites",
    metadata,
    owned("account_id", "accounts.id", primary_key=True),
    owned("site_id", "sites.id", primary_key=True, index=True),
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
    count("version"),
    Column("samples", Text, nullable=False, server_default="[]"),
    Column("percent", Float),
    Column("outcome", String(24), nullable=False, server_default="following"),
    Column("findings_digest", String(64), nullable=False, server_default=""),
    count("findings_seq"),
    count("findings_beyond"),  # found after the bound on kept findings was reached
    time("due_at"),  # none once it has ended
    Column("claim_id", String(32)),
    time("claimed_until"),
    count("failures"),
    time("failing_since"),
    count("misses"),
    time("missed_since"),
    Column("trouble", String(16)),
    time("trouble_since"),
    time("created_at", nullable=False),
    time("checked_at"),
    time("asked_at"),  # a person asked for a look
    time("moved_at"),
    time("unchanged_since"),
    time("ended_at"),
    count("crashes"),
    UniqueConstraint("site_id", "remote_id", name="uq_long_tasks_site_remote"),
    index("ix_long_tasks_due", "site_id", "due_at", only="due_at IS NOT NULL"),
    index("ix_long_tasks_ended", "ended_at", only="ended_at IS NOT NULL"),
    # How long earlier ones of a kind took.
    index("ix_long_tasks_courses", "site_id", "kind", "ended_at", only="ended_at IS NOT NULL"),
    # Nobody follows them any more, and their end was not seen.
    index("ix_long_tasks_resting", "created_at", only="due_at IS NULL AND ended_at IS NULL"),
    index("ix_long_tasks_trouble", "site_id", only="trouble IS NOT NULL"),
)

viewers = Table(
    "viewers",
    metadata,
    owned("long_task_id", "long_tasks.id", primary_key=True),
    Column("account_id", ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True, index=True),
    Column("state", String(16), nullable=False, server_default="ok"),  # ok, refused
    time("looked_at"),
)

findings = Table(
    "findings",
    metadata,
    owned("long_task_id", "long_tasks.id", primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("identity", String(32), nullable=False),
    Column("key", String(120), nullable=False),
    Column("severity", String(16), nullable=False),
    Column("args", Text, nullable=False),
    Column("text", String(1000)),
    Column("count", Integer),
    time("first_seen_at", nullable=False),
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
    Column("verbosity", String(8), nullable=False, server_default="normal"),
    Column("titles", String(8), nullable=False, server_default="shown"),
    Column("thread_ts", String(32)),
    Column("root_ts", String(32)),  # none where the thread is somebody else's
    Column("root_outcome", String(24)),
    Column("root_form", String(16), nullable=False, server_default="blocks"),
    time("root_not_before"),
    Column("card_ts", String(32)),
    Column("card_shown", String(64)),
    Column("card_percent", Float),
    time("card_checked_at"),
    time("card_dirty_since"),
    time("card_not_before"),
    Column("card_form", String(16), nullable=False, server_default="blocks"),  # plain, milestones
    flag("card_editing"),  # an edit was begun and its end not seen
    flag("card_unsure"),  # an edit may still arrive late
    flag("card_terminal"),  # the end state has been shown
    count("card_attempts"),  # edits in a row that did not arrive
    flag("card_reposted"),  # it was deleted once, and posted again
    time("card_expected_end"),
    count("told_seq"),
    time("created_at", nullable=False),
    time("ended_at"),
    # One thread at a time follows a long task in a channel.
    index(
        "uq_subscriptions_active",
        "long_task_id",
        "team_id",
        "channel_id",
        only="state IN ('starting', 'following')",
        unique=True,
    ),
    # Threads go with their long task, whatever their state.
    Index("ix_subscriptions_long_task", "long_task_id"),
    Index("ix_subscriptions_channel", "team_id", "channel_id", "state"),
    Index("ix_subscriptions_owner", "team_id", "owner_id", "state"),
    index("ix_subscriptions_dirty", "team_id", "card_dirty_since", only="card_dirty_since IS NOT NULL"),
    index("ix_subscriptions_checked", "card_checked_at", only="state = 'following'"),
    index("ix_subscriptions_root", "team_id", only="root_outcome <> outcome"),
    Index(
        "ix_subscriptions_editing",
        "team_id",
        postgresql_where=text("card_editing"),
        sqlite_where=text("card_editing = 1"),  # SQLite's booleans are numbers
    ),
)

followers = Table(
    "followers",
    metadata,
    owned("subscription_id", "subscriptions.id", primary_key=True),
    Column("user_id", String(32), primary_key=True),
    Column("account_id", ForeignKey("accounts.id", ondelete="SET NULL"), index=True),
    time("created_at", nullable=False),
    Index("ix_followers_user", "user_id"),
)

notices = Table(
    "notices",
    metadata,
    # In the order of this id a thread is told; the marker travels in the message's metadata.
    Column("id", Integer, primary_key=True),
    Column("marker", String(64), nullable=False, unique=True),
    owned("subscription_id", "subscriptions.id"),
    # The subscription's, repeated for the indexes; no foreign key, since a notice goes with its subscription.
    Column("team_id", String(32), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("facts", Text, nullable=False, server_default="{}"),
    Column("state", String(16), nullable=False, server_default="planned"),  # sending, sent, dropped
    Column("reason", String(64)),
    Column("ts", String(32)),
    Column("form", String(16), nullable=False, server_default="blocks"),
    flag("may_stand"),  # a post whose end was not seen
    time("dirty_since"),  # sent, and its wanted text has changed
    count("attempts"),
    time("not_before"),
    time("created_at", nullable=False),
    time("told_at"),
    index("ix_notices_untold", "team_id", "subscription_id", "id", only="state IN ('planned', 'sending')"),
    index("ix_notices_dirty", "team_id", "dirty_since", only="dirty_since IS NOT NULL"),
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
    time("claimed_until"),
    count("attempts"),
    time("created_at", nullable=False, index=True),
    time("answered_at"),
    index("ix_commands_unanswered", "created_at", only="answered_at IS NULL"),
)

pauses = Table(
    "pauses",
    metadata,
    # app, site:ID, account:ID, or slack:TEAM:METHOD
    Column("scope", String(120), primary_key=True),
    time("until", nullable=False),
    Column("reason", String(64)),
)


#: states in which a thread still follows
ACTIVE = ("starting", "following")
#: a thread still follows
is_active = one_of(subscriptions.c.state, ACTIVE)
#: a thread follows, and its root stands
is_following = subscriptions.c.state == literal("following", literal_execute=True)
#: a notice has still to be told
is_untold = one_of(notices.c.state, ("planned", "sending"))
