"""Shortcuts: follow what a message names, or open the modal that asks."""

from dataclasses import replace
from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext

from bot.domain.message_references import command_text, find_references
from bot.follow import CommandWorker
from bot.follow.command_store import IncomingCommand
from bot.follow.deps import COMMAND
from bot.follow.follow_modal import AboutMessage, ask
from bot.follow.modal_for_person import Asker
from bot.follow.responder import respond_to_url
from bot.listeners import payloads
from bot.listeners.commands import stored
from bot.listeners.request_check import Origin
from bot.render import replies

#: callback ids in the manifest
ON_MESSAGE = "follow_message"
ANYWHERE = "follow_anywhere"


def register(app: AsyncApp, worker: CommandWorker) -> None:
    """Listen to both shortcuts."""

    async def on_message(ack: AsyncAck, context: AsyncBoltContext, body: dict[str, Any]) -> None:
        await _follow_message(ack, context["origin"], payloads.read(payloads.MessageShortcut, body), worker)

    async def anywhere(ack: AsyncAck, context: AsyncBoltContext, body: dict[str, Any]) -> None:
        used, origin = payloads.read(payloads.GlobalShortcut, body), context["origin"]
        await ack()
        worker.start(ask(worker, _asker(origin, used), None, trigger_id=used.trigger_id))

    app.shortcut({"type": "message_action", "callback_id": ON_MESSAGE})(on_message)
    app.shortcut({"type": "shortcut", "callback_id": ANYWHERE})(anywhere)


async def _follow_message(ack: AsyncAck, origin: Origin, used: payloads.MessageShortcut, worker: CommandWorker) -> None:
    """Store what the message names as a command; if it names nothing, ask."""
    sites = worker.deps.site_names
    message = AboutMessage(
        channel_id=used.channel.id,
        message_ts=used.message_ts,
        thread_ts=payloads.read(payloads.ThreadOf, used.message).thread_ts,
    )
    found = find_references(used.message, sites=sites)
    if not found:
        await ack()
        asker = replace(_asker(origin, used), channel_id=used.channel.id, response_url=used.response_url)
        worker.start(ask(worker, asker, message, trigger_id=used.trigger_id))
        return
    is_stored = await stored(_incoming(origin, used, message, command_text(found, sites=sites)), worker)
    await ack()
    if not is_stored and used.response_url is not None:
        answer = replies.nothing_started(worker.texts(origin.team_id, used.user.id))
        url, team_id, enterprise_id = used.response_url, origin.team_id, origin.enterprise_id
        worker.start(respond_to_url(worker.deps, url, answer, team_id=team_id, enterprise_id=enterprise_id))


def _asker(origin: Origin, used: payloads.MessageShortcut | payloads.GlobalShortcut) -> Asker:
    return Asker(team_id=origin.team_id, enterprise_id=origin.enterprise_id, user_id=used.user.id)


def _incoming(origin: Origin, used: payloads.MessageShortcut, message: AboutMessage, text: str) -> IncomingCommand:
    return IncomingCommand(
        trigger_id=used.trigger_id,
        team_id=origin.team_id,
        enterprise_id=origin.enterprise_id,
        channel_id=message.channel_id,
        user_id=used.user.id,
        command=COMMAND,
        text=text,
        response_url=used.response_url,
        message_ts=message.message_ts,
        thread_ts=message.thread_ts,
    )
