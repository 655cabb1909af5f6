"""Slack's requests over WebSockets that the bot opens, instead of HTTP: no public address is needed."""

from bot.socket_mode.dispatcher import dispatch
from bot.socket_mode.receiver import SocketReceiver

__all__ = ["SocketReceiver", "dispatch"]
