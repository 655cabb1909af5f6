"""Make every part, and close it at the end."""

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult

from bot import listeners
from bot.app.application import Bot, StartError
from bot.app.clock import now
from bot.app.site import single_site
from bot.clients import confluence
from bot.clients.confluence import ConfluenceClient
from bot.clients.slack.client import SlackClient
from bot.clients.slack.session import open_session as open_slack_session
from bot.config import Settings
from bot.db import claims
from bot.db.engine import Database, open_database
from bot.db.migrate import migrate
from bot.db.secrets import Secrets
from bot.deliver import Deliverer, Tools
from bot.domain.poll_interval import Bounds
from bot.follow import Answerer, Means, SiteAccess
from bot.follow.deps import People
from bot.metrics import Metrics
from bot.poll import Poller, Reach
from bot.render import card
from bot.render.i18n import Catalogs, load_catalogs

#: on every card that is still moving
BUTTONS = (card.STOP, card.NOTIFY_ME, card.CHECK_NOW, card.OPEN)
CATALOGS = Path(__file__).parents[1] / "render" / "catalogs"


@dataclass(frozen=True, kw_only=True)
class _Parts:
    """What the verbs are made from."""

    settings: Settings
    database: Database
    metrics: Metrics
    secrets: Secrets
    catalogs: Catalogs
    asking: ConfluenceClient
    access: SiteAccess
    bounds: Bounds
    slack: Callable[[str], SlackClient]


@asynccontextmanager
async def build(settings: Settings, *, listening: bool = True) -> AsyncIterator[Bot]:
    """Make every part, migrate the database, and close everything at the end.

    `listening`: whether Slack's requests are taken (a worker takes none). Raises StartError and DatabaseError.
    """
    _refuse_what_is_not_there(settings)
    async with AsyncExitStack() as stack:
        database = open_database(settings.database_url.get_secret_value())
        stack.push_async_callback(database.close)
        await migrate(database)
        if database.is_sqlite:
            async with database.begin() as connection:
                await claims.clear_all(connection)
        slack_session = open_slack_session()
        stack.push_async_callback(slack_session.close)
        confluence_session = confluence.open_session()
        stack.push_async_callback(confluence_session.close)
        asking = ConfluenceClient(confluence_session)
        metrics = Metrics()
        client = SlackClient(
            slack_session, token=_bot_token(settings), base_url=settings.slack_api_url, count=metrics.slack_call
        )
        yield _assemble(
            _Parts(
                settings=settings,
                database=database,
                metrics=metrics,
                secrets=Secrets(_keys(settings)),
                catalogs=load_catalogs(CATALOGS),
                asking=asking,
                access=await single_site(settings, database, asking),
                bounds=Bounds(min_seconds=settings.poll_min_seconds, max_seconds=settings.poll_max_seconds),
                slack=lambda _team_id: client,
            ),
            listening=listening,
        )


def _assemble(parts: _Parts, *, listening: bool) -> Bot:
    settings, access = parts.settings, parts.access
    site_id = access.name.site_id
    deliverer = Deliverer(
        tools=Tools(
            database=parts.database,
            slack=parts.slack,
            catalogs=parts.catalogs,
            secrets=parts.secrets,
            metrics=parts.metrics,
            now=now,
            people_urls={site_id: access.people_url},
            actions=BUTTONS,
        )
    )
    poller = Poller(
        database=parts.database,
        confluence=parts.asking,
        reach=Reach(sites={site_id: access.site}, credentials={access.account_id: access.credential}),
        now=now,
        bounds=parts.bounds,
        metrics=parts.metrics,
        told=deliverer.wake,
    )
    means = Means(
        database=parts.database,
        confluence=parts.asking,
        slack=parts.slack,
        catalogs=parts.catalogs,
        secrets=parts.secrets,
        metrics=parts.metrics,
        now=now,
        sites={site_id: access},
        bounds=parts.bounds,
        default_language=settings.default_language,
        told=deliverer.wake,
        due=poller.wake,
    )
    answerer = Answerer(means=means, people=People(parts.slack, clock=now))
    return Bot(
        settings=settings,
        database=parts.database,
        metrics=parts.metrics,
        answerer=answerer,
        poller=poller,
        deliverer=deliverer,
        slack_app=_slack_app(settings, answerer) if listening else None,
    )


def _refuse_what_is_not_there(settings: Settings) -> None:
    """What the settings know and this version does not do is said, not ignored."""
    if settings.socket_mode:
        raise StartError("SLACK_APP_TOKEN is set, but this version does not speak Socket Mode yet: use HTTP.")
    if settings.slack_oauth:
        raise StartError("SLACK_CLIENT_ID is set, but this version installs no workspaces yet: use SLACK_BOT_TOKEN.")
    if settings.atlassian_oauth:
        raise StartError(
            "ATLASSIAN_CLIENT_ID is set, but this version links no Atlassian accounts yet: use CONFLUENCE_EMAIL and "
            "CONFLUENCE_API_TOKEN, or CONFLUENCE_TOKEN."
        )


def _bot_token(settings: Settings) -> str:
    if settings.slack_bot_token is None:
        raise StartError("SLACK_BOT_TOKEN is missing.")
    return settings.slack_bot_token.get_secret_value()


def _keys(settings: Settings) -> list[str]:
    """What encrypts at rest: the operator's keys, else the secret there is in any case."""
    if settings.encryption_keys:
        return [key.get_secret_value() for key in settings.encryption_keys]
    own = settings.slack_signing_secret or settings.slack_bot_token
    return [own.get_secret_value()] if own is not None else []


def _slack_app(settings: Settings, answerer: Answerer) -> AsyncApp:
    token = _bot_token(settings)

    async def authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
        # Bolt would ask Slack who the token is before the first listener runs, within the three seconds of a command.
        return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id, bot_token=token)

    secret = settings.slack_signing_secret
    # Bolt reads SLACK_BOT_TOKEN by itself, and warns at every start that it will not be used.
    quiet = logging.getLogger("slack_bolt.start")
    quiet.addFilter(lambda record: "token" not in record.getMessage())
    app = AsyncApp(
        logger=quiet,
        signing_secret=secret.get_secret_value() if secret else None,
        authorize=authorize,
        # A request that nobody listens to is Slack's business, not an error.
        raise_error_for_unhandled_request=False,
    )
    listeners.register(app, answerer)
    return app


async def migrate_only(settings: Settings) -> None:
    """Bring the database up to date. Raises DatabaseError."""
    database = open_database(settings.database_url.get_secret_value())
    try:
        await migrate(database)
    finally:
        await database.close()
