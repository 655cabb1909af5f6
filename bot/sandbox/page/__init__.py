"""The simulated Slack channel as a page in a browser."""

from bot.sandbox.page.serving import serving

__all__ = ["serving"]
