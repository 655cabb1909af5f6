"""The simulated Slack channel as a page in a browser."""

from sandbox.page.server import serve_page

__all__ = ["serve_page"]
