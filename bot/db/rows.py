"""Rows of the database as frozen structs; what a query returns outside `bot.db`."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeVar

from msgspec import Struct
from sqlalchemy import Column, Table

from bot.domain.command import SiteKind
from bot.domain.message_facts import Facts
from bot.domain.message_kinds import CommandOwner, MessageKind, Owner, PersonOwner, SubscriptionOwner, WatchOwner
from bot.domain.snapshot import Kind
from bot.domain.states import (
    AccountState,
    MessageForm,
    MessageState,
    Outcome,
    SubscriptionState,
    Titles,
    Verbosity,
    WorkspaceState,
)
from bot.domain.task_state import TaskHistory

T = TypeVar("T", bound=Struct)


def columns(row: type[Struct], *tables: Table[Any]) -> list[Column[Any]]:
    """The columns for a struct's fields, in its order, each of the first table that has it."""
    return [next(table.c[name] for table in tables if name in table.c) for name in row.__struct_fields__]


def build(row: type[T], values: Sequence[Any]) -> T:
    """A struct from the values of its columns, in its order."""
    return row(**dict(zip(row.__struct_fields__, values, strict=True)))


class WorkspaceRow(Struct, frozen=True):
    """One Slack workspace."""

    team_id: str
    enterprise_id: str | None
    state: WorkspaceState
    tries: int
    next_try_at: datetime | None


class SiteRow(Struct, frozen=True):
    """One Confluence site."""

    id: int
    alias: str
    kind: SiteKind
    base_url: str
    cloud_id: str | None
    failures: int
    down_since: datetime | None
    announced_at: datetime | None
    probe_at: datetime | None
    last_error: str | None


class AccountRow(Struct, frozen=True):
    """One credential for Confluence."""

    id: int
    state: AccountState
    refused_since: datetime | None
    refused_probes: int
    probe_at: datetime | None


class DueRow(Struct, frozen=True):
    """A long task that has been claimed, as far as a look needs it."""

    id: int
    site_id: int
    remote_id: str
    findings_digest: str
    due_at: datetime


class LongTaskRow(TaskHistory, frozen=True, kw_only=True):
    """One long task of one site. `snapshot` and `samples` are JSON; `long_tasks.task_state` reads them."""

    id: int
    site_id: int
    remote_id: str
    created_at: datetime
    kind: Kind
    snapshot: str | None
    samples: str
    percent: float | None
    findings_digest: str
    findings_seq: int
    findings_beyond: int
    due_at: datetime | None
    claim_id: str | None


class SubscriptionRow(Struct, frozen=True):
    """One thread that follows one long task."""

    id: int
    long_task_id: int
    team_id: str
    channel_id: str
    command_id: int | None
    watch_id: int | None
    owner_id: str | None  #: None: a watch began it and nobody has asked to be notified yet, or it was deleted
    by_script: bool  #: a script asked for it, with the owner's hook
    state: SubscriptionState
    outcome: Outcome
    stopped_by: str | None
    language: str
    verbosity: Verbosity
    titles: Titles
    label: str | None
    thread_ts: str | None
    is_foreign: bool  #: the thread hangs from a message that is not ours
    created_at: datetime
    ended_at: datetime | None

    @property
    def is_active(self) -> bool:
        """Whether the thread still follows."""
        return self.state in (SubscriptionState.STARTING, SubscriptionState.FOLLOWING)


class ThreadRow(Struct, frozen=True):
    """A subscription with the long task it follows and the address of its site."""

    subscription: SubscriptionRow
    task: LongTaskRow
    site_base_url: str


class CommandRow(Struct, frozen=True):
    """One slash command, shortcut, mention or hook call as it came in."""

    id: int
    trigger_id: str  #: by which Slack opens a modal within three seconds; of a mention the event's id
    team_id: str
    enterprise_id: str | None
    channel_id: str
    user_id: str
    command: str
    text: str
    hook: str | None  #: hash of the token with which a script called; None for a person's command
    message_ts: str | None  #: of the message that a mention or a shortcut is about; None for a slash command
    thread_ts: str | None  #: of the thread that this message is in; None if it is in none
    response_url: bytes | None
    uses_left: int
    claim_id: str | None
    attempts: int
    looks: int
    created_at: datetime
    language: str | None


class HookRow(Struct, frozen=True):
    """An address with which scripts start to follow in a channel."""

    token_hash: str
    team_id: str
    enterprise_id: str | None
    channel_id: str  #: a user id for the direct messages between that person and the bot
    maker_id: str
    created_at: datetime
    last_used_at: datetime | None
    allowed_at: datetime  #: when Slack last said that its maker may use it there
    calls: tuple[datetime, ...]  #: of the last minute, oldest first


class Address(Struct, frozen=True):
    """Where a message is in Slack; of a home the id of the view, and its hash."""

    channel_id: str
    ts: str


class Shows(Struct, frozen=True, kw_only=True):
    """What a message that is kept true shows."""

    digest: str  #: of the rendered message
    percent: float | None = None  #: 0 to 100
    end: datetime | None = None  #: expected end (UTC)
    terminal: bool = False  #: whether it shows the end of the long task


class MessageRow(Struct, frozen=True):
    """One message of the bot, posted or still to be posted."""

    id: int
    marker: str
    team_id: str
    owner: Owner
    user_id: str | None
    kind: MessageKind
    facts: Facts
    state: MessageState
    reason: str | None
    form: MessageForm
    address: Address | None
    ambiguous: bool
    edit_ambiguous: bool
    attempts: int
    unknown_answers: int
    created_at: datetime
    shown: str | None
    shown_percent: float | None
    shown_end: datetime | None
    stale_since: datetime | None
    terminal: bool


class WaitingRow(Struct, frozen=True):
    """A message that has still to be posted, as far as choosing the next one needs it."""

    id: int
    owner: Owner
    kind: MessageKind
    facts: Facts | None  #: None if what is stored does not read
    state: MessageState
    ambiguous: bool  #: an earlier try may be in Slack
    user_id: str | None
    not_before: datetime | None
    created_at: datetime
    channel_id: str  #: where it is to be posted
    rank: int  #: of the most urgent message that waits in its thread; for a message to a person, of those


class StaleRow(Struct, frozen=True):
    """A message that shows something old, as far as choosing the next edit needs it."""

    id: int
    owner: Owner
    kind: MessageKind
    form: MessageForm
    channel_id: str
    outcome: Outcome
    stale_since: datetime
    not_before: datetime | None
    shown_at: datetime | None  #: when it was last posted or edited; None if what it shows is not known
    change: float  #: percent points between what is shown and what is true


class StaleHomeRow(Struct, frozen=True):
    """A home that is to be published or compared with what is true."""

    id: int
    user_id: str
    stale_since: datetime
    not_before: datetime | None


def owner_of(
    subscription_id: int | None, command_id: int | None, watch_id: int | None, *, user_id: str | None
) -> Owner:
    """The owner that a row names: a thread, a command, a watch or else a person. Raises ValueError if it has none."""
    if subscription_id is not None:
        return SubscriptionOwner(subscription_id)
    if command_id is not None:
        return CommandOwner(command_id)
    if watch_id is not None:
        return WatchOwner(watch_id)
    if user_id is not None:
        return PersonOwner(user_id)
    raise ValueError("a message without an owner")
