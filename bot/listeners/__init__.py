"""Slack's requests: thin, each one call into `bot.follow`."""

from slack_bolt.app.async_app import AsyncApp

from bot.follow import CommandWorker
from bot.listeners import buttons, commands, events

__all__ = ["register"]


def register(app: AsyncApp, worker: CommandWorker) -> None:
    """Register every listener with Bolt."""
    commands.register(app, worker)
    buttons.register(app, worker)
    events.register(app, worker)
