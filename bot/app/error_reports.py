"""Send errors to Sentry: which line was logged, where the code was, and ids. Needs the extra `sentry`."""

import re
import ssl
import sys
from collections.abc import Iterator
from types import TracebackType
from typing import TYPE_CHECKING, Any

from structlog.typing import EventDict

from bot.log import redact

if TYPE_CHECKING:
    from sentry_sdk.types import Event, Hint

#: of an event that is sent; what else the SDK adds is left out
_KEPT = frozenset(
    {"event_id", "timestamp", "level", "platform", "release", "environment", "logger", "message", "exception", "tags"}
)
#: what a line may hold that is an id, or a word of ours
_IDS = frozenset(
    {
        "account",
        "action",
        "channel",
        "command",
        "kind",
        "long_task",
        "loop",
        "message",
        "method",
        "site",
        "subscription",
        "table",
        "team",
        "user",
        "verb",
        "watch",
        "work",
    }
)
_ID = re.compile(r"[\w.:<>-]{1,100}")
#: seconds that sending may take at the end
_LAST = 2.0


class Sentry:
    """Sends the errors that are logged to Sentry."""

    def __init__(self, dsn: str) -> None:
        """Raises ImportError without the extra, ValueError if `dsn` is none."""
        import sentry_sdk  # noqa: PLC0415 -- an extra, which few have

        self._client = sentry_sdk.Client(
            dsn=dsn,
            before_send=_only_known,
            # The integrations read requests, arguments, breadcrumbs and the command line. What may identify people
            # is off unless it is asked for.
            default_integrations=False,
            auto_enabling_integrations=False,
            include_local_variables=False,
            include_source_context=False,
            max_request_body_size="never",
            max_breadcrumbs=0,
            auto_session_tracking=False,
            # What OpenSSL trusts: SSL_CERT_FILE or the system's certificates, as every other outbound call.
            ca_certs=ssl.get_default_verify_paths().cafile,
        )

    def report(self, line: EventDict) -> None:
        """Send an error's line as it was logged. Its words may name pages and people, so they are left out."""
        # A library's line is a sentence with whatever it is about; our own is a name.
        library = line.get("logger")
        ids = {name: str(value) for name, value in line.items() if name in _IDS and _ID.fullmatch(str(value))}
        event: Event = {
            "level": "fatal" if line.get("level") == "critical" else "error",
            "logger": str(library or "bot"),
            "message": str(library or line["event"]),
            "tags": {name: str(value) for name, value in redact(None, "", ids).items()},
        }
        error = _error(line.get("exc_info"))
        if error is not None:
            event["exception"] = {"values": [_exception(each) for each in _chain(error)]}
        self._client.capture_event(event)

    def close(self) -> None:
        """Send what is left, for two seconds at most."""
        self._client.close(timeout=_LAST)


def _only_known(event: "Event", _hint: "Hint") -> "Event":
    return {name: value for name, value in event.items() if name in _KEPT}  # type: ignore[return-value] # names of one


def _error(exc_info: object) -> BaseException | None:
    """The exception of a line, in whichever of logging's forms."""
    if isinstance(exc_info, BaseException):
        return exc_info
    if isinstance(exc_info, tuple):
        return exc_info[1] if isinstance(exc_info[1], BaseException) else None
    return sys.exception() if exc_info else None


def _chain(error: BaseException) -> list[BaseException]:
    """An exception and those that led to it, the first cause first."""
    chain: list[BaseException] = []
    cause: BaseException | None = error
    while cause is not None and cause not in chain:
        chain.insert(0, cause)
        cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)
    return chain


def _exception(error: BaseException) -> dict[str, Any]:
    """Type and stack; never what the exception says, nor what its variables were."""
    frames = [
        {"filename": frame.f_code.co_filename, "function": frame.f_code.co_qualname, "lineno": line, "in_app": is_ours}
        for frame, line, is_ours in _frames(error.__traceback__)
    ]
    return {"type": type(error).__name__, "module": type(error).__module__, "stacktrace": {"frames": frames}}


def _frames(traceback: TracebackType | None) -> Iterator[tuple[Any, int, bool]]:
    while traceback is not None:
        frame = traceback.tb_frame
        yield frame, traceback.tb_lineno, str(frame.f_globals.get("__name__", "")).startswith("bot.")
        traceback = traceback.tb_next
