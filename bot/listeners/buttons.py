"""Buttons: acknowledge, then do what they say."""

import re
from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext

from bot.follow import CommandWorker
from bot.follow.buttons import ACTIONS, Press, press
from bot.render.buttons import Action


def register(app: AsyncApp, worker: CommandWorker) -> None:
    """Listen to every button the bot shows."""

    async def listen(ack: AsyncAck, context: AsyncBoltContext, body: dict[str, Any], action: dict[str, Any]) -> None:
        await ack()
        worker.start(press(worker.deps, worker.people, _press(context, body, action)))

    async def open_page(ack: AsyncAck) -> None:
        await ack()

    app.action(re.compile("|".join(ACTIONS)))(listen)
    app.action(Action.OPEN)(open_page)


def _press(context: AsyncBoltContext, body: dict[str, Any], action: dict[str, Any]) -> Press:
    container, channel = (body.get(name) or {} for name in ("container", "channel"))
    return Press(
        # Payloads of an app that is installed for a whole organisation may have no team; Bolt takes the person's.
        team_id=context.team_id or "",
        enterprise_id=context.enterprise_id,
        channel_id=channel.get("id"),
        user_id=body["user"]["id"],
        user_team_id=body["user"].get("team_id"),
        response_url=body.get("response_url"),
        action=action["action_id"],
        value=str(action.get("value", ""))[:20],
        message_ts=str(container.get("message_ts", "")),
    )
