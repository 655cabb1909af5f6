"""Create the first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Only what both this version's code and the one before can bear."""
    op.create_table(
        "accounts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("team_id", sa.String(length=32)),
        sa.Column("user_id", sa.String(length=32)),
        sa.Column("state", sa.String(length=16), server_default="active", nullable=False),
        sa.Column("reason", sa.String(length=64)),
        sa.Column("access_token", sa.LargeBinary()),
        sa.Column("refresh_token", sa.LargeBinary()),
        sa.Column("expires_at", sa.DateTime(timezone=True)),
        sa.Column("refresh_claim_id", sa.String(length=32)),
        sa.Column("refresh_claimed_until", sa.DateTime(timezone=True)),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
    )
    op.create_index("uq_accounts_person", "accounts", ["kind", "team_id", "user_id"], unique=True)
    op.create_table(
        "commands",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("trigger_id", sa.String(length=200), nullable=False),
        sa.Column("team_id", sa.String(length=32), nullable=False),
        sa.Column("enterprise_id", sa.String(length=32)),
        sa.Column("channel_id", sa.String(length=32), nullable=False),
        sa.Column("user_id", sa.String(length=32), nullable=False),
        sa.Column("user_team_id", sa.String(length=32)),
        sa.Column("command", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("response_url", sa.LargeBinary(), nullable=False),
        sa.Column("uses_left", sa.Integer(), server_default="5", nullable=False),
        sa.Column("claim_id", sa.String(length=32)),
        sa.Column("claimed_until", sa.DateTime(timezone=True)),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commands")),
        sa.UniqueConstraint("trigger_id", name=op.f("uq_commands_trigger_id")),
    )
    op.create_index(op.f("ix_commands_created_at"), "commands", ["created_at"])
    op.create_index(
        "ix_commands_unanswered",
        "commands",
        ["created_at"],
        postgresql_where=sa.text("answered_at IS NULL"),
        sqlite_where=sa.text("answered_at IS NULL"),
    )
    op.create_table(
        "pauses",
        sa.Column("scope", sa.String(length=120), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(length=64)),
        sa.PrimaryKeyConstraint("scope", name=op.f("pk_pauses")),
    )
    op.create_table(
        "sites",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("alias", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("base_url", sa.String(length=500), nullable=False),
        sa.Column("cloud_id", sa.String(length=64)),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("down_since", sa.DateTime(timezone=True)),
        sa.Column("down_told_at", sa.DateTime(timezone=True)),
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
        sa.Column("claim_id", sa.String(length=32)),
        sa.Column("claimed_until", sa.DateTime(timezone=True)),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("team_id", name=op.f("pk_workspaces")),
    )
    op.create_table(
        "account_sites",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("alias", sa.String(length=64)),
        sa.Column("scopes", sa.Text()),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_account_sites_account_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_account_sites_site_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("account_id", "site_id", name=op.f("pk_account_sites")),
    )
    op.create_index(op.f("ix_account_sites_site_id"), "account_sites", ["site_id"])
    op.create_table(
        "long_tasks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("remote_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), server_default="other", nullable=False),
        sa.Column("snapshot", sa.Text()),
        sa.Column("version", sa.Integer(), server_default="0", nullable=False),
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
    op.create_index(
        "ix_long_tasks_courses",
        "long_tasks",
        ["site_id", "kind", "ended_at"],
        postgresql_where=sa.text("ended_at IS NOT NULL"),
        sqlite_where=sa.text("ended_at IS NOT NULL"),
    )
    op.create_index(
        "ix_long_tasks_due",
        "long_tasks",
        ["site_id", "due_at"],
        postgresql_where=sa.text("due_at IS NOT NULL"),
        sqlite_where=sa.text("due_at IS NOT NULL"),
    )
    op.create_index(
        "ix_long_tasks_ended",
        "long_tasks",
        ["ended_at"],
        postgresql_where=sa.text("ended_at IS NOT NULL"),
        sqlite_where=sa.text("ended_at IS NOT NULL"),
    )
    op.create_index(
        "ix_long_tasks_resting",
        "long_tasks",
        ["created_at"],
        postgresql_where=sa.text("due_at IS NULL AND ended_at IS NULL"),
        sqlite_where=sa.text("due_at IS NULL AND ended_at IS NULL"),
    )
    op.create_index(
        "ix_long_tasks_trouble",
        "long_tasks",
        ["site_id"],
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
        "subscriptions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("long_task_id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.String(length=32), nullable=False),
        sa.Column("channel_id", sa.String(length=32), nullable=False),
        sa.Column("command_id", sa.Integer()),
        sa.Column("owner_id", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=16), server_default="starting", nullable=False),
        sa.Column("reason", sa.String(length=64)),
        sa.Column("outcome", sa.String(length=24), server_default="following", nullable=False),
        sa.Column("stopped_by", sa.String(length=32)),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("verbosity", sa.String(length=8), server_default="normal", nullable=False),
        sa.Column("titles", sa.String(length=8), server_default="shown", nullable=False),
        sa.Column("thread_ts", sa.String(length=32)),
        sa.Column("root_ts", sa.String(length=32)),
        sa.Column("root_outcome", sa.String(length=24)),
        sa.Column("root_form", sa.String(length=16), server_default="blocks", nullable=False),
        sa.Column("root_not_before", sa.DateTime(timezone=True)),
        sa.Column("card_ts", sa.String(length=32)),
        sa.Column("card_shown", sa.String(length=64)),
        sa.Column("card_percent", sa.Float()),
        sa.Column("card_checked_at", sa.DateTime(timezone=True)),
        sa.Column("card_dirty_since", sa.DateTime(timezone=True)),
        sa.Column("card_not_before", sa.DateTime(timezone=True)),
        sa.Column("card_form", sa.String(length=16), server_default="blocks", nullable=False),
        sa.Column("card_editing", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("card_unsure", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("card_terminal", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("card_attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("card_reposted", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("card_expected_end", sa.DateTime(timezone=True)),
        sa.Column("told_seq", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(
            ["long_task_id"], ["long_tasks.id"], name=op.f("fk_subscriptions_long_task_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["team_id"], ["workspaces.team_id"], name=op.f("fk_subscriptions_team_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscriptions")),
    )
    op.create_index("ix_subscriptions_channel", "subscriptions", ["team_id", "channel_id", "state"])
    op.create_index(
        "ix_subscriptions_checked",
        "subscriptions",
        ["card_checked_at"],
        postgresql_where=sa.text("state = 'following'"),
        sqlite_where=sa.text("state = 'following'"),
    )
    op.create_index(
        "ix_subscriptions_dirty",
        "subscriptions",
        ["team_id", "card_dirty_since"],
        postgresql_where=sa.text("card_dirty_since IS NOT NULL"),
        sqlite_where=sa.text("card_dirty_since IS NOT NULL"),
    )
    op.create_index(
        "ix_subscriptions_editing",
        "subscriptions",
        ["team_id"],
        postgresql_where=sa.text("card_editing"),
        sqlite_where=sa.text("card_editing = 1"),
    )
    op.create_index("ix_subscriptions_long_task", "subscriptions", ["long_task_id"])
    op.create_index("ix_subscriptions_owner", "subscriptions", ["team_id", "owner_id", "state"])
    op.create_index(
        "ix_subscriptions_root",
        "subscriptions",
        ["team_id"],
        postgresql_where=sa.text("root_outcome <> outcome"),
        sqlite_where=sa.text("root_outcome <> outcome"),
    )
    op.create_index(
        "uq_subscriptions_active",
        "subscriptions",
        ["long_task_id", "team_id", "channel_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('starting', 'following')"),
        sqlite_where=sa.text("state IN ('starting', 'following')"),
    )
    op.create_table(
        "viewers",
        sa.Column("long_task_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), server_default="ok", nullable=False),
        sa.Column("looked_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_viewers_account_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["long_task_id"], ["long_tasks.id"], name=op.f("fk_viewers_long_task_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("long_task_id", "account_id", name=op.f("pk_viewers")),
    )
    op.create_index(op.f("ix_viewers_account_id"), "viewers", ["account_id"])
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
    op.create_index(op.f("ix_followers_account_id"), "followers", ["account_id"])
    op.create_index("ix_followers_user", "followers", ["user_id"])
    op.create_table(
        "notices",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("marker", sa.String(length=64), nullable=False),
        sa.Column("subscription_id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("facts", sa.Text(), server_default="{}", nullable=False),
        sa.Column("state", sa.String(length=16), server_default="planned", nullable=False),
        sa.Column("reason", sa.String(length=64)),
        sa.Column("ts", sa.String(length=32)),
        sa.Column("form", sa.String(length=16), server_default="blocks", nullable=False),
        sa.Column("may_stand", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("dirty_since", sa.DateTime(timezone=True)),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True)),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(
            ["subscription_id"], ["subscriptions.id"], name=op.f("fk_notices_subscription_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
        sa.UniqueConstraint("marker", name=op.f("uq_notices_marker")),
    )
    op.create_index(
        "ix_notices_dirty",
        "notices",
        ["team_id", "dirty_since"],
        postgresql_where=sa.text("dirty_since IS NOT NULL"),
        sqlite_where=sa.text("dirty_since IS NOT NULL"),
    )
    op.create_index("ix_notices_subscription", "notices", ["subscription_id", "kind"])
    op.create_index(
        "ix_notices_untold",
        "notices",
        ["team_id", "subscription_id", "id"],
        postgresql_where=sa.text("state IN ('planned', 'sending')"),
        sqlite_where=sa.text("state IN ('planned', 'sending')"),
    )


def downgrade() -> None:
    """Back to an empty database."""
    for table in (
        "notices",
        "followers",
        "viewers",
        "subscriptions",
        "findings",
        "long_tasks",
        "account_sites",
        "workspaces",
        "sites",
        "pauses",
        "commands",
        "accounts",
    ):
        op.drop_table(table)
