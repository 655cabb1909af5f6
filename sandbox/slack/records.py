"""Records of a simulated Slack: workspaces, users, channels, messages, and the log of calls."""

from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


@dataclass(kw_only=True)
class Workspace:
    """One workspace with this app installed."""

    team_id: str
    #: kept out of every log
    bot_token: str = field(repr=False)
    scopes: frozenset[str]
    bot_user_id: str
    bot_id: str
    app_id: str
    domain: str
    name: str
    #: the Enterprise organization that it is in
    enterprise_id: str | None = None
    #: whether the app is installed for the whole organization
    org_wide: bool = False
    #: the error of every call once the token is no longer valid: token_revoked, account_inactive
    token_error: str | None = None


@dataclass(kw_only=True)
class AppToken:
    """A token of the app itself, of which no workspace knows."""

    scopes: frozenset[str]
    #: the error of every call once the token is no longer valid: token_revoked
    error: str | None = None


@dataclass(kw_only=True)
class User:
    """A person or a bot; `team_id` is their home workspace."""

    id: str
    name: str
    team_id: str
    locale: str = "en-US"
    tz: str = "Europe/Berlin"
    is_bot: bool = False
    is_admin: bool = False
    #: a guest of several channels
    is_restricted: bool = False
    #: a guest of one channel
    is_ultra_restricted: bool = False
    deleted: bool = False
    #: the Enterprise organization that the person is in, and their workspaces there
    enterprise_id: str | None = None
    enterprise_teams: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Version:
    """What a message says from `at` on, in seconds since the epoch by the simulator's clock."""

    at: float
    text: str
    blocks: tuple[Json, ...] = ()
    metadata: Json | None = None
    attachments: tuple[Json, ...] = ()


@dataclass(kw_only=True)
class PostedMessage:
    """A message that everybody in the channel sees."""

    ts: str
    channel: str
    team_id: str
    user: str
    bot_id: str | None
    versions: list[Version]
    thread_ts: str | None = None
    reply_broadcast: bool = False
    #: known people mentioned when it was posted: only these are notified
    mentions: tuple[str, ...] = ()
    file_ids: tuple[str, ...] = ()
    #: the "(edited)" label: shown after an edit without blocks
    edited_label: bool = False
    deleted_at: float | None = None
    #: the error of every edit, once the edit window is closed
    edit_error: str | None = None

    @property
    def text(self) -> str:
        """The text now."""
        return self.versions[-1].text

    @property
    def blocks(self) -> tuple[Json, ...]:
        """The blocks now."""
        return self.versions[-1].blocks

    @property
    def metadata(self) -> Json | None:
        """The metadata now."""
        return self.versions[-1].metadata

    @property
    def deleted(self) -> bool:
        """Whether it was deleted."""
        return self.deleted_at is not None


@dataclass(kw_only=True)
class Channel:
    """A conversation: a channel, a private channel, or a direct message."""

    id: str
    name: str
    team_id: str
    members: set[str]
    private: bool = False
    archived: bool = False
    deleted: bool = False
    is_im: bool = False
    is_mpim: bool = False
    #: shared with another organisation
    ext_shared: bool = False
    #: another organisation was invited and has not accepted yet
    pending_ext_shared: bool = False
    #: workspaces that see it, the host's among them
    teams: set[str] = field(default_factory=set)
    #: by ts, in the order of posting; deleted ones are kept
    messages: dict[str, PostedMessage] = field(default_factory=dict)
    #: root ts -> ts of the replies
    replies: dict[str, list[str]] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        """What Slack's scopes call it: channels, groups, im, mpim."""
        if self.is_im:
            return "im"
        return "mpim" if self.is_mpim else "groups" if self.private else "channels"


@dataclass(kw_only=True)
class EphemeralMessage:
    """A message that one person sees: an acknowledgement, a `response_url` message, or chat.postEphemeral."""

    ts: str
    at: float
    user: str
    channel: str
    #: ack, response_url, chat.postEphemeral, or slack for Slack's own text (operation_timeout)
    via: str
    text: str
    blocks: tuple[Json, ...] = ()
    #: the root of the thread that it is shown in
    thread_ts: str | None = None
    trigger_id: str | None = None
    #: replaced since
    gone: bool = False


@dataclass(frozen=True, kw_only=True)
class ApiCall:
    """One request of the bot and its answer; never holds a token."""

    number: int
    at: float
    method: str
    team_id: str | None
    arguments: Json
    #: None if the connection was closed instead
    status: int | None
    #: what Slack did, even if the bot did not get the answer
    answer: Json | str | None
    #: the scripted fault that met it
    fault: str | None = None

    @property
    def ok(self) -> bool:
        """Whether Slack carried it out, whether or not the bot got the answer."""
        return self.answer == "ok" or (isinstance(self.answer, dict) and self.answer.get("ok") is True)


@dataclass(frozen=True, kw_only=True)
class DispatchResult:
    """How the bot answered one request of Slack: a command, a click, an event."""

    kind: str
    team_id: str
    user: str | None
    channel: str | None
    #: what was typed, or the action id, or the event's type
    text: str
    #: None if the bot gave no answer
    status: int | None
    body: str
    #: seconds until the answer, or until Slack gave up
    seconds: float
    trigger_id: str | None = None
    #: the part of the URL that identifies it; `SlackSimulator.response_url` makes the URL
    response_url_id: str | None = None
    #: the error that Slack shows: operation_timeout, dispatch_failed
    error: str | None = None


@dataclass(kw_only=True)
class File:
    """A file, from the moment its upload URL is handed out; `length` in bytes."""

    id: str
    team_id: str
    filename: str
    length: int
    content: bytes | None = None
    title: str | None = None


@dataclass(kw_only=True)
class View:
    """A modal or a Home tab."""

    id: str
    team_id: str
    user: str
    type: str
    view: Json
    hash: str
    #: a modal that is not shown any more
    closed: bool = False
    #: what Slack shows under the fields of a modal, by block id
    errors: dict[str, str] = field(default_factory=dict)
    #: the modal below it, on which it was put
    previous_id: str | None = None
    #: the lowest modal of its stack; None: itself
    root_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class StateChange:
    """One change of the simulated Slack; `kind` says what `item` is."""

    #: posted, edited, deleted, ephemeral, call, request, view, file, channel, socket
    kind: str
    at: float
    item: Any
