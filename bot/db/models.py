"""The tables of the database."""

from typing import Any

import sqlalchemy as sa

from bot.db import slack_models, watch_models  # noqa: F401 -- their tables belong to the same metadata
from bot.db.column_types import count, enum, enum_type, flag, index, maybe_time, metadata, one_of, owned, time
from bot.domain import states
from bot.domain.command import SiteKind
from bot.domain.message_kinds import MessageKind
from bot.domain.snapshot import Kind, Severity


class _Sites(sa.TypedColumns):
    id: sa.Named[int] = sa.Column(primary_key=True)
    alias: sa.Named[str] = sa.Column(sa.String(64), nullable=False)
    kind = enum(SiteKind)
    base_url: sa.Named[str] = sa.Column(sa.String(500), nullable=False, unique=True)
    cloud_id: sa.Named[str | None] = sa.Column(sa.String(64))
    failures = count()
    down_since = maybe_time()
    announced_at = maybe_time()  # since when the threads have a message about it
    probe_at = maybe_time()
    last_error: sa.Named[str | None] = sa.Column(sa.String(200))


sites = sa.Table("sites", metadata, _Sites)


class _Accounts(sa.TypedColumns):
    id: sa.Named[int] = sa.Column(primary_key=True)
    kind = enum(states.AccountKind)
    state = enum(states.AccountState, default=states.AccountState.ACTIVE)
    reason: sa.Named[str | None] = sa.Column(sa.String(64))
    refused_since = maybe_time()  # the first refusal since the credential was last accepted
    refused_probes = count()  # refused probes in a row
    probe_at = maybe_time()  # when a refused account is tried again
    created_at = time()


accounts = sa.Table("accounts", metadata, _Accounts)


class _AccountSites(sa.TypedColumns):
    account_id = owned("accounts.id", primary_key=True)
    site_id = owned("sites.id", primary_key=True, index=True)


account_sites = sa.Table("account_sites", metadata, _AccountSites)


class _LongTasks(sa.TypedColumns):
    id: sa.Named[int] = sa.Column(primary_key=True)
    site_id: sa.Named[int] = sa.Column(sa.ForeignKey("sites.id"), nullable=False)
    remote_id: sa.Named[str] = sa.Column(sa.String(128), nullable=False)
    kind = enum(Kind, default=Kind.OTHER)
    snapshot: sa.Named[str | None] = sa.Column(sa.Text)  # JSON, bounded, without its findings
    samples: sa.Named[str] = sa.Column(sa.Text, nullable=False, server_default="[]")
    percent: sa.Named[float | None] = sa.Column(sa.Float)
    outcome = enum(states.Outcome, default=states.Outcome.FOLLOWING, length=24)
    findings_digest: sa.Named[str] = sa.Column(sa.String(64), nullable=False, server_default="")
    findings_seq = count()
    findings_beyond = count()  # found after the bound on kept findings was reached
    due_at = maybe_time()  # null once it has ended, or nobody follows it
    claim_id: sa.Named[str | None] = sa.Column(sa.String(32))
    claimed_until = maybe_time()
    failures = count()
    failing_since = maybe_time()
    misses = count()
    missed_since = maybe_time()
    trouble: sa.Named[states.Trouble | None] = sa.Column(enum_type(states.Trouble), nullable=True)
    trouble_since = maybe_time()
    created_at = time()
    checked_at = maybe_time()
    asked_at = maybe_time()  # a person asked for a look
    moved_at = maybe_time()
    unchanged_since = maybe_time()
    ended_at = maybe_time()
    crashes = count()


long_tasks = sa.Table(
    "long_tasks",
    metadata,
    _LongTasks,
    sa.UniqueConstraint("site_id", "remote_id", name="uq_long_tasks_site_remote"),
    index("ix_long_tasks_due", "site_id", "due_at", only="due_at IS NOT NULL"),
    index("ix_long_tasks_ended", "ended_at", only="ended_at IS NOT NULL"),
    # How long earlier ones of a kind took.
    index("ix_long_tasks_courses", "site_id", "kind", "ended_at", only="ended_at IS NOT NULL"),
    # Nobody follows them any more, and their end was not seen.
    index("ix_long_tasks_resting", "created_at", only="due_at IS NULL AND ended_at IS NULL"),
    index("ix_long_tasks_trouble", "site_id", only="trouble IS NOT NULL"),
)


class _Viewers(sa.TypedColumns):
    long_task_id = owned("long_tasks.id", primary_key=True)
    account_id = owned("accounts.id", primary_key=True, index=True)
    looked_at = maybe_time()


viewers = sa.Table("viewers", metadata, _Viewers)


class _Findings(sa.TypedColumns):
    long_task_id = owned("long_tasks.id", primary_key=True)
    seq: sa.Named[int] = sa.Column(sa.Integer, primary_key=True, autoincrement=False)
    identity: sa.Named[str] = sa.Column(sa.String(32), nullable=False)
    key: sa.Named[str] = sa.Column(sa.String(120), nullable=False)
    severity = enum(Severity)
    args: sa.Named[str] = sa.Column(sa.Text, nullable=False)
    text: sa.Named[str | None] = sa.Column(sa.String(1000))
    count: sa.Named[int | None] = sa.Column(sa.Integer)
    first_seen_at = time()


findings = sa.Table(
    "findings", metadata, _Findings, sa.UniqueConstraint("long_task_id", "identity", name="uq_findings_identity")
)


class _Subscriptions(sa.TypedColumns):
    id: sa.Named[int] = sa.Column(primary_key=True)
    long_task_id = owned("long_tasks.id")
    team_id: sa.Named[str] = sa.Column(sa.ForeignKey("workspaces.team_id", ondelete="CASCADE"), nullable=False)
    channel_id: sa.Named[str] = sa.Column(sa.String(32), nullable=False)
    command_id: sa.Named[int | None] = sa.Column(sa.Integer)  # the command that asked for it, while that is kept
    # the watch that began it, which has no owner
    watch_id: sa.Named[int | None] = sa.Column(sa.ForeignKey("watches.id", ondelete="SET NULL"))
    owner_id: sa.Named[str | None] = sa.Column(sa.String(32))
    by_script = flag()  # a script asked for it, with the owner's hook
    state = enum(states.SubscriptionState, default=states.SubscriptionState.STARTING)
    reason: sa.Named[str | None] = sa.Column(sa.String(64))
    outcome = enum(states.Outcome, default=states.Outcome.FOLLOWING, length=24)
    stopped_by: sa.Named[str | None] = sa.Column(sa.String(32))
    language: sa.Named[str] = sa.Column(sa.String(16), nullable=False)
    verbosity = enum(states.Verbosity, default=states.Verbosity.NORMAL)
    titles = enum(states.Titles, default=states.Titles.SHOWN)
    label: sa.Named[str | None] = sa.Column(sa.String(80))  # a name that a person gave the long task
    thread_ts: sa.Named[str | None] = sa.Column(sa.String(32))  # null until the root is posted
    is_foreign = flag()  # the thread hangs from a message that is not ours: it has no root of ours
    created_at = time()
    ended_at = maybe_time()


subscriptions = sa.Table(
    "subscriptions",
    metadata,
    _Subscriptions,
    # One thread at a time follows a long task in a channel.
    index(
        "uq_subscriptions_active",
        "long_task_id",
        "team_id",
        "channel_id",
        only="state IN ('starting', 'following')",
        unique=True,
    ),
    # Threads are deleted with their long task, whatever their state.
    sa.Index("ix_subscriptions_long_task", "long_task_id"),
    sa.Index("ix_subscriptions_channel", "team_id", "channel_id", "state"),
    sa.Index("ix_subscriptions_owner", "team_id", "owner_id", "state"),
    index("ix_subscriptions_watch", "watch_id", only="watch_id IS NOT NULL"),
)


class _Followers(sa.TypedColumns):
    subscription_id = owned("subscriptions.id", primary_key=True)
    user_id: sa.Named[str] = sa.Column(sa.String(32), primary_key=True)
    account_id: sa.Named[int | None] = sa.Column(sa.ForeignKey("accounts.id", ondelete="SET NULL"), index=True)
    created_at = time()


followers = sa.Table("followers", metadata, _Followers, sa.Index("ix_followers_user", "user_id"))


class _Messages(sa.TypedColumns):
    # Messages of one owner are posted in the order of this id.
    id: sa.Named[int] = sa.Column(primary_key=True)
    # Travels in the Slack message's metadata.
    marker: sa.Named[str] = sa.Column(sa.String(64), nullable=False, unique=True)
    # The owner's workspace, repeated for the indexes; no foreign key, since a message is deleted with its owner.
    team_id: sa.Named[str] = sa.Column(sa.String(32), nullable=False)
    # At most one of the three; none for a home, which belongs to the person.
    subscription_id: sa.Named[int | None] = sa.Column(sa.ForeignKey("subscriptions.id", ondelete="CASCADE"))
    command_id: sa.Named[int | None] = sa.Column(sa.ForeignKey("commands.id", ondelete="CASCADE"))
    watch_id: sa.Named[int | None] = sa.Column(sa.ForeignKey("watches.id", ondelete="CASCADE"))
    user_id: sa.Named[str | None] = sa.Column(sa.String(32))  # recipient of a direct or private message, or of a home
    kind = enum(MessageKind)
    facts: sa.Named[str] = sa.Column(sa.Text, nullable=False)
    state = enum(states.MessageState, default=states.MessageState.PLANNED)
    reason: sa.Named[str | None] = sa.Column(sa.String(64))
    form = enum(states.MessageForm, default=states.MessageForm.BLOCKS)
    # Null until it is posted; of a home the view's id and hash.
    channel_id: sa.Named[str | None] = sa.Column(sa.String(64))
    ts: sa.Named[str | None] = sa.Column(sa.String(64))
    ambiguous = flag()  # a post whose end was not seen: another copy may be in Slack
    edit_ambiguous = flag()  # an edit whose end was not seen may still arrive
    attempts = count()  # calls in a row that did not go through
    unknown_answers = count()  # error words in a row that no table of the bot names
    not_before = maybe_time()
    created_at = time()
    posted_at = maybe_time()
    # What a message that is kept true shows, and since when that is old.
    shown: sa.Named[str | None] = sa.Column(sa.String(64))  # digest
    shown_percent: sa.Named[float | None] = sa.Column(sa.Float)
    shown_end = maybe_time()
    shown_at = maybe_time()
    stale_since = maybe_time()
    terminal = flag()  # it shows the end


messages = sa.Table(
    "messages",
    metadata,
    _Messages,
    index("ix_messages_waiting", "team_id", "subscription_id", "id", only="state IN ('planned', 'sending')"),
    index("ix_messages_stale", "team_id", "stale_since", only="stale_since IS NOT NULL"),
    index("ix_messages_editing", "team_id", only="state IN ('editing')"),
    sa.Index("ix_messages_subscription", "subscription_id", "kind"),
    sa.Index("ix_messages_command", "command_id"),
    index("ix_messages_watch", "watch_id", only="watch_id IS NOT NULL"),
    index("uq_messages_home", "team_id", "user_id", only="kind IN ('home')", unique=True),
)


class _Commands(sa.TypedColumns):
    id: sa.Named[int] = sa.Column(primary_key=True)
    trigger_id: sa.Named[str] = sa.Column(sa.String(200), nullable=False)  # of a mention the event's id
    team_id: sa.Named[str] = sa.Column(sa.String(32), nullable=False)
    enterprise_id: sa.Named[str | None] = sa.Column(sa.String(32))
    channel_id: sa.Named[str] = sa.Column(sa.String(32), nullable=False)
    user_id: sa.Named[str] = sa.Column(sa.String(32), nullable=False)
    command: sa.Named[str] = sa.Column(sa.String(64), nullable=False)
    text: sa.Named[str] = sa.Column(sa.Text, nullable=False)
    hook: sa.Named[str | None] = sa.Column(sa.String(64))  # hash of the token with which a script called
    # Of a mention or a shortcut: the message it is about, and the thread that this is in, if it is in one.
    message_ts: sa.Named[str | None] = sa.Column(sa.String(32))
    thread_ts: sa.Named[str | None] = sa.Column(sa.String(32))
    response_url: sa.Named[bytes | None] = sa.Column(sa.LargeBinary)  # encrypted; null if there is none
    uses_left: sa.Named[int] = sa.Column(sa.Integer, nullable=False, server_default="5")
    claim_id: sa.Named[str | None] = sa.Column(sa.String(32))
    claimed_until = maybe_time()
    attempts = count()
    looks = count()  # that did not find the long task; the command was put off after each
    not_before = maybe_time()
    created_at = time(index=True)
    answered_at = maybe_time()
    language: sa.Named[str | None] = sa.Column(sa.String(16))  # of its answer
    answer: sa.Named[str | None] = sa.Column(sa.Text)  # JSON: for the script, if its call led to no thread


commands = sa.Table(
    "commands",
    metadata,
    _Commands,
    sa.UniqueConstraint("team_id", "trigger_id", name="uq_commands_trigger"),
    index("ix_commands_unanswered", "created_at", only="answered_at IS NULL"),
)


class _Pauses(sa.TypedColumns):
    # app, site:ID, account:ID, or slack:TEAM:METHOD
    scope: sa.Named[str] = sa.Column(sa.String(120), primary_key=True)
    until = time()
    reason: sa.Named[str | None] = sa.Column(sa.String(64))


pauses = sa.Table("pauses", metadata, _Pauses)

#: a table whose rows are claimed: workspaces, long tasks, commands
Claimable = sa.Table[Any]

#: a subscription follows
is_active = one_of(subscriptions.c.state, states.SubscriptionState.STARTING, states.SubscriptionState.FOLLOWING)
#: a message has still to be posted
is_waiting = one_of(messages.c.state, states.MessageState.PLANNED, states.MessageState.SENDING)
is_editing = one_of(messages.c.state, states.MessageState.EDITING)  #: an edit was begun and its end is not known
