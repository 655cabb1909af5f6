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
from bot.app.site import credential_of, single_site
from bot.clients import confluence
from bot.clients.confluence import ConfluenceClient
from bot.clients.confluence.credentials import OperatorCredential
from bot.clients.slack.client import SlackClient
from bot.clients.slack.errors import SlackError
from bot.clients.slack.session import open_session as open_slack_session
from bot.clients.slack.socket import SocketClient
from bot.clients.slack.workspaces import SingleWorkspace
from bot.config import Settings
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
    now: Callable[[], datetime] = clock.now,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    jitter: Callable[[], float] = random.random,
    store_seconds: float = STORE_SECONDS,
    hook_seconds: float = HOOK_SECONDS,
) -> AsyncIterator[Bot]:
    """Build every part, migrate the database, and close everything at the end.

    `listening`: whether Slack's requests are taken (a worker takes none). `now` (UTC) and `sleep` (seconds) may be
    those of another clock, `jitter` (0 to 1) shortens the waits between looks. Storing a command may take
    `store_seconds`, and a script waits `hook_seconds` for its thread. Raises StartError, DatabaseError and
    DatabaseAway.
    """
    _refuse_unavailable(settings)
    async with AsyncExitStack() as stack:
        database = open_database(settings.database_url)
        stack.push_async_callback(database.close)
        await _prepare(database, now=now())
        slack_session, confluence_session = open_slack_session(settings.slack_api_url), confluence.open_session()
        for session in (slack_session, confluence_session):
            stack.push_async_callback(session.close)
        client, metrics = ConfluenceClient(confluence_session), Metrics()
        slack = SlackClient(slack_session, token=bot_token(settings), base_url=settings.slack_api_url, metrics=metrics)
        workspace = SingleWorkspace(slack)
        if listening:
            await _identify(workspace)
        access = await single_site(settings, database, client, now=now())
        deps = follow.Deps(
            database=database,
            confluence=client,
            credentials=OperatorCredential(access.account_id, credential_of(settings)),
            slack=workspace,
            catalogs=load_catalogs(CATALOGS),
            secrets=Secrets(_keys(settings)),
            metrics=metrics,
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
        )
        write_probe = WriteProbe(database=database)
        stack.push_async_callback(write_probe.stop)
        sockets = _socket_client(settings, slack_session, metrics) if listening else None
        yield _assemble(settings, deps, write_probe, listening=listening, sockets=sockets, jitter=jitter)


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
    write_probe: WriteProbe,
    *,
    listening: bool,
    sockets: SocketClient | None,
    jitter: Callable[[], float],
) -> Bot:
    """Connect the verbs: each wakes the next."""
    command_worker = CommandWorker(deps=deps, people=_people(deps))
    stopping = asyncio.Event()
    poller, deliverer = _poller(deps, jitter=jitter), _deliverer(deps)
    watcher = Watcher(deps=deps)
    site_lister = SiteLister(
        poller=poller,
        accounts={site_id: access.account_id for site_id, access in deps.sites.items()},
        watch_wake=watcher.wake,
        wake=deps.listing_wake,
    )
    return Bot(
        settings=settings,
        database=deps.database,
        write_probe=write_probe,
        metrics=deps.metrics,
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


def _poller(deps: follow.Deps, *, jitter: Callable[[], float]) -> Poller:
    return Poller(
        database=deps.database.share(),
        confluence=deps.confluence,
        sites={site_id: access.site for site_id, access in deps.sites.items()},
        credentials=deps.credentials,
        now=deps.now,
        bounds=deps.bounds,
        metrics=deps.metrics,
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


async def _identify(workspace: SingleWorkspace) -> None:
    """Find out whose the bot token is; where Slack does not say so at once, it is asked when a request comes in."""
    try:
        async with asyncio.timeout(IDENTIFY_SECONDS):
            await workspace.identify()
    except (SlackError, TimeoutError) as error:
        _log.warning("token_not_identified", error=str(error) or type(error).__name__)


def _refuse_unavailable(settings: Settings) -> None:
    """Raises StartError for settings that this version does not support yet."""
    if settings.slack_oauth:
        raise StartError("SLACK_CLIENT_ID is set, but this version installs no workspaces yet: use SLACK_BOT_TOKEN.")
    if settings.atlassian_oauth:
        raise StartError(
            "ATLASSIAN_CLIENT_ID is set, but this version links no Atlassian accounts yet: use CONFLUENCE_EMAIL and "
            "CONFLUENCE_API_TOKEN, or CONFLUENCE_TOKEN."
        )


def _socket_client(settings: Settings, session: ClientSession, metrics: Metrics) -> SocketClient | None:
    """What opens connections of Socket Mode, with the token of the app; None if it is not used."""
    if settings.slack_app_token is None:
        return None
    token = settings.slack_app_token.get_secret_value()
    return SocketClient(session, SlackClient(session, token=token, base_url=settings.slack_api_url, metrics=metrics))


def _keys(settings: Settings) -> list[str]:
    """The keys that encrypt at rest: the operator's, else the signing secret or the bot token."""
    if settings.encryption_keys:
        return [key.get_secret_value() for key in settings.encryption_keys]
    own = settings.slack_signing_secret or settings.slack_bot_token
    return [own.get_secret_value()] if own is not None else []


async def migrate_only(settings: Settings) -> None:
    """Bring the database up to date. Raises DatabaseError and DatabaseAway."""
    database = open_database(settings.database_url)
    try:
        await migrate(database)
    finally:
        await database.close()
