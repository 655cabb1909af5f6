"""Count rejected requests, and log each kind of rejection at most once a minute."""

import time
from collections import Counter
from collections.abc import Callable
from enum import StrEnum

import structlog

_log = structlog.get_logger(__name__)

#: seconds between two lines of the same kind
_PERIOD = 60.0


class Rejection(StrEnum):
    """Why a request is rejected; the value is what the log says."""

    UNSIGNED = "not signed by Slack, or SLACK_SIGNING_SECRET is another app's"
    OUTDATED = "signed by Slack at another time: this machine's clock is wrong, or the request was repeated"
    UNREADABLE = "signed by Slack, but neither a form nor JSON"
    MALFORMED = "not HTTP"
    NO_SUCH_HOOK = "a hook that does not exist, or no longer"
    TOO_LARGE = "larger than anything that Slack sends"
    TOO_SLOW = "head, body or answer took too long"
    TOO_MANY = "more connections than this process takes"
    NOT_ACCEPTED = "the system accepts no more connections: the process has no file descriptors or memory left"


class Rejections:
    """Rejections of one server.

    A line is fixed text and a number: nothing of the request, which a stranger can make as long and as often as they
    like.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` returns seconds."""
        self._clock = clock
        self._unlogged: Counter[Rejection] = Counter()
        self._silent_until: dict[Rejection, float] = {}

    def add(self, rejection: Rejection) -> None:
        """Count a rejection. It is logged with all of its kind since the line before."""
        self._unlogged[rejection] += 1
        now = self._clock()
        if now < self._silent_until.get(rejection, now):
            return
        self._silent_until[rejection] = now + _PERIOD
        _log.warning("request_rejected", reason=rejection.value, count=self._unlogged.pop(rejection))
