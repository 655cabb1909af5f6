"""Where a message may lead: pages within the site, and nowhere else."""

import msgspec

from bot.domain.states import Titles
from bot.domain.summary import destination_link
from bot.render.i18n import Texts
from bot.render.mrkdwn import Mrkdwn, length, link
from bot.render.thread import ThreadView

#: as markup, so that a message has room for everything else
_LINK_LIMIT = 1_000


def destination(view: ThreadView) -> str | None:
    """The address of what the long task made, None where it is not known, not within the site, or too long to show.

    Where titles may not be shown, the page is named by its id: an address often ends in the page's title.
    """
    if view.snapshot is None:
        return None
    by_id = msgspec.structs.replace(view.snapshot, destination_url=None)
    for snapshot in (by_id,) if view.titles is Titles.COUNTS else (view.snapshot, by_id):
        address = destination_link(snapshot, view.site_url)
        if address and length(link(address, Mrkdwn())) <= _LINK_LIMIT:
            return address
    return None


def open_link(texts: Texts, view: ThreadView) -> Mrkdwn | None:
    """The same as a link in text."""
    address = destination(view)
    return link(address, texts.say("Open in Confluence")) if address else None
