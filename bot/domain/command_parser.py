"""Reads what a person typed after the slash command."""

import json
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from difflib import get_close_matches
from urllib.parse import quote

from bot.domain.command import (
    Command,
    Connect,
    Disconnect,
    Follow,
    ListFollowed,
    Misread,
    NotUnderstood,
    Problem,
    Reference,
    Scope,
    ShowHelp,
    ShowSettings,
    ShowStatus,
    SiteName,
    Stop,
    StopAll,
    TooMany,
)
from bot.domain.states import Verbosity
from bot.domain.task_url import GATEWAYS, locate, shown

MAX_REFERENCES = 10
#: ten answers of the API fit; nobody types more
MAX_LENGTH = 12_000
MAX_PAGE = 1_000

_LINK = re.compile(r"<(https?://[^<>|\s]+)(?:\|[^<>]*)?>", re.IGNORECASE)
#: what Slack escapes, and what a copied page may have escaped besides; the ampersand last
_ESCAPES = (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&#39;", "'"), ("&amp;", "&"))
_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»″＂", '"') | dict.fromkeys("‘’‚‛′＇", "'") | {"\u00a0": " "})
#: zero-width and direction marks, which copying from a page or a chat brings along
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_ABSOLUTE = re.compile(r"\s*https?://", re.IGNORECASE)
_WRAPPING = "\"'`<>()[]*~,;"

_Read = Callable[[list[str], Sequence[SiteName], Collection[str]], Command]


def parse_command(text: str, *, sites: Sequence[SiteName], gateways: Collection[str] = GATEWAYS) -> Command:
    """What the person wants; never raises, and whatever cannot be read is a value that says why.

    `text` is what Slack sends: `& < >` escaped, URLs perhaps as `<url>` or `<url|label>`. `gateways`: hosts under
    which Atlassian's API gateway is reached.
    """
    if len(text) > MAX_LENGTH:
        return NotUnderstood(reason=Misread.LENGTH, what=shown(text))
    words = _words(text)
    if isinstance(words, NotUnderstood):
        return words
    if not words:
        return ShowHelp()
    read = _KEYWORDS.get(words[0].casefold())
    return read(words[1:], sites, gateways) if read is not None else _follow(words, sites, gateways)


def _words(text: str) -> list[str] | NotUnderstood:
    """The words of a text without Slack's wrapping, quotes and escapes; a JSON body is one word: what it names."""
    plain = _LINK.sub(r"\1", text)
    for escape, char in _ESCAPES:
        plain = plain.replace(escape, char)
    plain = _INVISIBLE.sub("", _LINK.sub(r"\1", plain).translate(_QUOTES))
    words: list[str] = []
    decoder = json.JSONDecoder(strict=False)
    while (brace := plain.find("{")) >= 0:
        words += _split(plain[:brace])
        try:
            body, end = decoder.raw_decode(plain, brace)
        except (ValueError, RecursionError):
            body, end = None, brace
        word = _named_in(body)
        if word is None:
            return NotUnderstood(reason=Misread.JSON, what=shown(" ".join(plain[brace:].split())))
        words.append(word)
        plain = plain[end:]
    return words + _split(plain)


def _split(text: str) -> list[str]:
    # A comma between ids separates them, one within a URL does not.
    pieces = (piece for word in text.split() for piece in ([word] if "/" in word else re.split("[,;]", word)))
    stripped = (piece.strip(_WRAPPING).rstrip(".!") for piece in pieces)
    return [word for word in stripped if word and word != "json"]


def _named_in(body: object) -> str | None:
    """What an answer of the API names, as a word to look up: the one that started the long task, or one about it.

    A URL in it tells the site. The id is the part that counts: Cloud's own `links.status` lacks `/wiki`.
    """
    if not isinstance(body, dict):
        return None
    links = body.get("links") or body.get("_links")
    links = links if isinstance(links, dict) else {}
    for name in ("status", "self"):
        url = links.get(name)
        if isinstance(url, str) and _ABSOLUTE.match(url):
            return url.strip()
    remote_id = body.get("id") or body.get("taskId")
    if isinstance(remote_id, int) and not isinstance(remote_id, bool):
        remote_id = str(remote_id)
    if isinstance(remote_id, str) and remote_id.strip():
        return f"/rest/api/longtask/{quote(remote_id.strip(), safe='')}"
    for value in (links.get("status"), body.get("ari")):
        if isinstance(value, str) and value.strip():
            return value.strip()
    return None


def _follow(words: list[str], sites: Sequence[SiteName], gateways: Collection[str]) -> Command:
    verbosity: Verbosity | None = None
    names: list[str] = []
    for word in words:
        wish = _VERBOSITY.get(word.casefold())
        if wish is None:
            names.append(word)
        elif verbosity in (None, wish):
            verbosity = wish
        else:
            return NotUnderstood(reason=Misread.VERBOSITY, what=f"{verbosity} {wish}")
    if not names:
        return NotUnderstood(reason=Misread.NO_REFERENCE, what=shown(" ".join(words)))
    refs: dict[Reference, None] = {}
    for place, name in enumerate(names):
        found = _one(name, sites, gateways, instead=_KEYWORDS if place == 0 else _VERBOSITY)
        if not isinstance(found, Reference):
            return found
        refs[found] = None
    if len(refs) > MAX_REFERENCES:
        return TooMany(count=len(refs), limit=MAX_REFERENCES)
    return Follow(refs=tuple(refs), verbosity=verbosity)


def _one(
    word: str, sites: Sequence[SiteName], gateways: Collection[str], *, instead: Mapping[str, object]
) -> Reference | Problem:
    """The long task that a word names; else the word that was perhaps meant, of those that could stand there."""
    found = locate(word, sites=sites, gateways=gateways)
    if found is not None:
        return found
    near = get_close_matches(word.casefold()[:20], instead, n=1)
    return NotUnderstood(reason=Misread.WORD, what=shown(word), suggestion=near[0] if near else None)


def _one_only(
    words: list[str], sites: Sequence[SiteName], gateways: Collection[str], *, instead: Mapping[str, object]
) -> Reference | Problem:
    if not words:
        return NotUnderstood(reason=Misread.NO_REFERENCE)
    found = _one(words[0], sites, gateways, instead=instead)
    if isinstance(found, Reference) and len(words) > 1:
        also = locate(words[1], sites=sites, gateways=gateways)
        reason = Misread.SURPLUS if also is None else Misread.ONE_REFERENCE
        return NotUnderstood(reason=reason, what=shown(" ".join(words[1:])))
    return found


def _look(words: list[str], sites: Sequence[SiteName], gateways: Collection[str]) -> Command:
    ref = _one_only(words, sites, gateways, instead={})
    return ShowStatus(ref=ref) if isinstance(ref, Reference) else ref


def _stop(words: list[str], sites: Sequence[SiteName], gateways: Collection[str]) -> Command:
    if [word.casefold() for word in words] == ["all"]:
        return StopAll()
    ref = _one_only(words, sites, gateways, instead={"all": None})
    return Stop(ref=ref) if isinstance(ref, Reference) else ref


def _list(words: list[str], _sites: Sequence[SiteName], _gateways: Collection[str]) -> Command:
    scope, page = Scope.ALL, 1
    for word in words:
        lowered = word.casefold()
        if lowered in _SCOPES:
            scope = _SCOPES[lowered]
        elif re.fullmatch(r"[0-9]{1,6}", lowered):
            page = min(max(int(lowered), 1), MAX_PAGE)
        elif lowered != "page":
            near = get_close_matches(lowered[:20], _SCOPES, n=1)
            return NotUnderstood(reason=Misread.SURPLUS, what=shown(word), suggestion=near[0] if near else None)
    return ListFollowed(scope=scope, page=page)


def _alone(command: Command) -> _Read:
    """A command that nothing follows."""

    def read(words: list[str], _sites: Sequence[SiteName], _gateways: Collection[str]) -> Command:
        return NotUnderstood(reason=Misread.SURPLUS, what=shown(" ".join(words))) if words else command

    return read


def _help(_words: list[str], _sites: Sequence[SiteName], _gateways: Collection[str]) -> Command:
    return ShowHelp()


_VERBOSITY: dict[str, Verbosity] = {str(verbosity): verbosity for verbosity in Verbosity}
_SCOPES: dict[str, Scope] = {str(scope): scope for scope in Scope}
_KEYWORDS: dict[str, _Read] = {
    "help": _help,
    "?": _help,
    "--help": _help,
    "follow": _follow,
    "status": _look,
    "list": _list,
    "stop": _stop,
    "connect": _alone(Connect()),
    "disconnect": _alone(Disconnect()),
    "settings": _alone(ShowSettings()),
}
