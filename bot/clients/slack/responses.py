"""What Slack's answers say, as values."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from bot.clients.slack.errors import Ambiguous, retry_after

#: the marker of our messages; anybody in the workspace can read it, so it says nothing but an id
METADATA_TYPE = "longtask_notice"

Block = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Posted:
    """Where a message stands."""

    #: for a message to a person this is the conversation (D…) that later edits need
    channel: str
    ts: str


@dataclass(frozen=True, kw_only=True)
class Person:
    """What Slack says of somebody."""

    user_id: str
    team_id: str | None
    name: str
    #: like de-DE; None where Slack does not say
    locale: str | None
    #: like Europe/Berlin
    timezone: str | None
    is_admin: bool
    #: single-channel and multi-channel guests
    is_guest: bool
    #: of another organisation, in a shared channel
    is_stranger: bool
    is_bot: bool
    deleted: bool


@dataclass(frozen=True, kw_only=True)
class Identity:
    """Whose token it is, and what it may do."""

    team_id: str
    team_name: str
    user_id: str
    bot_id: str | None
    enterprise_id: str | None
    #: the workspace's address, like https://acme.slack.com/
    url: str
    #: empty where Slack does not say
    scopes: frozenset[str]


class Delivery(StrEnum):
    """What became of an answer to a response_url."""

    DELIVERED = "delivered"
    #: five uses or thirty minutes are over
    EXPIRED = "expired"
    REFUSED = "refused"
    #: 5xx, 429, timeout or no connection: the next try may succeed
    LATER = "later"


@dataclass(frozen=True, kw_only=True)
class Responded:
    """What became of an answer to a response_url, and Slack's word for it."""

    delivery: Delivery
    answer: str = ""
    #: seconds, where Slack asked for a rest
    retry_after: float | None = None


def text_of(answer: Mapping[str, Any], key: str) -> str | None:
    """The string under this key; None where there is none."""
    value = answer.get(key)
    return value if isinstance(value, str) and value else None


def part_of(answer: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """The object under this key; an empty one where there is none."""
    value = answer.get(key)
    return value if isinstance(value, Mapping) else {}


def required(method: str, answer: Mapping[str, Any], key: str) -> str:
    """The string under this key. Raises Ambiguous: Slack said ok, and not what came of it."""
    value = text_of(answer, key)
    if value is None:
        raise Ambiguous(method, f"ok without {key}")
    return value


def person(user_id: str, answer: Mapping[str, Any]) -> Person:
    """Somebody, from an answer of users.info."""
    user = part_of(answer, "user")
    return Person(
        user_id=user_id,
        team_id=text_of(user, "team_id"),
        name=text_of(part_of(user, "profile"), "display_name") or text_of(user, "real_name") or user_id,
        locale=text_of(user, "locale"),
        timezone=text_of(user, "tz"),
        is_admin=any(user.get(key) is True for key in ("is_admin", "is_owner", "is_primary_owner")),
        is_guest=any(user.get(key) is True for key in ("is_restricted", "is_ultra_restricted")),
        is_stranger=user.get("is_stranger") is True,
        is_bot=user.get("is_bot") is True,
        deleted=user.get("deleted") is True,
    )


def identity(answer: Mapping[str, Any], headers: Mapping[str, str]) -> Identity:
    """Whose token it is, from an answer of auth.test; its scopes come in the header X-OAuth-Scopes."""
    scopes = next((value for name, value in headers.items() if name.lower() == "x-oauth-scopes"), "")
    return Identity(
        team_id=required("auth.test", answer, "team_id"),
        team_name=text_of(answer, "team") or "",
        user_id=required("auth.test", answer, "user_id"),
        bot_id=text_of(answer, "bot_id"),
        enterprise_id=text_of(answer, "enterprise_id"),
        url=text_of(answer, "url") or "",
        scopes=frozenset(scope.strip() for scope in scopes.split(",") if scope.strip()),
    )


def marker(message: object) -> str | None:
    """The id in our metadata on a message; None where it is none of ours."""
    metadata = part_of(message, "metadata") if isinstance(message, Mapping) else {}
    if metadata.get("event_type") != METADATA_TYPE:
        return None
    return text_of(part_of(metadata, "event_payload"), "id")


def responded(status: int, body: bytes, headers: Mapping[str, str]) -> Responded:
    """What became of an answer to a response_url. Slack says 404 once it is used up or too old."""
    words = body.decode("ascii", "replace").strip()[:80]
    if status == 429 or status >= 500:
        rest = retry_after(headers) if status == 429 else None
        return Responded(delivery=Delivery.LATER, answer=f"HTTP {status}", retry_after=rest)
    if status in (404, 410) or words in ("used_url", "expired_url"):
        return Responded(delivery=Delivery.EXPIRED, answer=words)
    # Slack's "ok" is plain text; a refusal can come with status 200 and {"ok": false, …}
    if status != 200 or '"ok":false' in words.replace(" ", ""):
        return Responded(delivery=Delivery.REFUSED, answer=words or f"HTTP {status}")
    return Responded(delivery=Delivery.DELIVERED, answer=words)
