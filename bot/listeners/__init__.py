"""What Slack calls us for: thin, one call into a verb each."""

from slack_bolt.app.async_app import AsyncApp

from bot.follow import Answerer
from bot.listeners import buttons, commands, events

__all__ = ["register"]


def register(app: AsyncApp, answerer: Answerer) -> None:
    """Tell Bolt what to call for what."""
    commands.register(app, answerer)
    buttons.register(app, answerer)
    events.register(app, answerer)
