"""What the bot's database says at the end of a run: open work, subscriptions, and messages by their marker."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import msgspec

from bot.domain.message_facts import FailedCalls, decode
from bot.domain.message_kinds import MessageKind
from bot.domain.states import MessageState, Outcome, SubscriptionState
from sandbox.slack.records import Json, PostedMessage
from tests.chaos.databases import BotDatabase

#: work that is still to be done -> query that counts it
OPEN_WORK = {
    "subscriptions that follow": "SELECT count(*) FROM subscriptions WHERE state IN ('starting', 'following')",
    # A home is compared with what is true for ten minutes, and waits for nothing. A second message about calls that
    # led to no thread waits for up to ten minutes.
    "messages to post": """
        SELECT count(*) FROM messages WHERE state IN ('planned', 'sending') AND kind <> 'home' AND NOT (
            marker LIKE 'call-%' AND EXISTS (SELECT 1 FROM messages WHERE marker LIKE 'call-%' AND state = 'posted')
        )
    """,
    "messages to edit": (
        "SELECT count(*) FROM messages WHERE state = 'posted' AND stale_since IS NOT NULL AND kind <> 'home'"
    ),
    "edits that were begun": "SELECT count(*) FROM messages WHERE state = 'editing' AND kind <> 'home'",
    "commands to answer": "SELECT count(*) FROM commands WHERE answered_at IS NULL",
}

_SUBSCRIPTIONS = """
    SELECT s.id, t.remote_id, s.channel_id, s.owner_id, s.state, s.outcome, s.command_id, c.trigger_id
    FROM subscriptions s JOIN long_tasks t ON t.id = s.long_task_id LEFT JOIN commands c ON c.id = s.command_id
"""
_GATHERED = "SELECT remote_id FROM gathered_tasks"
#: messages to the person who made the hook about calls that led to no thread
_FAILED_CALLS = "SELECT facts FROM messages WHERE marker LIKE 'call-%' AND state IN ('planned', 'posted')"
_MESSAGES = """
    SELECT m.marker, m.kind, m.state, m.subscription_id, c.trigger_id, m.user_id, m.channel_id, m.ts
    FROM messages m LEFT JOIN commands c ON c.id = m.command_id
"""


class SubscriptionRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One thread that follows a long task, as the bot's database has it."""

    id: int
    remote_id: str
    channel_id: str
    #: None for one that a watch began
    owner_id: str | None
    state: SubscriptionState
    outcome: Outcome
    command_id: int | None = None
    #: trigger id of the command that began it; None if the bot no longer has that command
    trigger_id: str | None = None


class MessageRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One message, as the bot's database has it."""

    marker: str
    kind: MessageKind
    state: MessageState
    subscription_id: int | None = None
    #: trigger id of the command that it answers
    trigger_id: str | None = None
    #: recipient of a direct or private message
    user_id: str | None = None
    channel_id: str | None = None
    ts: str | None = None


@dataclass(frozen=True, kw_only=True)
class BotRecords:
    """Every subscription by its id, and every message by its marker."""

    subscriptions: Mapping[int, SubscriptionRecord]
    messages: Mapping[str, MessageRecord]
    #: long tasks of which so many began at once that the watch gathered them
    gathered: frozenset[str] = frozenset()
    #: long tasks that scripts sent and that got no thread, of which the person who made the hook is informed
    reported: frozenset[str] = frozenset()

    def message(self, message: PostedMessage) -> MessageRecord | None:
        """The record of a message in Slack; None if it carries no marker that the bot knows."""
        return self.messages.get(marker_of(message.versions[0].metadata) or "")

    def subscription_of(self, record: MessageRecord) -> SubscriptionRecord | None:
        """The subscription that a message belongs to; None if it belongs to none."""
        return None if record.subscription_id is None else self.subscriptions[record.subscription_id]

    def remote_id_of(self, marker: str) -> str | None:
        """The long task that a message is about; None if it is about none."""
        record = self.messages.get(marker)
        subscription = None if record is None else self.subscription_of(record)
        return None if subscription is None else subscription.remote_id

    @cached_property
    def roots(self) -> Mapping[int, MessageRecord]:
        """Subscription id -> its root."""
        return {
            record.subscription_id: record
            for record in self.messages.values()
            if record.kind is MessageKind.ROOT and record.subscription_id is not None
        }


def marker_of(metadata: Json | None) -> str | None:
    """The marker in the metadata of a message or of a call; None if it has none."""
    found = (metadata or {}).get("event_payload", {}).get("id")
    return str(found) if found else None


async def count_open_work(database: BotDatabase) -> dict[str, int]:
    """How much of each kind of work is still to be done."""
    return {name: (await database.select(query))[0][0] for name, query in OPEN_WORK.items()}


async def read_records(database: BotDatabase) -> BotRecords:
    """Read every subscription and every message."""
    subscriptions = _convert(await database.select(_SUBSCRIPTIONS), SubscriptionRecord)
    messages = _convert(await database.select(_MESSAGES), MessageRecord)
    gathered = frozenset(str(remote_id) for (remote_id,) in await database.select(_GATHERED))
    return BotRecords(
        subscriptions={each.id: each for each in subscriptions},
        messages={each.marker: each for each in messages},
        gathered=gathered,
        reported=_reported(await database.select(_FAILED_CALLS)),
    )


def _reported(rows: list[tuple[object, ...]]) -> frozenset[str]:
    reports = [decode(str(facts)) for (facts,) in rows]
    return frozenset(call.remote_id for each in reports if isinstance(each, FailedCalls) for call in each.calls)


Record = TypeVar("Record", bound=msgspec.Struct)


def _convert(rows: list[tuple[object, ...]], record: type[Record]) -> list[Record]:
    """Rows whose columns are the fields of `record`, in that order."""
    names = record.__struct_fields__
    return [msgspec.convert(dict(zip(names, row, strict=True)), record) for row in rows]
