"""Carry out what people ask for in Slack: the first of the three verbs."""

from bot.follow.command_worker import CommandWorker
from bot.follow.deps import Deps, SiteAccess
from bot.follow.watcher import Watcher

__all__ = ["CommandWorker", "Deps", "SiteAccess", "Watcher"]
