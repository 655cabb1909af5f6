"""Let a thread follow a long task, or stop following it: the first of the three verbs."""

from bot.follow.command_worker import Answerer
from bot.follow.deps import Asker, Means, SiteAccess

__all__ = ["Answerer", "Asker", "Means", "SiteAccess"]
