"""Buttons: acknowledged, then done."""

import re
from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck

from bot.follow import Answerer
from bot.follow.buttons import ACTIONS, Click
from bot.follow.pressing import Pressed, press
from bot.render.card import OPEN


def register(app: AsyncApp, answerer: Answerer) -> None:
    """Listen to every button the bot shows."""

    async def listen(ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        await ack()
        await press(answerer.means, answerer.people, _pressed(body, action))

    async def open_page(ack: AsyncAck) -> None:
        await ack()

    app.action(re.compile("|".join(ACTIONS)))(listen)
    app.action(OPEN)(open_page)


def _pressed(body: dict[str, Any], action: dict[str, Any]) -> Pressed:
    container = body.get("container") or {}
    return Pressed(
        team_id=body["team"]["id"],
        channel_id=body["channel"]["id"],
        user_id=body["user"]["id"],
        user_team_id=body["user"].get("team_id"),
        response_url=body.get("response_url", ""),
        click=Click(
            action=action["action_id"],
            value=str(action.get("value", ""))[:20],
            message_ts=str(container.get("message_ts", "")),
        ),
    )
