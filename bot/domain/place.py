"""Read the place of a long task, a space and a page of it, from the address that Confluence gives."""

from urllib.parse import unquote_plus, urlsplit

from msgspec import Struct

from bot.domain.page_links import destination_link
from bot.domain.snapshot import Snapshot


class Place(Struct, frozen=True, kw_only=True):
    """A space and a page, as Confluence writes them: text from outside. At least one of them is known."""

    space: str | None = None  #: key
    page: str | None = None  #: title


def place_of(snapshot: Snapshot, site_url: str) -> Place | None:
    """Return where the long task puts its pages; None if the address names no place, or leads out of the site.

    Cloud writes `/spaces/KEY/pages/ID/Title`, Data Center `/display/KEY/Title`.
    """
    link = destination_link(snapshot, site_url)
    if link is None:
        return None
    path = urlsplit(link).path.removeprefix(urlsplit(site_url).path.rstrip("/"))
    match [unquote_plus(part).strip() for part in path.strip("/").split("/")]:
        case ["spaces", key, "pages", _, title, *_] | ["display", key, title, *_]:
            return _place(key, title)
        case ["spaces", key, *_] | ["display", key]:
            return _place(key, "")
        case _:
            return None


def _place(key: str, title: str) -> Place | None:
    # The key of a personal space is an account id, which says nothing to people.
    space = None if key.startswith("~") and title else key
    return Place(space=space or None, page=title or None) if space or title else None
