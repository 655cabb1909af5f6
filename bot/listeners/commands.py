"""Slash commands: store, then acknowledge."""

import asyncio
import re
from typing import Any

import structlog
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck

from bot.db.engine import DatabaseAway
from bot.domain.plain_text import clean
from bot.follow import CommandWorker
from bot.follow.command_store import IncomingCommand
from bot.follow.commands import HANDLERS, Words
from bot.listeners import payloads
from bot.render import replies
from bot.render.message import Message

_log = structlog.get_logger(__name__)

#: characters of a command's text that are kept: more than any ten references take
MAX_TEXT = 8_000
#: characters of a command's name, which Slack limits to 32
MAX_NAME = 64


def register(app: AsyncApp, worker: CommandWorker) -> None:
    """Listen to the command under any name that the operator gives it."""

    async def listen(ack: AsyncAck, body: dict[str, Any]) -> None:
        began = asyncio.get_running_loop().time()
        await take(ack, payloads.read(payloads.Command, body), worker)
        worker.deps.metrics.commands.acknowledged(asyncio.get_running_loop().time() - began)

    app.command(re.compile(r"/.*"))(listen)


async def take(ack: AsyncAck, payload: payloads.Command, worker: CommandWorker) -> None:
    """Store a command and acknowledge it with nothing, unless it cannot be stored."""
    incoming = _incoming(payload)
    if await stored(incoming, worker):
        await ack()
    else:
        answer = _answer_without_database(incoming, worker)
        await ack(text=answer.text, blocks=list(answer.blocks), response_type="ephemeral")


def _answer_without_database(incoming: IncomingCommand, worker: CommandWorker) -> Message:
    """That nothing was started; the answer itself if that is words alone."""
    texts, command = worker.texts(incoming.team_id, incoming.user_id), worker.deps.parse(incoming.text)
    handler = HANDLERS[type(command)]
    if isinstance(handler, Words):
        return handler.render(texts, incoming.command, worker.deps.example, command)
    return replies.nothing_started(texts)


async def stored(incoming: IncomingCommand, worker: CommandWorker) -> bool:
    """Store a command; whether it is stored, or its commit is still going on. If not, nothing was written."""
    try:
        await worker.store(incoming, within=worker.deps.store_seconds)
    except DatabaseAway as error:
        _log.warning("command_not_stored", user=incoming.user_id, channel=incoming.channel_id, error=str(error))
        worker.deps.metrics.commands.not_stored()
        return False
    except Exception:  # noqa: BLE001 -- whatever it was, the person is informed
        _log.exception("command_not_stored", user=incoming.user_id, channel=incoming.channel_id)
        worker.deps.metrics.commands.not_stored()
        return False
    return True


def _incoming(payload: payloads.Command) -> IncomingCommand:
    return IncomingCommand(
        trigger_id=payload.trigger_id,
        team_id=payload.team_id,
        enterprise_id=payload.enterprise_id,
        channel_id=payload.channel_id,
        user_id=payload.user_id,
        command=clean(payload.command, limit=MAX_NAME),
        text=clean(payload.text, limit=MAX_TEXT),
        response_url=payload.response_url,
    )
