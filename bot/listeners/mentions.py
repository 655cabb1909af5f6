"""Mentions of the bot: store them as commands, then acknowledge."""

from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.response import BoltResponse

from bot.domain.mention import command_of_mention
from bot.domain.plain_text import clean
from bot.follow import CommandWorker
from bot.follow.command_store import IncomingCommand
from bot.listeners.commands import MAX_TEXT, stored
from bot.listeners.event_payloads import Mention
from bot.listeners.payloads import read
from bot.listeners.request_check import Origin

MENTIONED = "app_mention"


def register(app: AsyncApp, worker: CommandWorker) -> None:
    """Listen to mentions.

    Bolt acknowledges an event before its listener runs, but after the middleware of that listener: there the mention is
    stored, so that one that is not stored is not acknowledged, and Slack sends it again.
    """

    async def store(context: AsyncBoltContext, body: dict[str, Any]) -> BoltResponse:
        mention = read(Mention, body)
        incoming = _incoming(context["origin"], mention, worker)
        if incoming is None or await stored(incoming, worker):
            return BoltResponse(status=200)
        return BoltResponse(status=503)

    async def nothing_left_to_do() -> None:
        return None

    app.event(MENTIONED, middleware=[store])(nothing_left_to_do)


def _incoming(origin: Origin, mention: Mention, worker: CommandWorker) -> IncomingCommand | None:
    """The command that a mention is; None if a bot wrote it, this one or another."""
    event = mention.event
    bot_id = next((authorization.user_id for authorization in mention.authorizations), None)
    if event.user is None or event.bot_id is not None or event.user == bot_id:
        return None
    deps = worker.deps
    text = clean(event.text, limit=MAX_TEXT)
    return IncomingCommand(
        trigger_id=mention.event_id,
        team_id=origin.team_id,
        enterprise_id=origin.enterprise_id,
        channel_id=event.channel,
        user_id=event.user,
        command=f"@{deps.bot_name}",
        text=command_of_mention(text, bot_id=bot_id, sites=deps.site_names),
        response_url=None,
        message_ts=event.ts,
        thread_ts=event.thread_ts,
    )
