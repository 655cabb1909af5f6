"""Look at long tasks that are due, and record what has changed."""

from bot.poll.poller import Poller

__all__ = ["Poller"]
