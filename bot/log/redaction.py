"""Keep secrets out of every line."""

import re

from structlog.typing import EventDict

#: tokens of Slack and Atlassian, credentials after Basic or Bearer, the path of a response_url, what opens a WebSocket,
#: and the path of a hook
_SECRET = re.compile(
    r"\bx(?:ox[a-z]|app|oxe\.xox[a-z])-[\w.-]+|\bATATT[\w=.-]+|\b(?:Basic|Bearer)\s+[\w+/=.~-]+"
    r"|(?<=hooks\.slack\.com/)[\w/-]+|(?<=\?ticket=)[\w-]+|(?<=/hook/)[\w-]{20,}"
)


def redact(_logger: object, _name: str, event: EventDict) -> EventDict:
    """Replace every secret in an event's values (a structlog processor)."""
    return {key: _redacted(value) for key, value in event.items()}


def _redacted(value: object) -> object:
    if isinstance(value, str):
        return _SECRET.sub("[secret]", value)
    if isinstance(value, int | float | bool | None):
        return value
    return tuple(map(_redacted, value)) if isinstance(value, tuple) else _redacted(str(value))
