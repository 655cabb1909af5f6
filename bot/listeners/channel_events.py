"""Events: a channel was shared with another organisation, or no longer is."""

from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.async_context import AsyncBoltContext

from bot.follow import CommandWorker
from bot.follow.channels import channel_shared, channel_unshared
from bot.listeners.payloads import ChannelEvent, read


def register(app: AsyncApp, worker: CommandWorker) -> None:
    """Listen to channels being shared (docs.slack.dev/reference/events/channel_shared and channel_unshared).

    An event that comes twice changes nothing: it only makes Slack be asked again.
    """

    async def shared(context: AsyncBoltContext, body: dict[str, Any]) -> None:
        changed = read(ChannelEvent, body).event
        worker.start(channel_shared(worker.deps, context["origin"].team_id, changed.channel))

    async def unshared(context: AsyncBoltContext, body: dict[str, Any]) -> None:
        changed = read(ChannelEvent, body).event
        team_id, still_shared = context["origin"].team_id, changed.is_ext_shared
        worker.start(channel_unshared(worker.deps, team_id, changed.channel, still_shared=still_shared))

    app.event("channel_shared")(shared)
    app.event("channel_unshared")(unshared)
