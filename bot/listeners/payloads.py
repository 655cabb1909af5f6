"""Read Slack's payloads: the one place that decides which of their fields are believed, and within which bounds.

Fields: https://docs.slack.dev/interactivity/implementing-slash-commands,
https://docs.slack.dev/reference/interaction-payloads and https://docs.slack.dev/apis/events-api
"""

import re
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

T = TypeVar("T")

#: of a workspace, organization, conversation or person
Id = Annotated[str, Meta(pattern=r"\A[A-Z0-9]{1,32}\Z")]
#: of an event or a trigger
Key = Annotated[str, Meta(pattern=r"\A[!-~]{1,200}\Z")]
Url = Annotated[str, Meta(pattern=r"\Ahttps?://[!-~]{1,2000}\Z")]
Timestamp = Annotated[str, Meta(pattern=r"\A[0-9.]{1,32}\Z")]
#: seconds since 1970 UTC, up to the year 2242
Seconds = Annotated[int, Meta(ge=0, lt=2**33)]

#: the largest id of a row: four bytes on Postgres
_LARGEST_ID = 2**31 - 1


class UnreadablePayload(Exception):
    """A payload lacks what it is read for; the text says which field, never its content."""


class Command(Struct, frozen=True, kw_only=True):
    """A slash command. Its text is data, and is cleaned before anything reads it."""

    team_id: Id
    channel_id: Id
    user_id: Id
    command: str
    trigger_id: Key
    response_url: Url
    text: str = ""
    enterprise_id: Id | None = None


class Named(Struct, frozen=True):
    """A person or conversation."""

    id: Id


class Container(Struct, frozen=True):
    """Where a button is. Slack's pages do not name the thread, its payloads do: github.com/slack-go/slack/pull/888."""

    message_ts: Timestamp | None = None
    #: of the thread's root
    thread_ts: Timestamp | None = None
    #: on a message that only this person sees
    is_ephemeral: bool = False


class Action(Struct, frozen=True):
    """What was pressed."""

    action_id: str
    value: str | None = None

    @property
    def name(self) -> str:
        """The action itself: where a message has it several times, each has an id of its own."""
        return self.action_id.partition(":")[0]

    @property
    def row_id(self) -> int | None:
        """The id of a row that the button carries; None if its value is no such id."""
        if self.value is None or not re.fullmatch("[0-9]{1,10}", self.value):
            return None
        number = int(self.value)
        return number if number <= _LARGEST_ID else None


class View(Struct, frozen=True):
    """A home or modal that a button is on."""

    type: str | None = None


class Press(Struct, frozen=True, kw_only=True):
    """A button that was pressed."""

    user: Named
    actions: Annotated[list[Action], Meta(min_length=1)]
    channel: Named | None = None
    container: Container | None = None
    response_url: Url | None = None
    view: View | None = None


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
    event_id: Annotated[str, Meta(pattern=r"\A[!-~]{1,64}\Z")]
    event_time: Seconds
    event: InnerEvent


class ChangedChannel(Struct, frozen=True, kw_only=True):
    """A channel that was shared with another organization, or no longer is."""

    channel: Id
    #: whether others still read it
    is_ext_shared: bool = False


class ChannelEvent(Struct, frozen=True):
    """An event about a channel, in its envelope."""

    event: ChangedChannel


class LostChannel(Struct, frozen=True):
    """A channel that was archived, or that the bot was removed from."""

    type: str
    channel: Id


class LostChannelEvent(Struct, frozen=True):
    """An event about a channel that takes no more messages, in its envelope."""

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

    event: OpenedTab


class EventType(Struct, frozen=True):
    """Which event it is."""

    type: str


class Envelope(Struct, frozen=True, kw_only=True):
    """As much of any payload as Bolt takes for granted when it looks for a listener."""

    type: str | None = None
    command: str | None = None
    callback_id: str | None = None
    view: dict[str, Any] | UnsetType = UNSET
    event: EventType | UnsetType = UNSET
    actions: Annotated[list[Action], Meta(min_length=1)] | UnsetType = UNSET


class Workspace(Struct, frozen=True):
    """Where a payload says that it comes from."""

    team_id: Id | None
    enterprise_id: Id | None


def read(kind: type[T], body: object) -> T:
    """Read a payload. Raises UnreadablePayload."""
    try:
        return msgspec.convert(body, kind)
    except msgspec.ValidationError as error:
        raise UnreadablePayload(str(error)) from None
    except UnicodeError:
        # JSON can name half a surrogate pair, which no pattern is matched against.
        raise UnreadablePayload("a character that no encoding can write") from None


def response_url(body: object) -> str | None:
    """The URL by which the person who caused a payload can be answered; None if it names none."""
    try:
        return read(Url, body.get("response_url")) if isinstance(body, dict) else None
    except UnreadablePayload:
        return None
