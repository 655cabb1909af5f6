"""Look at long tasks that are due, and record what has changed."""

from bot.poll.poller import Poller
from bot.poll.site_lister import SiteLister

__all__ = ["Poller", "SiteLister"]
