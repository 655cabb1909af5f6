"""Errors to Sentry and spans to OpenTelemetry, each only where its setting is there and its extra installed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from types import TracebackType

import structlog

from bot import log
from bot.app.application import StartError
from bot.app.error_reports import Sentry
from bot.app.traces import Traces
from bot.config import Settings
from bot.db.engine import DatabaseAway, DatabaseError
from bot.spans import Spans

_log = structlog.get_logger(__name__)


@asynccontextmanager
async def telemetry(settings: Settings) -> AsyncIterator[Spans]:
    """Send within the context what was asked for; at its end what is left. Raises StartError for a bad address.

    A setting without its extra does not keep the bot from running: some platforms set `SENTRY_DSN` by themselves.
    """
    async with AsyncExitStack() as stack:
        if settings.sentry_dsn is not None:
            _begin_reports(settings.sentry_dsn.get_secret_value(), stack)
        endpoint = settings.otel_exporter_otlp_endpoint
        yield Spans() if endpoint is None else _begin_traces(endpoint, stack)


def _begin_reports(dsn: str, stack: AsyncExitStack) -> None:
    try:
        sentry = Sentry(dsn)
    except ImportError:
        _say_missing("SENTRY_DSN", extra="sentry")
        return
    except ValueError:
        raise StartError("SENTRY_DSN is not what Sentry calls a DSN, like https://key@o1.ingest.sentry.io/2.") from None
    # Each waits for a server, so neither may hold the event loop.
    stack.push_async_callback(asyncio.to_thread, sentry.close)
    stack.callback(log.report_errors_to, None)
    stack.push(partial(_report_crash, sentry))
    log.report_errors_to(sentry.report)


def _report_crash(
    sentry: Sentry, _kind: type[BaseException] | None, error: BaseException | None, _traceback: TracebackType | None
) -> None:
    """Report what ends the process, unless it is a sentence for the operator."""
    if isinstance(error, Exception) and not isinstance(error, StartError | DatabaseError | DatabaseAway):
        sentry.report({"event": "crashed", "level": "critical", "exc_info": error})


def _begin_traces(endpoint: str, stack: AsyncExitStack) -> Spans:
    try:
        traces = Traces(endpoint)
    except ImportError:
        _say_missing("OTEL_EXPORTER_OTLP_ENDPOINT", extra="otel")
        return Spans()
    except ValueError:
        raise StartError("OTEL_EXPORTER_OTLP_ENDPOINT is not an address, like http://collector:4318.") from None
    stack.push_async_callback(asyncio.to_thread, traces.close)
    return Spans(traces.record)


def _say_missing(setting: str, *, extra: str) -> None:
    fix = f"install the extra {extra} (uv sync --extra {extra}), or take {setting} away"
    _log.error("extra_not_installed", setting=setting, extra=extra, fix=fix)
