"""Serve HTTP: requests from Slack, health and metrics."""

from bot.web.application import Readiness, create
from bot.web.refusals import Refusal, Refusals
from bot.web.server import CannotListen, Server, serve
from bot.web.slack_events import SlackEvents

__all__ = ["CannotListen", "Readiness", "Refusal", "Refusals", "Server", "SlackEvents", "create", "serve"]
