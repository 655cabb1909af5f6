"""Let a thread follow a long task, or stop following it: the first of the three verbs."""

from bot.follow.answering import Answerer
from bot.follow.asking import Asker, Means, SiteAccess

__all__ = ["Answerer", "Asker", "Means", "SiteAccess"]
