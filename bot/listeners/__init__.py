"""Slack's requests: thin, each one call into `bot.follow`."""

from slack_bolt.app.async_app import AsyncApp

from bot.follow import CommandWorker
from bot.listeners import buttons, channel_events, commands, events, home, mentions, shortcuts, views
from bot.listeners.request_check import RequestCheck

__all__ = ["RequestCheck", "register"]


def register(app: AsyncApp, worker: CommandWorker, check: RequestCheck) -> None:
    """Register every listener with Bolt, and what happens where one fails."""
    commands.register(app, worker)
    buttons.register(app, worker)
    shortcuts.register(app, worker)
    views.register(app, worker)
    mentions.register(app, worker)
    events.register(app, worker)
    channel_events.register(app, worker)
    home.register(app, worker)
    app.error(check.failed)
