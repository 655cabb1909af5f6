"""Look at an installation without starting anything."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

from bot import doctor
from bot.app.clock import now
from bot.app.site import credential_of
from bot.clients import confluence
from bot.clients.confluence import ConfluenceClient, ConfluenceError, Site
from bot.clients.slack import SlackClient
from bot.clients.slack_session import open_session as open_slack_session
from bot.config import Settings, ephemeral_host
from bot.db.engine import DatabaseAway, DatabaseError, DatabaseInUse, open_database
from bot.db.migrate import newest, revision
from bot.db.url import parse, sqlite_file
from bot.domain.answer import Answer
from bot.domain.command import SiteKind


async def examine(settings: Settings) -> AsyncIterator[doctor.Check]:
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
        async for check in doctor.checks(
            settings,
            now=now(),
            host=ephemeral_host(),
            database=lambda: _database(settings.database_url.get_secret_value()),
            slack=client.auth_test if token else None,
            confluence=None if settings.atlassian_oauth else lambda: _confluence(settings, asking),
        ):
            yield check


async def _database(url: str) -> doctor.Database:
    file = sqlite_file(parse(url))
    if file is not None and not file.exists():
        return doctor.Database(newest=newest())
    try:
        database = open_database(url)
    except DatabaseInUse:
        # whoever holds it brought it up to date before
        return doctor.Database(revision=newest(), newest=newest())
    except DatabaseError as error:
        return doctor.Database(unreachable=str(error))
    try:
        return doctor.Database(revision=await revision(database), newest=newest())
    except DatabaseAway as error:
        return doctor.Database(unreachable=f"not reached ({error})")
    finally:
        await database.close()


async def _confluence(settings: Settings, asking: ConfluenceClient) -> Answer:
    url, cloud_id = settings.site_url or "", settings.confluence_cloud_id
    if cloud_id == "auto":
        try:
            cloud_id = await asking.cloud_id(url)
        except ConfluenceError as error:
            return error.answer
    site = Site(kind=SiteKind(settings.kind), base_url=url, cloud_id=cloud_id, api_url=settings.atlassian_api_url)
    return await asking.probe(site, credential_of(settings))
