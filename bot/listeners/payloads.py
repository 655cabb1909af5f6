"""Read Slack's payloads: the one place that decides which of their fields are believed, and within which bounds.

Fields: https://docs.slack.dev/interactivity/implementing-slash-commands,
https://docs.slack.dev/reference/interaction-payloads and https://docs.slack.dev/apis/events-api
"""

import hashlib
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
    trigger_id: Key | None = None
    view: View | None = None


class ThreadOf(Struct, frozen=True):
    """A message, as far as it says which thread it is in; a root with replies names its own."""

    thread_ts: Timestamp | None = None


class MessageShortcut(Struct, frozen=True, kw_only=True):
    """A shortcut on a message. What the message holds is text from outside, of whatever form."""

    user: Named
    channel: Named
    trigger_id: Key
    message_ts: Timestamp
    message: dict[str, Any]
    response_url: Url | None = None


class GlobalShortcut(Struct, frozen=True, kw_only=True):
    """A shortcut that is used from anywhere."""

    user: Named
    trigger_id: Key


class Option(Struct, frozen=True):
    """An option that was chosen."""

    value: str


class Input(Struct, frozen=True, kw_only=True):
    """What was filled into a field, by kind of field."""

    value: str | None = None
    selected_option: Option | None = None
    selected_options: list[Option] = []
    selected_conversation: str | None = None


class ViewState(Struct, frozen=True):
    """What was filled in, by block id and action id."""

    values: dict[str, dict[str, Input]] = {}


class SubmittedView(Struct, frozen=True, kw_only=True):
    """A modal as it was sent."""

    id: str = ""
    #: of what the modal shows: it changes whenever that is replaced
    hash: str = ""
    state: ViewState = ViewState()
    private_metadata: str = ""

    def field(self, name: str) -> Input:
        """What was filled into a field, whose block and element have this name; nothing if there is no such field."""
        return self.state.values.get(name, {}).get(name, Input())


class Submission(Struct, frozen=True, kw_only=True):
    """A modal that was sent."""

    user: Named
    view: SubmittedView
    #: Slack sends one, although its page about these payloads has none
    trigger_id: Key | None = None

    @property
    def key(self) -> str:
        """The same however often Slack delivers it; without a trigger made from the modal and what was filled in.

        A modal that comes back with errors keeps its id and its hash, so these alone would not tell whether it is sent
        once more, or delivered once more.
        """
        if self.trigger_id is not None:
            return self.trigger_id
        content = msgspec.json.encode([self.view.id, self.view.hash, self.user.id, self.view.state], order="sorted")
        return f"view-{hashlib.blake2b(content, digest_size=16).hexdigest()}"


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
