"""Build every part once; start and stop them in order."""

import asyncio
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import structlog
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from bot import housekeeping, listeners, loop, web
from bot.clients import confluence
from bot.clients.confluence import ConfluenceClient, ConfluenceError, Credential, Site
from bot.clients.slack import SlackClient
from bot.clients.slack_session import open_session as open_slack_session
from bot.config import Settings
from bot.db import accounts, claims, sites
from bot.db.engine import Database, DatabaseError, open_database, ping
from bot.db.migrate import migrate, pending
from bot.db.secrets import Secrets
from bot.deliver import Deliverer, Tools
from bot.domain.cadence import Bounds
from bot.domain.command import SiteKind, SiteName
from bot.follow import Answerer, Means, SiteAccess
from bot.follow.asking import People
from bot.metrics import Metrics
from bot.poll import Poller, Reach
from bot.render.words import Catalogs, load_catalogs
from bot.web import CannotListen

_log = structlog.get_logger(__name__)

CATALOGS = Path(__file__).parent / "render" / "catalogs"
#: a platform kills after ten seconds or more; so long may what is in hand take
IN_HAND = timedelta(seconds=8)
#: seconds without a turn after which a loop counts as stuck
STUCK_AFTER = 90.0


class StartError(Exception):
    """The bot cannot start; the message is one sentence for the operator."""


def now() -> datetime:
    """The wall clock (UTC); the only place where it is read."""
    return datetime.now(UTC)


@dataclass(kw_only=True)
class Bot:
    """Every part of a running bot."""

    settings: Settings
    database: Database
    metrics: Metrics
    answerer: Answerer
    poller: Poller
    deliverer: Deliverer
    slack_app: AsyncApp | None
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    heartbeats: dict[str, loop.Heartbeat] = field(default_factory=dict)
    #: where HTTP listens, once it does
    port: int | None = None

    async def ready(self) -> list[str]:
        """Why this process is not ready; nothing where it is."""
        if self.stopping.is_set():
            return ["stopping"]
        trouble = await ping(self.database)
        if trouble is not None:
            return [f"the database does not answer: {trouble}"]
        reasons = [reason for reason in [await pending(self.database)] if reason]
        clock = asyncio.get_running_loop().time()
        stuck = [beat.name for beat in self.heartbeats.values() if beat.silent_for(clock) > STUCK_AFTER]
        return reasons + [f"the loop {name} has not turned for a minute" for name in stuck]


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
                access=await _single_site(settings, database, asking),
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


def _credential(settings: Settings) -> Credential:
    if settings.confluence_token is not None:
        return Credential.bearer(settings.confluence_token.get_secret_value())
    if settings.confluence_email is None or settings.confluence_api_token is None:
        raise StartError("CONFLUENCE_EMAIL with CONFLUENCE_API_TOKEN, or CONFLUENCE_TOKEN, is missing.")
    return Credential.basic(settings.confluence_email, settings.confluence_api_token.get_secret_value())


async def _single_site(settings: Settings, database: Database, asking: ConfluenceClient) -> SiteAccess:
    """The one site of the environment, and the operator's account there."""
    if settings.site_url is None or settings.people_url is None:
        raise StartError("CONFLUENCE_URL is missing.")
    kind = SiteKind(settings.kind)
    async with database.read() as connection:
        known = {row["base_url"]: row["cloud_id"] for row in await sites.all_sites(connection)}
    cloud_id = settings.confluence_cloud_id
    if cloud_id == "auto":
        cloud_id = await _cloud_id(settings.site_url, asking, known=known.get(settings.site_url))
    host = urlsplit(settings.site_url).hostname or settings.site_url
    async with database.begin() as connection:
        site_id = await sites.put_site(
            connection, alias=host.partition(".")[0][:64], kind=kind, base_url=settings.site_url, cloud_id=cloud_id
        )
        account_id = await accounts.operator_account(connection, site_id=site_id, now=now())
    return SiteAccess(
        name=SiteName(
            site_id=site_id,
            alias=host.partition(".")[0][:64],
            host=host,
            base_url=settings.site_url,
            cloud_id=cloud_id,
            kind=kind,
        ),
        site=Site(kind=kind, base_url=settings.site_url, cloud_id=cloud_id, api_url=settings.atlassian_api_url),
        people_url=settings.people_url,
        account_id=account_id,
        credential=_credential(settings),
    )


async def _cloud_id(site_url: str, asking: ConfluenceClient, *, known: str | None) -> str:
    try:
        return await asking.cloud_id(site_url)
    except ConfluenceError as error:
        if known is None:
            raise StartError(
                f"CONFLUENCE_CLOUD_ID is auto, but {site_url} did not tell its cloud id ({error}): set the id itself."
            ) from error
        return known


def _slack_app(settings: Settings, answerer: Answerer) -> AsyncApp:
    token = _bot_token(settings)

    async def authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
        # Bolt would ask Slack who the token is before the first listener runs, within the three seconds of a command.
        return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id, bot_token=token)

    secret = settings.slack_signing_secret
    app = AsyncApp(
        signing_secret=secret.get_secret_value() if secret else None,
        authorize=authorize,
        client=AsyncWebClient(base_url=settings.slack_api_url),
        # A request that nobody listens to is Slack's business, not an error.
        raise_error_for_unhandled_request=False,
    )
    listeners.register(app, answerer)
    return app


async def run(settings: Settings, *, worker: bool = False, started: Callable[[Bot], None] | None = None) -> None:
    """Run until SIGTERM or SIGINT, then finish what is in hand. Raises StartError and DatabaseError."""
    async with build(settings, listening=not worker) as bot:
        running = asyncio.get_running_loop()
        for signum in (signal.SIGTERM, signal.SIGINT):
            running.add_signal_handler(signum, bot.stopping.set)
        async with serving(bot, worker=worker):
            if started is not None:
                started(bot)
            await bot.stopping.wait()
            _log.info("stopping")
    _log.info("stopped")


@asynccontextmanager
async def serving(bot: Bot, *, worker: bool = False) -> AsyncIterator[None]:
    """Listen and let every loop turn; at the end finish what is in hand and give the claims back."""
    settings = bot.settings
    server = None
    if not worker or settings.http_wanted:
        metrics_token = settings.metrics_token.get_secret_value() if settings.metrics_token else None
        application = web.create(
            slack=bot.slack_app, ready=bot.ready, metrics=bot.metrics.render, metrics_token=metrics_token
        )
        server = await web.serve(application, host=settings.host, port=settings.port)
        bot.port = server.port
    halt = asyncio.Event()
    turning = [asyncio.create_task(turn) for turn in _loops(bot, halt=halt, worker=worker)]
    _log.info("started", port=bot.port, database=bot.database.writer.dialect.name, worker=worker)
    try:
        yield
    finally:
        bot.stopping.set()
        if server is not None:
            await server.stop()
        halt.set()
        await asyncio.gather(*turning)
        await asyncio.gather(
            bot.answerer.stop(within=IN_HAND), bot.poller.stop(within=IN_HAND), bot.deliverer.stop(within=IN_HAND)
        )


def _loops(bot: Bot, *, halt: asyncio.Event, worker: bool) -> list[Coroutine[None, None, None]]:
    poller, deliverer, answerer = bot.poller, bot.deliverer, bot.answerer
    steps: list[tuple[str, Callable[[], Awaitable[float]], asyncio.Event | None]] = [
        ("poll", poller.claim_step, poller.wake),
        ("write", poller.write_step, poller.landed),
        ("poll claims", poller.renew_step, None),
        ("deliver", deliverer.step, deliverer.wake),
        ("deliver claims", deliverer.renew_step, None),
        ("housekeeping", housekeeping.step(bot.database, retention_days=bot.settings.retention_days, now=now), None),
    ]
    if not worker:
        steps += [("answer", answerer.step, answerer.wake), ("answer claims", answerer.renew_step, None)]
    turns = []
    for name, step, wake in steps:
        bot.heartbeats[name] = loop.Heartbeat(name)
        turns.append(loop.run(step, name=name, stop=halt, wake=wake, heartbeat=bot.heartbeats[name], rest_at_most=60.0))
    return turns


async def migrate_only(settings: Settings) -> None:
    """Bring the database up to date. Raises DatabaseError."""
    database = open_database(settings.database_url.get_secret_value())
    try:
        await migrate(database)
    finally:
        await database.close()


__all__ = ["Bot", "CannotListen", "DatabaseError", "StartError", "build", "migrate_only", "now", "run", "serving"]
