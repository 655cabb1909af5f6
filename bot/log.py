"""Where log lines go, and what never gets into one."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any, TextIO

import structlog

#: tokens of Slack and Atlassian, and whatever follows Basic or Bearer
_SECRET = re.compile(
    r"\bx(?:ox[a-z]|app|oxe\.xox[a-z])-[\w.-]+|\bATATT[\w=.-]+|\b(?:Basic|Bearer)\s+[\w+/=.~-]+"
    r"|(?<=hooks\.slack\.com/)[\w/-]+",
)
#: loggers that write bodies and headers, tokens among them, at DEBUG
_TALKATIVE = ("slack_sdk", "slack_bolt", "aiohttp", "asyncio")
#: loggers that write every statement with its values at INFO
_DATABASE = ("sqlalchemy", "aiosqlite", "psycopg", "alembic")

Event = MutableMapping[str, Any]


def redacted(_logger: object, _name: str, event: Event) -> Event:
    """The same line with every token blanked, in whatever value it stands."""
    return {key: _clean(value) for key, value in event.items()}


def _clean(value: object) -> object:
    if isinstance(value, str):
        return _SECRET.sub("[secret]", value)
    if isinstance(value, int | float | bool | None):
        return value
    return _clean(str(value)) if not isinstance(value, tuple) else tuple(_clean(part) for part in value)


def set_up(*, level: str, style: str | None, stream: TextIO | None = None) -> None:
    """Log to `stream` (standard error): `console` or `json` lines from `level` on.

    Where `style` is None, `console` on a terminal and `json` elsewhere.
    """
    out = stream or sys.stderr
    number = logging.getLevelNamesMapping()[level]
    console = style == "console" or (style is None and out.isatty())
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    # the traceback becomes text first, so that it is redacted as well
    ending: list[structlog.typing.Processor] = [structlog.processors.format_exc_info, redacted]
    if console:
        ending.append(
            structlog.dev.ConsoleRenderer(colors=out.isatty(), exception_formatter=structlog.dev.plain_traceback)
        )
    else:
        ending.append(structlog.processors.JSONRenderer())
    structlog.configure(
        processors=[*shared, *ending],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(out),
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *ending],
        )
    )
    logging.basicConfig(level=number, handlers=[handler], force=True)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(max(number, logging.INFO))
    for name in _DATABASE:
        logging.getLogger(name).setLevel(max(number, logging.WARNING))
