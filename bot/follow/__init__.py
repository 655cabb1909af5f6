"""Carry out what people ask for in Slack: the first of the three verbs."""

from bot.follow.command_worker import CommandWorker
from bot.follow.deps import Deps, SiteAccess

__all__ = ["CommandWorker", "Deps", "SiteAccess"]
