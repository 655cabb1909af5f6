"""Set up logging: our own lines and those of libraries in the same form."""

import logging
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import TextIO

import structlog
from structlog.typing import EventDict, Processor

from bot.log.redaction import redact
from bot.log.repeats import MINUTE, Repeats

#: loggers that write bodies and headers, tokens among them, at DEBUG
_VERBOSE = ("slack_sdk", "slack_bolt", "aiohttp", "asyncio", "urllib3")
#: loggers that write every statement with its values at INFO
_DATABASE = ("sqlalchemy", "aiosqlite", "alembic")
#: warns of errors that follow from one which it raises, and which ones follow depends on time
_PSYCOPG = "psycopg"
#: lines that are written however often they come: what people did, and the dampening's own
_NEVER_DAMPENED = frozenset({"acted", "repeated"})

#: is called with an error's line as it was logged, before its exception becomes text
Report = Callable[[EventDict], None]

_reports: list[Report] = []


def report_errors_to(report: Report | None) -> None:
    """Pass every error that is logged to `report` as well; None: to nobody any more."""
    _reports[:] = [] if report is None else [report]


def _report(_logger: object, _name: str, event: EventDict) -> EventDict:
    if event.get("level") in ("error", "critical"):
        for report in _reports:
            # a line that cannot be reported is still written
            with suppress(Exception):
                report(event)
    return event


class _Dampener:
    """Holds back lines that come too often; a line says once a minute how many."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._repeats = Repeats()
        self._lock = threading.Lock()

    def _admits(self, place: str) -> bool:
        now = self._clock()
        with self._lock:
            over = self._repeats.over(now)
            is_admitted = self._repeats.admits(place, now)
        for repeat in over:
            structlog.get_logger().warning("repeated", of=repeat.place, times=repeat.times, seconds=round(MINUTE))
        return is_admitted

    def __call__(self, _logger: object, _name: str, event: EventDict) -> EventDict:
        """Drop one of our own lines (a structlog processor); its place is what it is called."""
        name = str(event["event"])
        if name not in _NEVER_DAMPENED and not self._admits(name):
            raise structlog.DropEvent
        return event

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether a library's line is to be written (a filter of logging's); its place is the line of code."""
        return self._admits(f"{record.name} {record.module}:{record.lineno}")


def set_up(
    *, level: str, style: str | None, stream: TextIO | None = None, clock: Callable[[], float] = time.monotonic
) -> None:
    """Log lines of `level` (a name of logging's) and above to `stream`; None is standard error.

    `style` is `console` or `json`; None is `console` on a terminal and `json` otherwise. `clock` (seconds) is that of
    the dampening.
    """
    out = stream or sys.stderr
    number = logging.getLevelNamesMapping()[level]
    dampener = _Dampener(clock)
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    last = _last(console=style == "console" or (style is None and out.isatty()), colors=out.isatty())
    structlog.configure(
        processors=[dampener, *shared, *last],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(out),
    )
    handler = logging.StreamHandler(out)
    handler.addFilter(dampener.filter)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.add_logger_name],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    logging.basicConfig(level=number, handlers=[handler], force=True)
    for name in _VERBOSE:
        logging.getLogger(name).setLevel(max(number, logging.INFO))
    for name in _DATABASE:
        logging.getLogger(name).setLevel(max(number, logging.WARNING))
    logging.getLogger(_PSYCOPG).setLevel(max(number, logging.ERROR))


def _last(*, console: bool, colors: bool) -> list[Processor]:
    """What becomes of a line at last: its traceback becomes text before it is redacted."""
    renderer: Processor = structlog.processors.JSONRenderer()
    if console:
        renderer = structlog.dev.ConsoleRenderer(colors=colors, exception_formatter=structlog.dev.plain_traceback)
    return [_report, structlog.processors.format_exc_info, redact, renderer]


def adopt_the_rest() -> None:
    """Let warnings and exceptions that nothing has caught be lines like all others, from now on and in all threads."""
    logging.captureWarnings(capture=True)

    def crashed(kind: type[BaseException], error: BaseException, traceback: TracebackType | None) -> None:
        if issubclass(kind, Exception):
            structlog.get_logger().critical("crashed", exc_info=(kind, error, traceback))
        else:
            sys.__excepthook__(kind, error, traceback)

    def thread_crashed(args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None:
            crashed(args.exc_type, args.exc_value, args.exc_traceback)

    sys.excepthook, threading.excepthook = crashed, thread_crashed
