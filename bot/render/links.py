"""Link to the destination of a long task."""

import msgspec

from bot.domain.page_links import destination_link
from bot.domain.states import Titles
from bot.render.i18n import Texts
from bot.render.mrkdwn import Mrkdwn, length, link
from bot.render.thread import ThreadView

#: of the markup, so that a message has space for everything else
_LINK_LIMIT = 1_000


def destination(view: ThreadView) -> str | None:
    """Return the URL of what the long task made; None if unknown, outside the site, or too long to show.

    If titles may not be shown the place may not be either: its URL names site, space and page.
    """
    if view.snapshot is None or view.titles is Titles.COUNTS:
        return None
    by_id = msgspec.structs.replace(view.snapshot, destination_url=None)
    for snapshot in (view.snapshot, by_id):
        url = destination_link(snapshot, view.site_url)
        if url and length(link(url, Mrkdwn())) <= _LINK_LIMIT:
            return url
    return None


def open_link(texts: Texts, view: ThreadView) -> Mrkdwn | None:
    """Return the destination as a link for the text."""
    url = destination(view)
    return link(url, texts.say("Open in Confluence")) if url else None
