"""Serve HTTP: requests from Slack and from scripts, health and metrics."""

from bot.web.application import Readiness, create
from bot.web.deferred import Deferred
from bot.web.hooks import Hooks
from bot.web.rejections import Rejection, Rejections
from bot.web.server import CannotListen, Server, serve
from bot.web.slack_events import SlackEvents

__all__ = [
    "CannotListen",
    "Deferred",
    "Hooks",
    "Readiness",
    "Rejection",
    "Rejections",
    "Server",
    "SlackEvents",
    "create",
    "serve",
]
