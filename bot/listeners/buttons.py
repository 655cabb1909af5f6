"""Buttons: acknowledge, then do what they say."""

import re
from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext

from bot.follow import CommandWorker
from bot.follow.buttons import ACTIONS, press
from bot.follow.modal_for_person import Asker
from bot.follow.press import Press
from bot.follow.settings_submission import open_settings
from bot.listeners import payloads
from bot.listeners.request_check import Origin
from bot.render.buttons import Action


def register(app: AsyncApp, worker: CommandWorker) -> None:
    """Listen to every button the bot shows."""

    async def listen(ack: AsyncAck, context: AsyncBoltContext, body: dict[str, Any]) -> None:
        pressed = _press(context["origin"], payloads.read(payloads.Press, body))
        await ack()
        worker.start(press(worker.deps, worker.people, pressed))

    async def settings(ack: AsyncAck, context: AsyncBoltContext, body: dict[str, Any]) -> None:
        origin, pressed = context["origin"], payloads.read(payloads.Press, body)
        await ack()
        if pressed.trigger_id is not None:
            asker = Asker(team_id=origin.team_id, enterprise_id=origin.enterprise_id, user_id=pressed.user.id)
            worker.start(open_settings(worker, asker, trigger_id=pressed.trigger_id))

    async def open_page(ack: AsyncAck) -> None:
        await ack()

    app.action(re.compile("|".join(ACTIONS)))(listen)
    app.action(re.compile(f"{Action.HOME_SETTINGS}"))(settings)
    app.action(re.compile(f"{Action.OPEN}|{Action.OPEN_THREAD}"))(open_page)


def _press(origin: Origin, payload: payloads.Press) -> Press:
    action = payload.actions[0]
    container = payload.container or payloads.Container()
    return Press(
        team_id=origin.team_id,
        enterprise_id=origin.enterprise_id,
        channel_id=payload.channel.id if payload.channel is not None else None,
        user_id=payload.user.id,
        response_url=payload.response_url,
        trigger_id=payload.trigger_id,
        action=action.name,
        value=action.value,
        subscription_id=action.row_id,
        message_ts=container.message_ts or "",
        thread_ts=container.thread_ts,
        is_private=container.is_ephemeral,
        on_home=payload.view is not None and payload.view.type == "home",
    )
