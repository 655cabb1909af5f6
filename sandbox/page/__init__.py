"""The simulated Slack channel as a page in a browser."""

from sandbox.page.serving import serving

__all__ = ["serving"]
