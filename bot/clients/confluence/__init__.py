"""Confluence's API as the bot uses it: one look is one GET, and every answer is a value."""

from bot.clients.confluence.client import ConfluenceClient, ConfluenceError
from bot.clients.confluence.connection import open_session
from bot.clients.confluence.site import Credential, Site, SiteKind

__all__ = ["ConfluenceClient", "ConfluenceError", "Credential", "Site", "SiteKind", "open_session"]
