"""Take what Slack sends, by HTTP or by a socket, with the same listeners, and what scripts send."""

import asyncio
import logging
from collections.abc import Callable
from functools import partial

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.logger.messages import warning_token_skipped

from bot import listeners
from bot.app import clock
from bot.app.application import StartError
from bot.clients.slack.socket import SocketClient
from bot.config import Settings
from bot.follow import CommandWorker
from bot.follow.hook_calls import HookCalls
from bot.socket_mode import SocketReceiver, dispatch
from bot.web import Hooks, SlackEvents


def bot_token(settings: Settings) -> str:
    """The token by which the bot calls Slack. Raises StartError if it is missing."""
    if settings.slack_bot_token is None:
        raise StartError("SLACK_BOT_TOKEN is missing.")
    return settings.slack_bot_token.get_secret_value()


def slack_events(settings: Settings, command_worker: CommandWorker) -> SlackEvents:
    """What takes Slack's signed requests. Raises StartError without a signing secret."""
    if settings.slack_signing_secret is None:
        raise StartError("SLACK_SIGNING_SECRET is missing.")
    app = _slack_app(settings, command_worker)
    # Slack signs with the real time, whatever clock the bot works by.
    return SlackEvents(app, signing_secret=settings.slack_signing_secret.get_secret_value(), now=clock.now)


def socket_receiver(
    settings: Settings, command_worker: CommandWorker, sockets: SocketClient, *, jitter: Callable[[], float]
) -> SocketReceiver:
    """What takes envelopes of Socket Mode."""
    answer = partial(dispatch, _slack_app(settings, command_worker))
    return SocketReceiver(connect=sockets.open, answer=answer, metrics=command_worker.deps.metrics, jitter=jitter)


def _slack_app(settings: Settings, command_worker: CommandWorker) -> AsyncApp:
    token = bot_token(settings)

    async def authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
        # Bolt's own authorize calls auth.test before the first listener, within the three seconds of a command.
        return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id, bot_token=token)

    # Bolt reads SLACK_BOT_TOKEN by itself, and warns at every start that it will not be used.
    logger = logging.getLogger("slack_bolt.app")
    logger.addFilter(_is_not_about_the_token)
    check = listeners.RequestCheck(command_worker)
    app = AsyncApp(
        # Bolt would read the source of every frame to find its caller's name.
        name="longtask",
        logger=logger,
        authorize=authorize,
        before_authorize=check,
        # `bot.web` verifies requests before Bolt sees them; Bolt would log the body of every other.
        signing_secret="",
        request_verification_enabled=False,
        ssl_check_enabled=False,
        # Slack may send what no listener is registered for; it is acknowledged like all else.
        raise_error_for_unhandled_request=True,
    )
    listeners.register(app, command_worker, check)
    return app


def _is_not_about_the_token(record: logging.LogRecord) -> bool:
    return record.msg != warning_token_skipped()


def hooks(command_worker: CommandWorker, stopping: asyncio.Event) -> Hooks:
    """What takes the calls of scripts, until the process stops."""
    deps = command_worker.deps
    calls = HookCalls(worker=command_worker, database=deps.database.share(), stopping=stopping)
    return Hooks(calls, now=deps.now)
