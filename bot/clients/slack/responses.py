"""Read Slack's answers into values."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.clients.http import server_time
from bot.clients.slack.errors import Ambiguous, retry_after
from bot.domain.person import Installation, UserInfo

#: the event type of our messages' metadata; everybody in the workspace can read it: it holds an id and a language only
METADATA_TYPE = "longtask_message"

JsonObject = Mapping[str, object]

#: control characters and lone surrogates
_UNWRITABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


@dataclass(frozen=True, kw_only=True)
class Posted:
    """The conversation and ts of a posted message."""

    #: for a message posted to a user id this is the conversation (D…), which edits need
    channel: str
    ts: str


@dataclass(frozen=True, kw_only=True)
class ChannelInfo:
    """A channel, from conversations.info or conversations.list."""

    channel_id: str
    #: another organisation reads it, or was invited to
    is_shared: bool
    #: the bot is in it
    is_member: bool = False
    is_archived: bool = False


@dataclass(frozen=True, kw_only=True)
class ChannelPage:
    """A page of conversations.list."""

    channels: tuple[ChannelInfo, ...]
    #: of the next page; None on the last
    cursor: str | None


@dataclass(frozen=True, kw_only=True)
class MemberPage:
    """A page of users.conversations."""

    channel_ids: tuple[str, ...]
    #: of the next page; None on the last
    cursor: str | None


@dataclass(frozen=True, kw_only=True)
class PublishedView:
    """A view that Slack shows, from views.publish."""

    view_id: str
    #: changes whenever the view is replaced
    hash: str


@dataclass(frozen=True, kw_only=True)
class TokenInfo:
    """Whose token it is and what it may do, from auth.test."""

    team_id: str
    team_name: str
    #: empty if Slack does not say
    scopes: frozenset[str]
    #: of the Enterprise organization, if the workspace is in one
    enterprise_id: str | None = None
    #: whether the token is for a whole organization
    is_org_wide: bool = False
    #: Slack's clock (UTC), to the second; None if it does not say
    server_time: datetime | None = None

    @property
    def installation(self) -> Installation:
        """Where the app is installed with this token."""
        return Installation(team_id=self.team_id, enterprise_id=self.enterprise_id, is_org_wide=self.is_org_wide)


class RespondStatus(StrEnum):
    """How answering a response_url went."""

    DELIVERED = "delivered"
    #: used five times already, or older than thirty minutes
    EXPIRED = "expired"
    REFUSED = "refused"
    #: 5xx, 429, timeout or no connection: the next try may succeed
    LATER = "later"


@dataclass(frozen=True, kw_only=True)
class RespondResult:
    """How answering a response_url went, with Slack's word for it."""

    status: RespondStatus
    answer: str = ""
    #: seconds; None unless Slack limits the rate
    retry_after: float | None = None


def text_of(answer: JsonObject, key: str) -> str | None:
    """The string under this key, without what neither a database nor a terminal takes; None if there is none."""
    value = answer.get(key)
    return (_UNWRITABLE.sub("", value) or None) if isinstance(value, str) else None


def object_of(answer: JsonObject, key: str) -> JsonObject:
    """The object under this key; an empty one if there is none."""
    value = answer.get(key)
    return value if isinstance(value, Mapping) else {}


def required(method: str, answer: JsonObject, key: str) -> str:
    """The string under this key. Raises Ambiguous if there is none: Slack said ok, but not what it did."""
    value = text_of(answer, key)
    if value is None:
        raise Ambiguous(method, f"ok without {key}")
    return value


def read_user_info(user_id: str, answer: JsonObject) -> UserInfo:
    """Read an answer of users.info. Raises Ambiguous if it describes nobody."""
    user = object_of(answer, "user")
    organization = object_of(user, "enterprise_user")
    teams = organization.get("teams")
    return UserInfo(
        user_id=user_id,
        team_id=required("users.info", user, "team_id"),
        locale=text_of(user, "locale"),
        is_admin=any(user.get(key) is True for key in ("is_admin", "is_owner", "is_primary_owner")),
        is_guest=any(user.get(key) is True for key in ("is_restricted", "is_ultra_restricted")),
        is_stranger=user.get("is_stranger") is True,
        is_bot=user.get("is_bot") is True,
        is_deleted=user.get("deleted") is True,
        enterprise_id=text_of(organization, "enterprise_id"),
        enterprise_teams=frozenset(team for team in teams if isinstance(team, str))
        if isinstance(teams, list)
        else frozenset(),
    )


def read_channel(channel: JsonObject, channel_id: str) -> ChannelInfo:
    """Read a channel object (docs.slack.dev/reference/objects/conversation-object).

    `is_org_shared` says only that further workspaces of the same organisation see it.
    """
    is_shared = any(channel.get(key) is True for key in ("is_ext_shared", "is_pending_ext_shared"))
    return ChannelInfo(
        channel_id=channel_id,
        is_shared=is_shared,
        is_member=channel.get("is_member") is True,
        is_archived=channel.get("is_archived") is True,
    )


def read_channel_page(answer: JsonObject) -> ChannelPage:
    """Read an answer of conversations.list."""
    listed = answer.get("channels")
    found = [channel for channel in (listed if isinstance(listed, list) else ()) if isinstance(channel, Mapping)]
    named = [(channel, text_of(channel, "id")) for channel in found]
    channels = tuple(read_channel(channel, channel_id) for channel, channel_id in named if channel_id is not None)
    return ChannelPage(channels=channels, cursor=next_cursor(answer))


def read_member_page(answer: JsonObject) -> MemberPage:
    """Read an answer of users.conversations."""
    page = read_channel_page(answer)
    return MemberPage(channel_ids=tuple(channel.channel_id for channel in page.channels), cursor=page.cursor)


def read_published_view(answer: JsonObject) -> PublishedView:
    """Read an answer of views.publish. What it does not name is not needed to publish again."""
    view = object_of(answer, "view")
    return PublishedView(view_id=(text_of(view, "id") or "")[:64], hash=(text_of(view, "hash") or "")[:64])


def read_token_info(answer: JsonObject, headers: Mapping[str, str]) -> TokenInfo:
    """Read an answer of auth.test; the scopes come in the header X-OAuth-Scopes."""
    scopes = next((value for name, value in headers.items() if name.lower() == "x-oauth-scopes"), "")
    return TokenInfo(
        team_id=required("auth.test", answer, "team_id"),
        team_name=text_of(answer, "team") or "",
        scopes=frozenset(scope.strip() for scope in scopes.split(",") if scope.strip()),
        enterprise_id=text_of(answer, "enterprise_id"),
        is_org_wide=answer.get("is_enterprise_install") is True,
        server_time=server_time(headers),
    )


def messages_in(answer: JsonObject) -> Iterator[JsonObject]:
    """Every message in an answer of conversations.history or conversations.replies."""
    messages = answer.get("messages")
    for message in messages if isinstance(messages, list) else ():
        if isinstance(message, Mapping):
            yield message


def next_cursor(answer: JsonObject) -> str | None:
    """The cursor of the next page; None on the last."""
    return text_of(object_of(answer, "response_metadata"), "next_cursor")


def marker_of(message: JsonObject) -> str | None:
    """The id in the metadata of a message; None if the message is not ours."""
    metadata = object_of(message, "metadata")
    if metadata.get("event_type") != METADATA_TYPE:
        return None
    return text_of(object_of(metadata, "event_payload"), "id")


def read_respond_result(status: int, body: bytes, headers: Mapping[str, str]) -> RespondResult:
    """Read an answer of a response_url. Slack answers 404 once it is used up or too old."""
    words = body.decode("ascii", "replace").strip()[:80]
    if status == 429 or status >= 500:
        seconds = retry_after(headers) if status == 429 else None
        return RespondResult(status=RespondStatus.LATER, answer=f"HTTP {status}", retry_after=seconds)
    if status in (404, 410) or words in ("used_url", "expired_url"):
        return RespondResult(status=RespondStatus.EXPIRED, answer=words)
    # Slack's "ok" is plain text; a refusal can come with status 200 and {"ok": false, …}
    if status != 200 or '"ok":false' in words.replace(" ", ""):
        return RespondResult(status=RespondStatus.REFUSED, answer=words or f"HTTP {status}")
    return RespondResult(status=RespondStatus.DELIVERED, answer=words)
