"""Events: a channel is or is no longer shared, was archived, deleted or renamed, or no longer has the bot in it."""

from datetime import UTC, datetime
from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.async_context import AsyncBoltContext

from bot.domain.states import LostReason
from bot.follow import CommandWorker
from bot.follow.channels import channel_shared, channel_unshared
from bot.follow.lost_channels import LostChannel, channel_lost, channel_renamed
from bot.listeners.event_payloads import ChannelEvent, LostChannelEvent, RenamedChannelEvent
from bot.listeners.payloads import read

#: what each of these events says; those of groups are about private channels
#: (docs.slack.dev/reference/events/channel_left, channel_archive, channel_deleted and group_…)
LOST = {
    "channel_left": LostReason.REMOVED,
    "group_left": LostReason.REMOVED,
    "channel_archive": LostReason.ARCHIVED,
    "group_archive": LostReason.ARCHIVED,
    "channel_deleted": LostReason.GONE,
    "group_deleted": LostReason.GONE,
}
#: docs.slack.dev/reference/events/channel_rename and group_rename
RENAMED = ("channel_rename", "group_rename")


def register(app: AsyncApp, worker: CommandWorker) -> None:
    """Listen to what happens to channels (docs.slack.dev/reference/events/channel_shared, channel_unshared and others).

    An event that comes twice is taken once, but for a new name, which is only logged.
    """

    async def shared(context: AsyncBoltContext, body: dict[str, Any]) -> None:
        payload, team_id = read(ChannelEvent, body), context["origin"].team_id
        worker.start(channel_shared(worker.deps, team_id, payload.event.channel, event_id=payload.event_id))

    async def unshared(context: AsyncBoltContext, body: dict[str, Any]) -> None:
        payload, team_id = read(ChannelEvent, body), context["origin"].team_id
        channel_id, still_shared = payload.event.channel, payload.event.is_ext_shared
        worker.start(
            channel_unshared(worker.deps, team_id, channel_id, event_id=payload.event_id, still_shared=still_shared)
        )

    async def lost(context: AsyncBoltContext, body: dict[str, Any]) -> None:
        payload, team_id = read(LostChannelEvent, body), context["origin"].team_id
        reason, at = LOST[payload.event.type], datetime.fromtimestamp(payload.event_time, UTC)
        lost_channel = LostChannel(
            event_id=payload.event_id, team_id=team_id, channel_id=payload.event.channel, reason=reason, at=at
        )
        worker.start(channel_lost(worker.deps, lost_channel))

    async def renamed(context: AsyncBoltContext, body: dict[str, Any]) -> None:
        changed = read(RenamedChannelEvent, body).event
        worker.start(channel_renamed(context["origin"].team_id, changed.channel.id))

    for kind in LOST:
        app.event(kind)(lost)
    for kind in RENAMED:
        app.event(kind)(renamed)
    app.event("channel_shared")(shared)
    app.event("channel_unshared")(unshared)
