"""Build every part of the bot once, and close it at the end: the composition root."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime

import structlog
from aiohttp import ClientSession

from bot import deliver, follow
from bot.app import clock
from bot.app.application import Bot, StartError
from bot.app.entries import bot_token, hooks, slack_events, socket_receiver
from bot.app.examination import examiner
from bot.app.interruption import finished
from bot.app.site import credential_of, single_site
from bot.app.stored_figures import StoredFigures
from bot.app.telemetry import telemetry
from bot.clients import confluence
from bot.clients.confluence import ConfluenceClient
from bot.clients.confluence.credentials import OperatorCredential
from bot.clients.slack.client import SlackClient
from bot.clients.slack.errors import SlackError
from bot.clients.slack.session import open_session as open_slack_session
from bot.clients.slack.socket import SocketClient
from bot.clients.slack.workspaces import SingleWorkspace
from bot.config import Settings, sealing_keys, unsupported
from bot.db import accounts, claims, workspaces
from bot.db.engine import Database, open_database
from bot.db.migrate import migrate
from bot.db.secrets import Secrets
from bot.db.write_probe import WriteProbe
from bot.deliver import ChannelList, Deliverer, PersonCheck
from bot.domain.poll_interval import Bounds
from bot.follow import CommandWorker, Watcher
from bot.follow.deps import HOOK_SECONDS, STORE_SECONDS
from bot.follow.people import People
from bot.metrics import Metrics
from bot.poll import Poller, SiteLister
from bot.render.i18n import CATALOGS, load_catalogs

_log = structlog.get_logger(__name__)

#: seconds that a start waits for Slack to say whose the bot token is
IDENTIFY_SECONDS = 2.0


@asynccontextmanager
async def build(
    settings: Settings,
    *,
    listening: bool = True,
    stopping: asyncio.Event | None = None,
    now: Callable[[], datetime] = clock.now,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    jitter: Callable[[], float] = random.random,
    store_seconds: float = STORE_SECONDS,
    hook_seconds: float = HOOK_SECONDS,
) -> AsyncIterator[Bot]:
    """Build every part, migrate the database, and close everything at the end.

    `listening`: whether Slack's requests are taken (a worker takes none). `stopping` is set when the process is to end.
    `now` (UTC) and `sleep` (seconds) may be those of another clock, `jitter` (0 to 1) shortens the waits between looks.
    Storing a command may take `store_seconds`, and a script waits `hook_seconds` for its thread. Raises StartError,
    DatabaseError and DatabaseAway.
    """
    _refuse_unavailable(settings)
    async with AsyncExitStack() as stack:
        metrics = Metrics()
        spans = await stack.enter_async_context(telemetry(settings))
        database = await _open(settings, stack, metrics, now=now())
        slack_session, confluence_session = _sessions(settings, stack)
        client = ConfluenceClient(confluence_session)
        slack = SlackClient(slack_session, token=bot_token(settings), base_url=settings.slack_api_url, metrics=metrics)
        workspace = await _workspace(slack, identified=listening)
        access = await single_site(settings, database, client, now=now())
        deps = follow.Deps(
            database=database,
            confluence=client,
            credentials=OperatorCredential(access.account_id, credential_of(settings)),
            slack=workspace,
            catalogs=load_catalogs(CATALOGS),
            secrets=Secrets(sealing_keys(settings)),
            metrics=metrics,
            spans=spans,
            now=now,
            sleep=sleep,
            store_seconds=store_seconds,
            hook_seconds=hook_seconds,
            public_url=settings.public_url,
            sites={access.name.site_id: access},
            bounds=Bounds(min_seconds=settings.poll_min_seconds, max_seconds=settings.poll_max_seconds),
            default_language=settings.default_language,
            follow_limit=settings.follow_limit,
            running_list=settings.running_list,
            examine=examiner(settings, database.share(), now=now),
        )
        sockets = _socket_client(settings, slack_session, metrics) if listening else None
        bot = _assemble(settings, deps, listening=listening, sockets=sockets, jitter=jitter, stopping=stopping)
        for stop in (bot.write_probe.stop, bot.stored_figures.stop):
            stack.push_async_callback(stop)
        yield bot


async def _open(settings: Settings, stack: AsyncExitStack, metrics: Metrics, *, now: datetime) -> Database:
    """Open the database, and close it at the end of the stack."""
    database = open_database(settings.database_url, metrics.database)
    stack.push_async_callback(database.close)
    await finished(_prepare(database, now=now), even_if_cancelled=database.is_sqlite)
    return database


def _sessions(settings: Settings, stack: AsyncExitStack) -> tuple[ClientSession, ClientSession]:
    """Open what calls Slack and what calls Confluence, and close both at the end of the stack."""
    sessions = open_slack_session(settings.slack_api_url), confluence.open_session()
    for session in sessions:
        stack.push_async_callback(session.close)
    return sessions


async def _prepare(database: Database, *, now: datetime) -> None:
    """Bring the database up to date, and try again whatever was refused before this start."""
    await migrate(database)
    async with database.begin() as connection:
        await accounts.probe_all(connection, now=now)
        await workspaces.try_all(connection, now=now)
        if database.is_sqlite:
            await claims.clear_all(connection)


def _assemble(
    settings: Settings,
    deps: follow.Deps,
    *,
    listening: bool,
    sockets: SocketClient | None,
    jitter: Callable[[], float],
    stopping: asyncio.Event | None,
) -> Bot:
    """Connect the verbs: each wakes the next."""
    stopping = stopping or asyncio.Event()
    command_worker = CommandWorker(deps=deps, people=_people(deps))
    poller, deliverer = _poller(deps, jitter=jitter), _deliverer(deps)
    watcher = Watcher(deps=deps, people=command_worker.people)
    site_lister = SiteLister(
        poller=poller,
        accounts={site_id: access.account_id for site_id, access in deps.sites.items()},
        watch_wake=watcher.wake,
        wake=deps.listing_wake,
    )
    return Bot(
        settings=settings,
        database=deps.database,
        write_probe=WriteProbe(database=deps.database),
        metrics=deps.metrics,
        stored_figures=_stored_figures(deps),
        command_worker=command_worker,
        poller=poller,
        site_lister=site_lister,
        watcher=watcher,
        deliverer=deliverer,
        channel_list=ChannelList(deps=deliverer.deps),
        person_check=PersonCheck(deps=deliverer.deps, team_ids=lambda: tuple(deliverer.worker.held)),
        slack_events=slack_events(settings, command_worker) if listening and sockets is None else None,
        socket_receiver=None if sockets is None else socket_receiver(settings, command_worker, sockets, jitter=jitter),
        hooks=hooks(command_worker, stopping) if listening else None,
        stopping=stopping,
    )


def _stored_figures(deps: follow.Deps) -> StoredFigures:
    return StoredFigures(
        database=deps.database.share(), metrics=deps.metrics.stored, now=deps.now, site_ids=tuple(deps.sites)
    )


def _poller(deps: follow.Deps, *, jitter: Callable[[], float]) -> Poller:
    return Poller(
        database=deps.database.share(),
        confluence=deps.confluence,
        sites={site_id: access.site for site_id, access in deps.sites.items()},
        credentials=deps.credentials,
        now=deps.now,
        bounds=deps.bounds,
        metrics=deps.metrics,
        spans=deps.spans,
        jitter=jitter,
        delivery_wake=deps.delivery_wake,
        wake=deps.polling_wake,
    )


def _deliverer(deps: follow.Deps) -> Deliverer:
    return Deliverer(
        deps=deliver.Deps(
            database=deps.database.share(),
            slack=deps.slack,
            catalogs=deps.catalogs,
            secrets=deps.secrets,
            metrics=deps.metrics,
            spans=deps.spans,
            now=deps.now,
            site_urls={site_id: access.people_url for site_id, access in deps.sites.items()},
            bot_name=deps.bot_name,
            default_language=deps.default_language,
            example=deps.example,
        ),
        wake=deps.delivery_wake,
    )


def _people(deps: follow.Deps) -> People:
    return People(slack=deps.slack, database=deps.database, now=deps.now, sleep=deps.sleep)


async def _workspace(slack: SlackClient, *, identified: bool) -> SingleWorkspace:
    """Return the workspace of the bot token.

    `identified`: Slack is asked whose the token is; where it does not say so at once, again when a request comes in.
    """
    workspace = SingleWorkspace(slack)
    if identified:
        try:
            async with asyncio.timeout(IDENTIFY_SECONDS):
                await workspace.identify()
        except (SlackError, TimeoutError) as error:
            _log.warning("token_not_identified", error=str(error) or type(error).__name__)
    return workspace


def _refuse_unavailable(settings: Settings) -> None:
    """Raises StartError for settings that this version does not support yet."""
    reason = unsupported(settings)
    if reason is not None:
        raise StartError(reason)


def _socket_client(settings: Settings, session: ClientSession, metrics: Metrics) -> SocketClient | None:
    """What opens connections of Socket Mode, with the token of the app; None if it is not used."""
    if settings.slack_app_token is None:
        return None
    token = settings.slack_app_token.get_secret_value()
    return SocketClient(session, SlackClient(session, token=token, base_url=settings.slack_api_url, metrics=metrics))


async def migrate_only(settings: Settings) -> None:
    """Bring the database up to date. Raises DatabaseError and DatabaseAway."""
    database = open_database(settings.database_url)
    try:
        await migrate(database)
    finally:
        await database.close()
