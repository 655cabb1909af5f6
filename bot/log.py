"""Set up logging, and keep secrets out of every line."""

import logging
import re
import sys
from typing import TextIO

import structlog
from structlog.typing import EventDict, Processor

#: tokens of Slack and Atlassian, credentials after Basic or Bearer, the path of a response_url, what opens a WebSocket,
#: and the path of a hook
_SECRET = re.compile(
    r"\bx(?:ox[a-z]|app|oxe\.xox[a-z])-[\w.-]+|\bATATT[\w=.-]+|\b(?:Basic|Bearer)\s+[\w+/=.~-]+"
    r"|(?<=hooks\.slack\.com/)[\w/-]+|(?<=\?ticket=)[\w-]+|(?<=/hook/)[\w-]{20,}"
)
#: loggers that write bodies and headers, tokens among them, at DEBUG
_VERBOSE = ("slack_sdk", "slack_bolt", "aiohttp", "asyncio")
#: loggers that write every statement with its values at INFO
_DATABASE = ("sqlalchemy", "aiosqlite", "psycopg", "alembic")


def redact(_logger: object, _name: str, event: EventDict) -> EventDict:
    """Replace every secret in an event's values (a structlog processor)."""
    return {key: _redacted(value) for key, value in event.items()}


def _redacted(value: object) -> object:
    if isinstance(value, str):
        return _SECRET.sub("[secret]", value)
    if isinstance(value, int | float | bool | None):
        return value
    return tuple(map(_redacted, value)) if isinstance(value, tuple) else _redacted(str(value))


def set_up(*, level: str, style: str | None, stream: TextIO | None = None) -> None:
    """Log lines of `level` (a name of logging's) and above to `stream`; None is standard error.

    `style` is `console` or `json`; None is `console` on a terminal and `json` otherwise.
    """
    out = stream or sys.stderr
    number = logging.getLevelNamesMapping()[level]
    console = style == "console" or (style is None and out.isatty())
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    # the traceback becomes text before it is redacted
    last: list[Processor] = [structlog.processors.format_exc_info, redact]
    if console:
        last.append(
            structlog.dev.ConsoleRenderer(colors=out.isatty(), exception_formatter=structlog.dev.plain_traceback)
        )
    else:
        last.append(structlog.processors.JSONRenderer())
    structlog.configure(
        processors=[*shared, *last],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(out),
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared, processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last]
        )
    )
    logging.basicConfig(level=number, handlers=[handler], force=True)
    for name in _VERBOSE:
        logging.getLogger(name).setLevel(max(number, logging.INFO))
    for name in _DATABASE:
        logging.getLogger(name).setLevel(max(number, logging.WARNING))
