"""Create the first tables."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_26_5"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:  # noqa: PLR0915 -- a statement for each table and its indexes
    """Only what both this version's code and the one before can bear: see migrations/env.py."""
    op.create_table(
        "accounts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), server_default="active", nullable=False),
        sa.Column("reason", sa.String(length=64)),
        sa.Column("refused_since", sa.DateTime(timezone=True)),
        sa.Column("refused_probes", sa.Integer(), server_default="0", nullable=False),
        sa.Column("probe_at", sa.DateTime(timezone=True)),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
    )
    op.create_table(
        "commands",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("trigger_id", sa.String(length=200), nullable=False),
        sa.Column("team_id", sa.String(length=32), nullable=False),
        sa.Column("enterprise_id", sa.String(length=32)),
        sa.Column("channel_id", sa.String(length=32), nullable=False),
        sa.Column("user_id", sa.String(length=32), nullable=False),
        sa.Column("command", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("hook", sa.String(length=64)),
        sa.Column("message_ts", sa.String(length=32)),
        sa.Column("thread_ts", sa.String(length=32)),
        sa.Column("response_url", sa.LargeBinary()),
        sa.Column("uses_left", sa.Integer(), server_default="5", nullable=False),
        sa.Column("claim_id", sa.String(length=32)),
        sa.Column("claimed_until", sa.DateTime(timezone=True)),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("looks", sa.Integer(), server_default="0", nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True)),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True)),
        sa.Column("language", sa.String(length=16)),
        sa.Column("answer", sa.Text()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commands")),
        sa.UniqueConstraint("team_id", "trigger_id", name="uq_commands_trigger"),
    )
    with op.batch_alter_table("commands", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_commands_created_at"), ["created_at"], unique=False)
        batch_op.create_index(
            "ix_commands_unanswered",
            ["created_at"],
            unique=False,
            postgresql_where=sa.text("answered_at IS NULL"),
            sqlite_where=sa.text("answered_at IS NULL"),
        )

    op.create_table(
        "events",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
    )
    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_events_taken_at"), ["taken_at"], unique=False)

    op.create_table(
        "hooks",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("team_id", sa.String(length=32), nullable=False),
        sa.Column("enterprise_id", sa.String(length=32)),
        sa.Column("channel_id", sa.String(length=32), nullable=False),
        sa.Column("maker_id", sa.String(length=32), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True)),
        sa.Column("allowed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("calls", sa.Text(), server_default="[]", nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_hooks")),
        sa.UniqueConstraint("team_id", "channel_id", name="uq_hooks_channel"),
    )
    op.create_table(
        "pauses",
        sa.Column("scope", sa.String(length=120), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(length=64)),
        sa.PrimaryKeyConstraint("scope", name=op.f("pk_pauses")),
    )
    op.create_table(
        "people",
        sa.Column("team_id", sa.String(length=32), nullable=False),
        sa.Column("user_id", sa.String(length=32), nullable=False),
        sa.Column("membership", sa.String(length=16), nullable=False),
        sa.Column("is_admin", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("locale", sa.String(length=32)),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("language", sa.String(length=16)),
        sa.PrimaryKeyConstraint("team_id", "user_id", name=op.f("pk_people")),
    )
    with op.batch_alter_table("people", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_people_asked_at"), ["asked_at"], unique=False)

    op.create_table(
        "sites",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("alias", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("base_url", sa.String(length=500), nullable=False),
        sa.Column("cloud_id", sa.String(length=64)),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("down_since", sa.DateTime(timezone=True)),
        sa.Column("announced_at", sa.DateTime(timezone=True)),
        sa.Column("probe_at", sa.DateTime(timezone=True)),
        sa.Column("last_error", sa.String(length=200)),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sites")),
        sa.UniqueConstraint("base_url", name=op.f("uq_sites_base_url")),
    )
    op.create_table(
        "workspaces",
        sa.Column("team_id", sa.String(length=32), nullable=False),
        sa.Column("enterprise_id", sa.String(length=32)),
        sa.Column("state", sa.String(length=16), server_default="active", nullable=False),
        sa.Column("reason", sa.String(length=64)),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True)),
        sa.Column("claim_id", sa.String(length=32)),
        sa.Column("claimed_until", sa.DateTime(timezone=True)),
        sa.Column("channels_listed_at", sa.DateTime(timezone=True)),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("team_id", name=op.f("pk_workspaces")),
    )
    op.create_table(
        "channels",
        sa.Column("team_id", sa.String(length=32), nullable=False),
        sa.Column("channel_id", sa.String(length=32), nullable=False),
        sa.Column("sharing", sa.String(length=16)),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("language", sa.String(length=16)),
        sa.Column("verbosity", sa.String(length=16), server_default="normal", nullable=False),
        sa.Column("titles", sa.String(length=16), server_default="shown", nullable=False),
        sa.Column("broadcasts", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("mentions_here", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("editors", sa.String(length=16), server_default="admins", nullable=False),
        sa.PrimaryKeyConstraint("team_id", "channel_id", name=op.f("pk_channels")),
    )
    op.create_table(
        "account_sites",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_account_sites_account_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_account_sites_site_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("account_id", "site_id", name=op.f("pk_account_sites")),
    )
    with op.batch_alter_table("account_sites", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_account_sites_site_id"), ["site_id"], unique=False)

    op.create_table(
        "long_tasks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("remote_id", sa.String(length=128), nullable=False),
        sa.Column("kind", sa.String(length=16), server_default="other", nullable=False),
        sa.Column("snapshot", sa.Text()),
        sa.Column("samples", sa.Text(), server_default="[]", nullable=False),
        sa.Column("percent", sa.Float()),
        sa.Column("outcome", sa.String(length=24), server_default="following", nullable=False),
        sa.Column("findings_digest", sa.String(length=64), server_default="", nullable=False),
        sa.Column("findings_seq", sa.Integer(), server_default="0", nullable=False),
        sa.Column("findings_beyond", sa.Integer(), server_default="0", nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True)),
        sa.Column("claim_id", sa.String(length=32)),
        sa.Column("claimed_until", sa.DateTime(timezone=True)),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("failing_since", sa.DateTime(timezone=True)),
        sa.Column("misses", sa.Integer(), server_default="0", nullable=False),
        sa.Column("missed_since", sa.DateTime(timezone=True)),
        sa.Column("trouble", sa.String(length=16)),
        sa.Column("trouble_since", sa.DateTime(timezone=True)),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True)),
        sa.Column("asked_at", sa.DateTime(timezone=True)),
        sa.Column("moved_at", sa.DateTime(timezone=True)),
        sa.Column("unchanged_since", sa.DateTime(timezone=True)),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column("crashes", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_long_tasks_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_long_tasks")),
        sa.UniqueConstraint("site_id", "remote_id", name="uq_long_tasks_site_remote"),
    )
    with op.batch_alter_table("long_tasks", schema=None) as batch_op:
        batch_op.create_index(
            "ix_long_tasks_courses",
            ["site_id", "kind", "ended_at"],
            unique=False,
            postgresql_where=sa.text("ended_at IS NOT NULL"),
            sqlite_where=sa.text("ended_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_long_tasks_due",
            ["site_id", "due_at"],
            unique=False,
            postgresql_where=sa.text("due_at IS NOT NULL"),
            sqlite_where=sa.text("due_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_long_tasks_ended",
            ["ended_at"],
            unique=False,
            postgresql_where=sa.text("ended_at IS NOT NULL"),
            sqlite_where=sa.text("ended_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_long_tasks_resting",
            ["created_at"],
            unique=False,
            postgresql_where=sa.text("due_at IS NULL AND ended_at IS NULL"),
            sqlite_where=sa.text("due_at IS NULL AND ended_at IS NULL"),
        )
        batch_op.create_index(
            "ix_long_tasks_trouble",
            ["site_id"],
            unique=False,
            postgresql_where=sa.text("trouble IS NOT NULL"),
            sqlite_where=sa.text("trouble IS NOT NULL"),
        )

    op.create_table(
        "findings",
        sa.Column("long_task_id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("identity", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("severity", sa.String(length=16), nullable=False),
        sa.Column("args", sa.Text(), nullable=False),
        sa.Column("text", sa.String(length=1000)),
        sa.Column("count", sa.Integer()),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["long_task_id"], ["long_tasks.id"], name=op.f("fk_findings_long_task_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("long_task_id", "seq", name=op.f("pk_findings")),
        sa.UniqueConstraint("long_task_id", "identity", name="uq_findings_identity"),
    )
    op.create_table(
        "site_lists",
        sa.Column("site_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("listed_at", sa.DateTime(timezone=True)),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("claim_id", sa.String(length=32)),
        sa.Column("claimed_until", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_site_lists_site_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("site_id", name=op.f("pk_site_lists")),
    )
    op.create_table(
        "listed_tasks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("remote_id", sa.String(length=128), nullable=False),
        sa.Column("snapshot", sa.Text(), nullable=False),
        sa.Column("first_listed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_listed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_listed_tasks_site_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listed_tasks")),
        sa.UniqueConstraint("site_id", "remote_id", name="uq_listed_tasks_site_remote"),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("listed_tasks", schema=None) as batch_op:
        batch_op.create_index("ix_listed_tasks_last", ["site_id", "last_listed_at"], unique=False)

    op.create_table(
        "watches",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.String(length=32), nullable=False),
        sa.Column("channel_id", sa.String(length=32), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("command_id", sa.Integer()),
        sa.Column("maker_id", sa.String(length=32), nullable=False),
        sa.Column("kinds", sa.String(length=80), nullable=False),
        sa.Column("verbosity", sa.String(length=16), server_default="normal", nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), server_default="watching", nullable=False),
        sa.Column("ended_by", sa.String(length=32)),
        sa.Column("handled", sa.Integer(), nullable=False),
        sa.Column("passed_over", sa.Integer(), server_default="0", nullable=False),
        sa.Column("gathering_since", sa.DateTime(timezone=True)),
        sa.Column("thread_ts", sa.String(length=32)),
        sa.Column("claim_id", sa.String(length=32)),
        sa.Column("claimed_until", sa.DateTime(timezone=True)),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_watches_site_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["team_id"], ["workspaces.team_id"], name=op.f("fk_watches_team_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watches")),
    )
    with op.batch_alter_table("watches", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_watches_site_id"), ["site_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_watches_team_id"), ["team_id"], unique=False)
        batch_op.create_index(
            "uq_watches_active",
            ["team_id", "channel_id", "site_id"],
            unique=True,
            postgresql_where=sa.text("state IN ('watching')"),
            sqlite_where=sa.text("state IN ('watching')"),
        )

    op.create_table(
        "gathered_tasks",
        sa.Column("watch_id", sa.Integer(), nullable=False),
        sa.Column("remote_id", sa.String(length=128), nullable=False),
        sa.Column("snapshot", sa.Text(), nullable=False),
        sa.Column("gathered_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["watch_id"], ["watches.id"], name=op.f("fk_gathered_tasks_watch_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("watch_id", "remote_id", name=op.f("pk_gathered_tasks")),
    )
    op.create_table(
        "subscriptions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("long_task_id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.String(), nullable=False),
        sa.Column("channel_id", sa.String(length=32), nullable=False),
        sa.Column("command_id", sa.Integer()),
        sa.Column("watch_id", sa.Integer()),
        sa.Column("owner_id", sa.String(length=32)),
        sa.Column("by_script", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("state", sa.String(length=16), server_default="starting", nullable=False),
        sa.Column("reason", sa.String(length=64)),
        sa.Column("outcome", sa.String(length=24), server_default="following", nullable=False),
        sa.Column("stopped_by", sa.String(length=32)),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("verbosity", sa.String(length=16), server_default="normal", nullable=False),
        sa.Column("titles", sa.String(length=16), server_default="shown", nullable=False),
        sa.Column("label", sa.String(length=80)),
        sa.Column("thread_ts", sa.String(length=32)),
        sa.Column("is_foreign", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(
            ["long_task_id"], ["long_tasks.id"], name=op.f("fk_subscriptions_long_task_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["team_id"], ["workspaces.team_id"], name=op.f("fk_subscriptions_team_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["watch_id"], ["watches.id"], name=op.f("fk_subscriptions_watch_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscriptions")),
    )
    with op.batch_alter_table("subscriptions", schema=None) as batch_op:
        batch_op.create_index("ix_subscriptions_channel", ["team_id", "channel_id", "state"], unique=False)
        batch_op.create_index("ix_subscriptions_long_task", ["long_task_id"], unique=False)
        batch_op.create_index("ix_subscriptions_owner", ["team_id", "owner_id", "state"], unique=False)
        batch_op.create_index(
            "ix_subscriptions_watch",
            ["watch_id"],
            unique=False,
            postgresql_where=sa.text("watch_id IS NOT NULL"),
            sqlite_where=sa.text("watch_id IS NOT NULL"),
        )
        batch_op.create_index(
            "uq_subscriptions_active",
            ["long_task_id", "team_id", "channel_id"],
            unique=True,
            postgresql_where=sa.text("state IN ('starting', 'following')"),
            sqlite_where=sa.text("state IN ('starting', 'following')"),
        )

    op.create_table(
        "viewers",
        sa.Column("long_task_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("looked_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_viewers_account_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["long_task_id"], ["long_tasks.id"], name=op.f("fk_viewers_long_task_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("long_task_id", "account_id", name=op.f("pk_viewers")),
    )
    with op.batch_alter_table("viewers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_viewers_account_id"), ["account_id"], unique=False)

    op.create_table(
        "followers",
        sa.Column("subscription_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.String(length=32), nullable=False),
        sa.Column("account_id", sa.Integer()),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_followers_account_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["subscription_id"], ["subscriptions.id"], name=op.f("fk_followers_subscription_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("subscription_id", "user_id", name=op.f("pk_followers")),
    )
    with op.batch_alter_table("followers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_followers_account_id"), ["account_id"], unique=False)
        batch_op.create_index("ix_followers_user", ["user_id"], unique=False)

    op.create_table(
        "messages",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("marker", sa.String(length=64), nullable=False),
        sa.Column("team_id", sa.String(length=32), nullable=False),
        sa.Column("subscription_id", sa.Integer()),
        sa.Column("command_id", sa.Integer()),
        sa.Column("watch_id", sa.Integer()),
        sa.Column("user_id", sa.String(length=32)),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), server_default="planned", nullable=False),
        sa.Column("reason", sa.String(length=64)),
        sa.Column("form", sa.String(length=16), server_default="blocks", nullable=False),
        sa.Column("channel_id", sa.String(length=64)),
        sa.Column("ts", sa.String(length=64)),
        sa.Column("ambiguous", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("edit_ambiguous", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("unknown_answers", sa.Integer(), server_default="0", nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True)),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("posted_at", sa.DateTime(timezone=True)),
        sa.Column("shown", sa.String(length=64)),
        sa.Column("shown_percent", sa.Float()),
        sa.Column("shown_end", sa.DateTime(timezone=True)),
        sa.Column("shown_at", sa.DateTime(timezone=True)),
        sa.Column("stale_since", sa.DateTime(timezone=True)),
        sa.Column("terminal", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(
            ["command_id"], ["commands.id"], name=op.f("fk_messages_command_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["watch_id"], ["watches.id"], name=op.f("fk_messages_watch_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["subscription_id"], ["subscriptions.id"], name=op.f("fk_messages_subscription_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
        sa.UniqueConstraint("marker", name=op.f("uq_messages_marker")),
    )
    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.create_index("ix_messages_command", ["command_id"], unique=False)
        batch_op.create_index(
            "ix_messages_editing",
            ["team_id"],
            unique=False,
            postgresql_where=sa.text("state IN ('editing')"),
            sqlite_where=sa.text("state IN ('editing')"),
        )
        batch_op.create_index(
            "ix_messages_stale",
            ["team_id", "stale_since"],
            unique=False,
            postgresql_where=sa.text("stale_since IS NOT NULL"),
            sqlite_where=sa.text("stale_since IS NOT NULL"),
        )
        batch_op.create_index("ix_messages_subscription", ["subscription_id", "kind"], unique=False)
        batch_op.create_index(
            "ix_messages_watch",
            ["watch_id"],
            unique=False,
            postgresql_where=sa.text("watch_id IS NOT NULL"),
            sqlite_where=sa.text("watch_id IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_messages_waiting",
            ["team_id", "subscription_id", "id"],
            unique=False,
            postgresql_where=sa.text("state IN ('planned', 'sending')"),
            sqlite_where=sa.text("state IN ('planned', 'sending')"),
        )
        batch_op.create_index(
            "uq_messages_home",
            ["team_id", "user_id"],
            unique=True,
            postgresql_where=sa.text("kind IN ('home')"),
            sqlite_where=sa.text("kind IN ('home')"),
        )


def downgrade() -> None:
    """Back to an empty database."""
    for table in (
        "messages",
        "followers",
        "viewers",
        "subscriptions",
        "gathered_tasks",
        "watches",
        "listed_tasks",
        "site_lists",
        "findings",
        "long_tasks",
        "account_sites",
        "channels",
        "workspaces",
        "sites",
        "people",
        "pauses",
        "hooks",
        "events",
        "commands",
        "accounts",
    ):
        op.drop_table(table)
