"""Tell Slack what threads have still to be told: the third of the three verbs."""

from bot.deliver.deliverer import Deliverer
from bot.deliver.deps import Tools

__all__ = ["Deliverer", "Tools"]
