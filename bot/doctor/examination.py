"""Examine an installation: run every check, side by side and within bounds, without starting or changing anything."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack
from datetime import datetime
from typing import Any

import structlog
from pydantic import SecretStr

from bot.clients import confluence
from bot.clients.confluence import ConfluenceClient, Credential
from bot.clients.slack.client import SlackClient
from bot.clients.slack.session import open_session as open_slack_session
from bot.config import Settings, ephemeral_host, unsupported
from bot.db.engine import Database
from bot.doctor.confluence import check_confluence
from bot.doctor.database import check_database
from bot.doctor.disk import check_files
from bot.doctor.report import without_secrets
from bot.doctor.settings import check_settings
from bot.doctor.signing import check_signing
from bot.doctor.slack import check_slack, check_socket
from bot.doctor.tokens import check_expiry
from bot.domain.check import Check, failed
from bot.metrics import Metrics

_log = structlog.get_logger(__name__)

#: seconds that all checks of one part may take; each call has a shorter limit of its own
PART_SECONDS = 25.0

_Checking = Coroutine[Any, Any, list[Check]]


async def examine(
    settings: Settings,
    *,
    now: Callable[[], datetime],
    real_time: Callable[[], datetime],
    credential_of: Callable[[Settings], Credential],
    database: Database | None = None,
) -> AsyncIterator[Check]:
    """Yield every check, in the same order always; each is a line without secrets.

    `now` (UTC): the clock by which the bot works; `real_time` (UTC): the clock of this machine. `database`: the one
    that this process works with, if it is a running bot. The parts are examined side by side, so that all of it takes
    as long as the slowest part, PART_SECONDS at most.
    """
    async with AsyncExitStack() as stack:
        slack_session = await stack.enter_async_context(open_slack_session(settings.slack_api_url))
        client = ConfluenceClient(await stack.enter_async_context(confluence.open_session()))

        def slack_client(token: SecretStr) -> SlackClient:
            secret = token.get_secret_value()
            return SlackClient(slack_session, token=secret, base_url=settings.slack_api_url, metrics=Metrics())

        parts: list[tuple[str, _Checking]] = [("Database", check_database(settings, now=now(), opened=database))]
        if unsupported(settings) is None and settings.slack_bot_token is not None:
            bot_token, app_token = settings.slack_bot_token, settings.slack_app_token
            parts.append(("Slack", check_slack(slack_client(bot_token), now=real_time(), signs=app_token is None)))
            if app_token is None:
                parts.append(("Signing", check_signing(settings, real_time=real_time())))
            else:
                parts.append(("Socket Mode", check_socket(slack_client(app_token))))
            parts.append(("Confluence", check_confluence(settings, client, credential_of, now=real_time())))
        tasks = [asyncio.create_task(_bounded(name, checking)) for name, checking in parts]
        stack.push_async_callback(_cancel, tasks)
        for check in check_settings(settings):
            yield without_secrets(check, settings)
        for number, task in enumerate(tasks):
            of_files = check_files(settings, host=ephemeral_host(settings.database_url.file)) if number == 0 else []
            for check in [*await task, *of_files]:
                yield without_secrets(check, settings)
        for check in check_expiry(settings, now=real_time()):
            yield without_secrets(check, settings)


async def _bounded(name: str, checking: _Checking) -> list[Check]:
    """Check one part; one that takes too long, or that fails in an unforeseen way, leaves the others alone."""
    try:
        async with asyncio.timeout(PART_SECONDS):
            return await checking
    except TimeoutError:
        detail = f"no result within {PART_SECONDS:.0f} seconds"
        return [failed(name, detail, fix="see what makes it so slow: the network, or what answers there")]
    except Exception as error:  # noqa: BLE001 -- whatever it is, the other checks say what they have found
        _log.exception("check_crashed", check=name)
        detail = f"this check itself failed ({type(error).__name__})"
        return [failed(name, detail, fix="report it as a bug, with the log of this run")]


async def _cancel(tasks: list[asyncio.Task[list[Check]]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
