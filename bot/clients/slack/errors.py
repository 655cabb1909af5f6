"""What Slack can answer instead of doing what it was asked: one family, translated once."""

from collections.abc import Mapping
from enum import StrEnum

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError

#: seconds to rest where Slack says "too fast" without saying for how long
UNSAID_RETRY_AFTER = 30.0


class SlackError(Exception):
    """A call did not do what it was for. Its text holds the method and Slack's word, never a token or a message."""

    def __init__(self, method: str, answer: str) -> None:
        super().__init__(f"{method}: {answer}")
        self.method = method
        #: Slack's error word, or ours for what happened on the way
        self.answer = answer

    @property
    def label(self) -> str:
        """One of a small set of words, for counting."""
        return "failed"


class SlackRateLimited(SlackError):
    """429, or the same said in a body: this method of this workspace has to rest. Nothing was done."""

    def __init__(self, method: str, answer: str, *, retry_after: float) -> None:
        super().__init__(method, answer)
        #: seconds, as Slack said, not capped
        self.retry_after = retry_after

    @property
    def label(self) -> str:
        """One of a small set of words, for counting."""
        return "rate_limited"


class Ambiguous(SlackError):
    """5xx, a timeout or a dropped connection: Slack may have done it or not."""

    @property
    def label(self) -> str:
        """One of a small set of words, for counting."""
        return "ambiguous"


class NotConnected(SlackError):
    """The request was never made (DNS, connection refused, TLS, proxy): nothing was done."""

    @property
    def label(self) -> str:
        """One of a small set of words, for counting."""
        return "not_connected"


class Refusal(StrEnum):
    """Why Slack refuses, as far as it matters for what comes next."""

    MESSAGE_GONE = "message_gone"
    EDIT_CLOSED = "edit_closed"
    BLOCKS_REFUSED = "blocks_refused"
    TOO_LONG = "too_long"
    NOT_IN_CHANNEL = "not_in_channel"
    #: at the command: a private channel or a DM of others; later: deleted, or the app was removed from it
    CHANNEL_GONE = "channel_gone"
    ARCHIVED = "archived"
    WORKSPACE_GONE = "workspace_gone"
    #: a rule of the channel or the workspace about who may post
    RESTRICTED = "restricted"
    MISSING_SCOPE = "missing_scope"
    THREAD_GONE = "thread_gone"
    #: the person left, was never visible, or takes no messages of the app
    USER_GONE = "user_gone"
    #: refused for now, nothing was done: the same call may succeed in a minute
    NOT_NOW = "not_now"
    #: an answer nobody has heard of: refused for this message only
    UNKNOWN = "unknown"


class Refused(SlackError):
    """Slack understood and said no. Nothing was done, and the same call would be refused again."""

    def __init__(self, method: str, answer: str, *, needed: str | None = None) -> None:
        super().__init__(method, answer)
        self.refusal = _REFUSALS.get(answer, Refusal.UNKNOWN)
        #: the scope that is missing, where Slack names it
        self.needed = needed

    @property
    def label(self) -> str:
        """One of a small set of words, for counting."""
        return self.refusal.value


#: the error words of the methods used here (docs.slack.dev/reference/methods), by what they mean for the bot
_WORDS: Mapping[Refusal, tuple[str, ...]] = {
    Refusal.MESSAGE_GONE: ("message_not_found",),
    Refusal.EDIT_CLOSED: ("edit_window_closed", "cant_update_message", "streaming_state_conflict"),
    Refusal.BLOCKS_REFUSED: (
        "invalid_blocks",
        "invalid_blocks_format",
        "msg_blocks_too_long",
        "block_mismatch",
        "invalid_attachments",
        "attachment_payload_limit_exceeded",
    ),
    Refusal.TOO_LONG: ("msg_too_long", "msg_too_large"),
    Refusal.NOT_IN_CHANNEL: ("not_in_channel",),
    Refusal.CHANNEL_GONE: ("channel_not_found", "channel_is_limited_access", "method_not_supported_for_channel_type"),
    Refusal.ARCHIVED: ("is_archived", "is_inactive"),
    Refusal.WORKSPACE_GONE: (
        "account_inactive",
        "token_revoked",
        "token_expired",
        "invalid_auth",
        "not_authed",
        "team_access_not_granted",
        "team_not_found",
    ),
    Refusal.RESTRICTED: (
        "restricted_action",
        "restricted_action_read_only_channel",
        "restricted_action_thread_only_channel",
        "restricted_action_non_threadable_channel",
        "restricted_action_thread_locked",
        "ekm_access_denied",
        "cannot_reply_to_message",
        "app_access_restricted",
        "posting_to_channel_denied",
        "access_denied",
        "enterprise_is_restricted",
        "file_uploads_disabled",
        "file_uploads_except_images_disabled",
        "blocked_file_type",
        "slack_connect_file_upload_sharing_blocked",
        "slack_connect_blocked_file_type",
    ),
    Refusal.MISSING_SCOPE: ("missing_scope", "no_permission", "not_allowed_token_type"),
    Refusal.THREAD_GONE: ("thread_not_found",),
    Refusal.USER_GONE: (
        "user_not_found",
        "user_not_visible",
        "user_disabled",
        "user_not_in_channel",
        "messages_tab_disabled",
        "cannot_dm_bot",
    ),
    Refusal.NOT_NOW: ("external_channel_migrating", "team_added_to_org", "org_login_required"),
}
_REFUSALS = {word: refusal for refusal, words in _WORDS.items() for word in words}

_TOO_FAST = frozenset({"ratelimited", "rate_limited", "message_limit_exceeded"})
#: Slack documents these as "possible some aspect of the operation succeeded before the error was raised"
_BROKE_OFF = frozenset({"internal_error", "fatal_error", "service_unavailable", "request_timeout", "update_failed"})


def retry_after(headers: Mapping[str, str]) -> float:
    """Seconds of the Retry-After header, not capped; a default where it is absent or no number of seconds."""
    try:
        seconds = float(headers.get("Retry-After", ""))
    except ValueError:
        return UNSAID_RETRY_AFTER
    # more than a year is no rest but a fault, and beyond what a date can hold
    return seconds if 0.0 <= seconds <= 366 * 86400 else UNSAID_RETRY_AFTER


def refused_or_not(method: str, status: int, data: object, headers: Mapping[str, str]) -> SlackError:
    """The error that a status and a body without `ok` stand for. An HTML page has no error word."""
    said = data if isinstance(data, Mapping) else {}
    word = said.get("error")
    if status == 429 or word in _TOO_FAST:
        return SlackRateLimited(method, str(word or f"HTTP {status}")[:80], retry_after=retry_after(headers))
    answer = word[:80] if isinstance(word, str) else f"HTTP {status}"
    if status >= 500 or word in _BROKE_OFF or (status < 400 and not isinstance(word, str)):
        return Ambiguous(method, answer)
    needed = said.get("needed")
    return Refused(method, answer, needed=needed[:200] if isinstance(needed, str) else None)


def translated(method: str, error: Exception) -> SlackError:
    """The error of our family for one of slack_sdk's or aiohttp's.

    aiohttp's connector errors and its connect timeout come before anything was written; every other error of a
    connection may come after Slack has read the request.
    """
    if isinstance(error, SlackApiError):
        answer = error.response
        # an unreadable body comes with aiohttp's response instead of slack_sdk's
        status = getattr(answer, "status_code", getattr(answer, "status", 0))
        return refused_or_not(method, int(status), getattr(answer, "data", None), getattr(answer, "headers", {}))
    if isinstance(error, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError | aiohttp.ClientHttpProxyError):
        return NotConnected(method, type(error).__name__)
    return Ambiguous(method, type(error).__name__)


#: what a call can raise by way of the network, Slack, or slack_sdk
FAILURES = (SlackClientError, aiohttp.ClientError, TimeoutError, OSError, UnicodeDecodeError)
