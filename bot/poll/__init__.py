"""Ask Confluence what is due, and write down what changed: the second of the three verbs."""

from bot.poll.breaker import Reach
from bot.poll.poller import Poller

__all__ = ["Poller", "Reach"]
