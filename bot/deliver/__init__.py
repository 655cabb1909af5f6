"""Tell Slack what threads have still to be told: the third of the three verbs."""

from bot.deliver.tools import Tools
from bot.deliver.working import Deliverer

__all__ = ["Deliverer", "Tools"]
