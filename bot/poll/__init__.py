"""Ask Confluence what is due, and write down what changed: the second of the three verbs."""

from bot.poll.doors import Reach
from bot.poll.looking import Poller

__all__ = ["Poller", "Reach"]
