"""Ask each part of an installation how it is, without starting or changing anything."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from datetime import datetime
from functools import partial

from pydantic import SecretStr

from bot.clients import confluence
from bot.clients.confluence import ConfluenceClient, ConfluenceError, Credential, Site
from bot.clients.slack.client import SlackClient
from bot.clients.slack.session import open_session as open_slack_session
from bot.config import Settings, ephemeral_host
from bot.db.engine import DatabaseAway, DatabaseError, DatabaseInUse, TakesNoWrites, open_database
from bot.db.migrate import is_known, newest, revision, unknown_revision
from bot.db.url import DatabaseAddress
from bot.db.write_probe import try_writing
from bot.doctor.checks import Check, DatabaseReport, run_checks
from bot.domain.poll_result import PollResult
from bot.metrics import Metrics


async def examine(
    settings: Settings, *, now: datetime, credential_of: Callable[[Settings], Credential]
) -> AsyncIterator[Check]:
    """Yield every check as soon as it is done."""
    async with AsyncExitStack() as stack:
        slack_session = await stack.enter_async_context(open_slack_session(settings.slack_api_url))
        client = ConfluenceClient(await stack.enter_async_context(confluence.open_session()))

        def slack_client(token: SecretStr) -> SlackClient:
            return SlackClient(
                slack_session, token=token.get_secret_value(), base_url=settings.slack_api_url, metrics=Metrics()
            )

        bot_token, app_token = settings.slack_bot_token, settings.slack_app_token
        async for check in run_checks(
            settings,
            now=now,
            host=ephemeral_host(),
            database=partial(_ask_database, settings.database_url),
            slack=slack_client(bot_token).auth_test if bot_token else None,
            socket=slack_client(app_token).socket_url if app_token else None,
            confluence=None if settings.atlassian_oauth else partial(_ask_confluence, settings, client, credential_of),
        ):
            yield check


async def _ask_database(address: DatabaseAddress) -> DatabaseReport:
    if address.file is not None and not address.file.exists():
        return DatabaseReport(newest=newest())
    try:
        database = open_database(address)
    except DatabaseInUse:
        # the process that uses it migrated it at its start
        return DatabaseReport(revision=newest(), newest=newest())
    except DatabaseError as error:
        return DatabaseReport(unreachable=str(error))
    try:
        current = await revision(database)
        if current is not None and not is_known(current):
            return DatabaseReport(unusable=unknown_revision(current))
        if current == newest():
            await try_writing(database)
        return DatabaseReport(revision=current, newest=newest())
    except TakesNoWrites as error:
        return DatabaseReport(takes_no_writes=str(error))
    except DatabaseAway as error:
        return DatabaseReport(unreachable=f"not reached ({error})")
    finally:
        await database.close()


async def _ask_confluence(
    settings: Settings, client: ConfluenceClient, credential_of: Callable[[Settings], Credential]
) -> PollResult:
    url, cloud_id = settings.site_url or "", settings.confluence_cloud_id
    if cloud_id == "auto":
        try:
            cloud_id = await client.cloud_id(url)
        except ConfluenceError as error:
            return error.result
    site = Site(kind=settings.kind, base_url=url, cloud_id=cloud_id, api_url=settings.atlassian_api_url)
    return await client.check_access(site, credential_of(settings))
