"""Parse one page of Confluence's list of long tasks, however malformed."""

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Raw, Struct, field

from bot.domain.parsing.response import NOT_JSON, TOO_MANY, parse_any
from bot.domain.parsing.values import ParseIssues, decode, too_many_values
from bot.domain.poll_result import Seen, Unreadable

#: entries of one page that are read; Confluence sends at most 100
MAX_ENTRIES = 200

NO_LIST = "no list of long tasks in it"


class Page(Struct, frozen=True, kw_only=True):
    """One page of a list."""

    #: the entries that could be read and name their id
    found: tuple[Seen, ...]
    #: how many entries it has, those included that could not be read
    size: int
    has_next: bool


class _Body(Struct, frozen=True):
    results: list[Raw]
    limit: Any = None
    links: Any = field(default=None, name="_links")


_BODIES = msgspec.json.Decoder(_Body)


def parse_list(body: bytes, *, limit: int, digests: Mapping[str, str]) -> Page | Unreadable:
    """Parse the body of a 200 to `GET /longtask`. Never raises.

    `limit`: how many entries were asked for; `digests`: by id, of findings that are known and need not be read again.

    Shape: LongTaskStatusArray of Confluence Cloud's REST API v1, and the same envelope on Data Center. An entry that
    cannot be read is left out. A page that is as long as it may be is taken to have a next one, since the list names
    no total; the last page may then turn out to be empty.
    """
    if too_many_values(body):
        return Unreadable(reason=TOO_MANY)
    decoded = decode(_BODIES, body, ParseIssues())
    if decoded is None:
        return Unreadable(reason=NO_LIST if body.lstrip()[:1] == b"{" else NOT_JSON)
    size = len(decoded.results)
    entries = (
        parse_any(bytes(entry), lambda remote_id: digests.get(remote_id or "", ""))
        for entry in decoded.results[:MAX_ENTRIES]
    )
    # Data Center may have a smaller limit of its own than the one asked for.
    own = decoded.limit if isinstance(decoded.limit, int) and 0 < decoded.limit < limit else limit
    names_next = isinstance(decoded.links, dict) and "next" in decoded.links
    return Page(
        found=tuple(one for one in entries if isinstance(one, Seen) and one.snapshot.remote_id),
        size=size,
        has_next=size > 0 and (size >= own or names_next),
    )
