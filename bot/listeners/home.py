"""The home: a person opened it."""

from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.async_context import AsyncBoltContext

from bot.follow import CommandWorker
from bot.follow.home import Opening, opened
from bot.listeners.event_payloads import OpenedTabEvent
from bot.listeners.payloads import read


def register(app: AsyncApp, worker: CommandWorker) -> None:
    """Listen to people who open the home tab (docs.slack.dev/reference/events/app_home_opened).

    The same event is sent for the tab with the direct messages.
    """

    async def listen(context: AsyncBoltContext, body: dict[str, Any]) -> None:
        payload, origin = read(OpenedTabEvent, body), context["origin"]
        if payload.event.tab == "home":
            opening = Opening(
                event_id=payload.event_id,
                team_id=origin.team_id,
                enterprise_id=origin.enterprise_id,
                user_id=payload.event.user,
            )
            worker.start(opened(worker.deps, worker.people, opening))

    app.event("app_home_opened")(listen)
