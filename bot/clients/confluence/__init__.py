"""Confluence's API as the bot uses it: a look is one GET, and every answer is a value."""

from bot.clients.confluence.access import Access
from bot.clients.confluence.account_rights import ask_rights
from bot.clients.confluence.client import ConfluenceClient, ConfluenceError
from bot.clients.confluence.credentials import Credential, OperatorCredential
from bot.clients.confluence.session import open_session
from bot.clients.confluence.site import Site

__all__ = [
    "Access",
    "ConfluenceClient",
    "ConfluenceError",
    "Credential",
    "OperatorCredential",
    "Site",
    "ask_rights",
    "open_session",
]
