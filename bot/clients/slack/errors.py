"""What a failed call to Slack raises: one exception family, translated in one place."""

import re
from collections.abc import Mapping
from enum import StrEnum

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.clients.http import UnknownHost

#: seconds to wait if Slack limits the rate without saying for how long
DEFAULT_RETRY_AFTER = 30.0
#: seconds; a longer wait is a fault of the server, and beyond what a date can hold
_LONGEST_RETRY_AFTER = 366 * 86400


class SlackError(Exception):
    """A call failed. The text holds the method and Slack's word, never a token or a message."""

    #: one of a small set of words, for metrics
    label = "failed"

    def __init__(self, method: str, answer: str) -> None:
        super().__init__(f"{method}: {answer}")
        self.method = method
        #: Slack's error word, or the kind of failure on the way there
        self.answer = answer


class SlackRateLimited(SlackError):
    """429, or the same said in a body: nothing was done, and this method has to pause in this workspace."""

    label = "rate_limited"

    def __init__(self, method: str, answer: str, *, retry_after: float) -> None:
        super().__init__(method, answer)
        #: seconds, as Slack said, not capped
        self.retry_after = retry_after


class Ambiguous(SlackError):
    """5xx, a timeout or a dropped connection: Slack may have done it or not."""

    label = "ambiguous"


class NotConnected(SlackError):
    """The request was never made (DNS, connection refused, TLS, proxy): nothing was done."""

    label = "not_connected"


class Refusal(StrEnum):
    """Why Slack refuses, as far as the reason decides what to do next."""

    MESSAGE_GONE = "message_gone"
    EDIT_CLOSED = "edit_closed"
    BLOCKS_REFUSED = "blocks_refused"
    TOO_LONG = "too_long"
    NOT_IN_CHANNEL = "not_in_channel"
    #: on a command: a private channel or a DM of others; later: deleted, or the app was removed from it
    CHANNEL_GONE = "channel_gone"
    ARCHIVED = "archived"
    WORKSPACE_GONE = "workspace_gone"
    #: a rule of the channel or the workspace about who may post
    RESTRICTED = "restricted"
    MISSING_SCOPE = "missing_scope"
    #: a home was replaced by something else since it was published
    VIEW_CHANGED = "view_changed"
    #: the app has no home tab
    HOME_OFF = "home_off"
    THREAD_GONE = "thread_gone"
    #: the user left, was never visible, or takes no messages of the app
    USER_GONE = "user_gone"
    #: temporary, nothing was done: the same call may succeed in a minute
    NOT_NOW = "not_now"
    #: an error word that is in no list: applies to this message only
    UNKNOWN = "unknown"


class Refused(SlackError):
    """Slack understood and refused. Nothing was done, and the same call would be refused again."""

    def __init__(self, method: str, answer: str) -> None:
        super().__init__(method, answer)
        self.refusal = _REFUSALS.get(answer, Refusal.UNKNOWN)
        self.label = self.refusal.value


#: what metrics call the answers of Slack
LABELS = ("ok", SlackRateLimited.label, Ambiguous.label, NotConnected.label, *(refusal.value for refusal in Refusal))

#: error words of the methods used here (docs.slack.dev/reference/methods), by what they mean for the bot
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
    Refusal.TOO_LONG: ("msg_too_long", "msg_too_large", "view_too_large"),
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
    Refusal.VIEW_CHANGED: ("hash_conflict",),
    Refusal.HOME_OFF: ("not_enabled",),
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
_AMBIGUOUS = frozenset({"internal_error", "fatal_error", "service_unavailable", "request_timeout", "update_failed"})

_NOT_PLAIN = re.compile(r"[^\x20-\x7e]")

#: every exception by which a call can fail; AttributeError is slack_sdk's at JSON that is no object
FAILURES = (SlackClientError, aiohttp.ClientError, TimeoutError, OSError, UnicodeDecodeError, AttributeError)


def retry_after(headers: Mapping[str, str]) -> float:
    """Seconds of the Retry-After header, not capped; a default if it is absent or not a number of seconds."""
    try:
        seconds = float(headers.get("Retry-After", ""))
    except ValueError:
        return DEFAULT_RETRY_AFTER
    return seconds if 0.0 <= seconds <= _LONGEST_RETRY_AFTER else DEFAULT_RETRY_AFTER


def error_from_response(method: str, status: int, data: object, headers: Mapping[str, str]) -> SlackError:
    """The error for a status and a body without ok. An HTML page has no error word."""
    found = data.get("error") if isinstance(data, Mapping) else None
    word = _NOT_PLAIN.sub("?", found[:80]) if isinstance(found, str) else None
    answer = word or f"HTTP {status}"
    if status == 429 or word in _TOO_FAST:
        return SlackRateLimited(method, answer, retry_after=retry_after(headers))
    if status >= 500 or word in _AMBIGUOUS or (status < 400 and word is None):
        return Ambiguous(method, answer)
    return Refused(method, answer)


def error_from_exception(method: str, error: Exception) -> SlackError:
    """The error of this family for one of slack_sdk's or aiohttp's.

    aiohttp raises its connector errors and its connect timeout before it writes anything; after every other error of
    a connection Slack may have read the request.
    """
    if isinstance(error, SlackApiError):
        answer = error.response
        # for an unreadable body slack_sdk passes on aiohttp's response instead of its own
        status = getattr(answer, "status_code", getattr(answer, "status", 0))
        return error_from_response(method, int(status), getattr(answer, "data", None), getattr(answer, "headers", {}))
    if isinstance(error, UnknownHost):
        return Refused(method, "unknown host")
    if isinstance(error, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError | aiohttp.ClientHttpProxyError):
        return NotConnected(method, type(error).__name__)
    return Ambiguous(method, type(error).__name__)
