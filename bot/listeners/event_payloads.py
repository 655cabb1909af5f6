"""The payloads of Slack's events: which of their fields are believed, and within which bounds.

Fields: https://docs.slack.dev/apis/events-api
"""

from typing import Annotated

from msgspec import Meta, Struct

from bot.listeners.payloads import Id, Named, Seconds, Timestamp

EventId = Annotated[str, Meta(pattern=r"\A[!-~]{1,64}\Z")]


class RevokedTokens(Struct, frozen=True):
    """The people whose tokens were revoked, by kind of token."""

    bot: list[str] = []


class InnerEvent(Struct, frozen=True):
    """What happened."""

    type: str
    tokens: RevokedTokens = RevokedTokens()


class Event(Struct, frozen=True, kw_only=True):
    """An event in its envelope."""

    team_id: Id
    event_id: EventId
    event_time: Seconds
    event: InnerEvent


class ChangedChannel(Struct, frozen=True, kw_only=True):
    """A channel that was shared with another organization, or no longer is."""

    channel: Id
    #: whether others still read it
    is_ext_shared: bool = False


class ChannelEvent(Struct, frozen=True):
    """An event about a channel, in its envelope."""

    event_id: EventId
    event: ChangedChannel


class MentionEvent(Struct, frozen=True, kw_only=True):
    """A message that mentions the bot (docs.slack.dev/reference/events/app_mention)."""

    channel: Id
    ts: Timestamp
    text: str = ""
    #: of the thread that the message is in
    thread_ts: Timestamp | None = None
    #: None for some messages of bots
    user: Id | None = None
    bot_id: str | None = None


class Authorization(Struct, frozen=True):
    """For whom an event was sent: the bot."""

    user_id: str | None = None


class Mention(Struct, frozen=True, kw_only=True):
    """A mention in its envelope."""

    event_id: EventId
    event: MentionEvent
    authorizations: list[Authorization] = []


class LostChannel(Struct, frozen=True):
    """A channel that was archived or deleted, or that the bot was removed from."""

    type: str
    channel: Id


class LostChannelEvent(Struct, frozen=True):
    """An event about a channel that takes no more messages, in its envelope."""

    event_id: EventId
    event: LostChannel
    event_time: Seconds


class RenamedChannel(Struct, frozen=True):
    """A channel that has another name."""

    channel: Named


class RenamedChannelEvent(Struct, frozen=True):
    """An event about a channel that has another name, in its envelope."""

    event: RenamedChannel


class OpenedTab(Struct, frozen=True):
    """A tab of the app that a person opened."""

    user: Id
    tab: str = ""


class OpenedTabEvent(Struct, frozen=True):
    """A person opened a tab of the app, in its envelope."""

    event_id: EventId
    event: OpenedTab
