"""Look at an installation without starting anything."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from datetime import datetime
from functools import partial

from bot.clients import confluence
from bot.clients.confluence import ConfluenceClient, ConfluenceError, Credential, Site
from bot.clients.slack.client import SlackClient
from bot.clients.slack.session import open_session as open_slack_session
from bot.config import Settings, ephemeral_host
from bot.db.engine import DatabaseAway, DatabaseError, DatabaseInUse, open_database
from bot.db.migrate import newest, revision
from bot.db.url import parse, sqlite_file
from bot.doctor import checks
from bot.domain.command import SiteKind
from bot.domain.poll_result import PollResult


async def examine(
    settings: Settings, *, now: datetime, credential_of: Callable[[Settings], Credential]
) -> AsyncIterator[checks.Check]:
    """Every check, as it is done. Nothing is started, nothing changed."""
    async with AsyncExitStack() as stack:
        slack_session = open_slack_session()
        stack.push_async_callback(slack_session.close)
        confluence_session = confluence.open_session()
        stack.push_async_callback(confluence_session.close)
        token = settings.slack_bot_token
        client = SlackClient(
            slack_session, token=token.get_secret_value() if token else "", base_url=settings.slack_api_url
        )
        asking = ConfluenceClient(confluence_session)
        async for check in checks.checks(
            settings,
            now=now,
            host=ephemeral_host(),
            database=lambda: _database(settings.database_url.get_secret_value()),
            slack=client.auth_test if token else None,
            confluence=None if settings.atlassian_oauth else partial(_confluence, settings, asking, credential_of),
        ):
            yield check


async def _database(url: str) -> checks.Database:
    file = sqlite_file(parse(url))
    if file is not None and not file.exists():
        return checks.Database(newest=newest())
    try:
        database = open_database(url)
    except DatabaseInUse:
        # whoever holds it brought it up to date before
        return checks.Database(revision=newest(), newest=newest())
    except DatabaseError as error:
        return checks.Database(unreachable=str(error))
    try:
        return checks.Database(revision=await revision(database), newest=newest())
    except DatabaseAway as error:
        return checks.Database(unreachable=f"not reached ({error})")
    finally:
        await database.close()


async def _confluence(
    settings: Settings, asking: ConfluenceClient, credential_of: Callable[[Settings], Credential]
) -> PollResult:
    url, cloud_id = settings.site_url or "", settings.confluence_cloud_id
    if cloud_id == "auto":
        try:
            cloud_id = await asking.cloud_id(url)
        except ConfluenceError as error:
            return error.answer
    site = Site(kind=SiteKind(settings.kind), base_url=url, cloud_id=cloud_id, api_url=settings.atlassian_api_url)
    return await asking.probe(site, credential_of(settings))
