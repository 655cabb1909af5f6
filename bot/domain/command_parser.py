"""Parse the text typed after the slash command."""

import json
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from difflib import get_close_matches
from functools import partial
from urllib.parse import quote

from bot.domain import command, task_url
from bot.domain.command import Command, Misread, NotUnderstood, Problem, Reference, Scope, SiteName
from bot.domain.label import find_label
from bot.domain.plain_text import clean
from bot.domain.states import Verbosity
from bot.domain.task_url import GATEWAYS, shorten

MAX_REFERENCES = 10
#: ten responses of the API fit
MAX_LENGTH = 12_000
MAX_PAGE = 1_000
#: ids have at most 20 digits
_MAX_INT = 10**20

_LINK = re.compile(r"<(https?://[^<>|\s]+)(?:\|[^<>]*)?>", re.IGNORECASE)
#: what Slack escapes, and what a copied page may have escaped as well; the ampersand comes last
_ESCAPES = (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&#39;", "'"), ("&amp;", "&"))
_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»″＂", '"') | dict.fromkeys("‘’‚‛′＇", "'") | {"\u00a0": " "})
#: zero-width and direction marks, which are copied along from pages and chats
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_ABSOLUTE = re.compile(r"\s*https?://", re.IGNORECASE)
_WRAPPING = "\"'`<>()[]*~,;"

#: finds the long task that a word names, as `task_url.locate` does
_Locate = Callable[[str], Reference | Problem | None]
_Parser = Callable[[list[str], _Locate], Command]


def parse_command(text: str, *, sites: Sequence[SiteName], gateways: Collection[str] = GATEWAYS) -> Command:
    """Parse a command; never raises: what cannot be parsed is a `Problem` that says why.

    `text`: as Slack sends it, with `& < >` escaped and URLs possibly as `<url>` or `<url|label>`. `gateways`: hosts of
    Atlassian's API gateway.
    """
    if len(text) > MAX_LENGTH:
        return NotUnderstood(reason=Misread.LENGTH, what=shorten(text))
    read = _words(text)
    if isinstance(read, NotUnderstood):
        return read
    named, rest = read
    words = named + _split(rest)
    if not words:
        return command.ShowHelp()
    locate = partial(task_url.locate, sites=sites, gateways=gateways)
    parser = _KEYWORDS.get(words[0].casefold())
    if parser not in (None, _follow):
        return parser(words[1:], locate)
    words, label = _labelled(named, rest, locate)
    return _follow(words[1:] if parser else words, locate, label)


def _labelled(named: list[str], rest: str, locate: _Locate) -> tuple[list[str], str | None]:
    """Return the words of a text without its label, and the label: what is no reference and comes after one."""
    found = find_label(rest)
    if found is not None and locate(found.label) is None:
        before = named + _split(found.before)
        if any(isinstance(locate(word), Reference) for word in before):
            return before + _split(found.after), found.label
    return named + _split(rest), None


def _words(text: str) -> tuple[list[str], str] | NotUnderstood:
    """Return the words of a text up to its last JSON body, which becomes the word it names, and the text after that,
    without Slack's markup and escapes."""
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
        word = _reference_in(body)
        if word is None:
            return NotUnderstood(reason=Misread.JSON, what=shorten(" ".join(plain[brace:].split())))
        words.append(word)
        plain = plain[end:]
    return words, plain


def _split(text: str) -> list[str]:
    # A comma between ids separates them, one within a URL does not.
    pieces = (piece for word in text.split() for piece in ([word] if "/" in word else re.split("[,;]", word)))
    stripped = (piece.strip(_WRAPPING).rstrip(".!") for piece in pieces)
    return [word for word in stripped if word and word != "json"]


def _reference_in(body: object) -> str | None:
    """Return the long task that an API response is about, as a word: one that started it, or one about it.

    An absolute URL also names the site. Otherwise the id counts more than a path, since Cloud's `links.status` lacks
    `/wiki`.
    """
    if not isinstance(body, dict):
        return None
    links = body.get("links") or body.get("_links")
    links = links if isinstance(links, dict) else {}
    for name in ("status", "self"):
        url = _text(links.get(name))
        if _ABSOLUTE.match(url):
            return url
    remote_id = _text(body.get("id")) or _text(body.get("taskId"))
    if remote_id:
        return f"/rest/api/longtask/{quote(remote_id, safe='')}"
    return _text(links.get("status")) or _text(body.get("ari")) or None


def _text(value: object) -> str:
    """Return a string or whole number of a JSON body as clean text; nothing for anything else.

    Its escapes can hold what the text around them cannot: NUL, control characters, half a surrogate pair.
    """
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < _MAX_INT:
        value = str(value)
    return clean(value, limit=MAX_LENGTH).strip() if isinstance(value, str) else ""


def _follow(words: list[str], locate: _Locate, label: str | None = None) -> Command:
    verbosity: Verbosity | None = None
    names: list[str] = []
    for word in words:
        typed = _VERBOSITY.get(word.casefold())
        if typed is None:
            names.append(word)
        elif verbosity in (None, typed):
            verbosity = typed
        else:
            return NotUnderstood(reason=Misread.VERBOSITY, what=f"{verbosity} {typed}")
    if not names:
        return NotUnderstood(reason=Misread.NO_REFERENCE, what=shorten(" ".join(words)))
    refs: dict[Reference, None] = {}
    for index, name in enumerate(names):
        found = _reference(name, locate, alternatives=_KEYWORDS if index == 0 else _VERBOSITY)
        if not isinstance(found, Reference):
            return found
        refs[found] = None
    if len(refs) > MAX_REFERENCES:
        return command.TooMany(count=len(refs), limit=MAX_REFERENCES)
    if label is not None and len(refs) > 1:
        return NotUnderstood(reason=Misread.LABEL, what=label, suggestion=f"{names[0]} as {label}")
    return command.Follow(refs=tuple(refs), verbosity=verbosity, label=label)


def _reference(word: str, locate: _Locate, *, alternatives: Mapping[str, object]) -> Reference | Problem:
    """Return the long task that a word names, else a problem that suggests the most similar of the alternatives."""
    found = locate(word)
    if found is not None:
        return found
    near = get_close_matches(word.casefold()[:20], alternatives, n=1)
    return NotUnderstood(reason=Misread.WORD, what=shorten(word), suggestion=near[0] if near else None)


def _only_reference(words: list[str], locate: _Locate, *, alternatives: Mapping[str, object]) -> Reference | Problem:
    """Return the one long task that the words name."""
    if not words:
        return NotUnderstood(reason=Misread.NO_REFERENCE)
    found = _reference(words[0], locate, alternatives=alternatives)
    if isinstance(found, Reference) and len(words) > 1:
        second = locate(words[1])
        reason = Misread.SURPLUS if second is None else Misread.ONE_REFERENCE
        return NotUnderstood(reason=reason, what=shorten(" ".join(words[1:])))
    return found


def _status(words: list[str], locate: _Locate) -> Command:
    ref = _only_reference(words, locate, alternatives={})
    return command.ShowStatus(ref=ref) if isinstance(ref, Reference) else ref


def _stop(words: list[str], locate: _Locate) -> Command:
    if [word.casefold() for word in words] == ["all"]:
        return command.StopAll()
    ref = _only_reference(words, locate, alternatives={"all": None})
    return command.Stop(ref=ref) if isinstance(ref, Reference) else ref


def _list(words: list[str], _locate: _Locate) -> Command:
    scope, page = Scope.ALL, 1
    for word in words:
        lowered = word.casefold()
        if lowered in _SCOPES:
            scope = _SCOPES[lowered]
        elif re.fullmatch(r"[0-9]{1,6}", lowered):
            page = min(max(int(lowered), 1), MAX_PAGE)
        elif lowered != "page":
            near = get_close_matches(lowered[:20], _SCOPES, n=1)
            return NotUnderstood(reason=Misread.SURPLUS, what=shorten(word), suggestion=near[0] if near else None)
    return command.ListFollowed(scope=scope, page=page)


def _without_arguments(parsed: Command) -> _Parser:
    """Return the parser of a command that takes no arguments."""

    def parse(words: list[str], _locate: _Locate) -> Command:
        return NotUnderstood(reason=Misread.SURPLUS, what=shorten(" ".join(words))) if words else parsed

    return parse


def _help(_words: list[str], _locate: _Locate) -> Command:
    return command.ShowHelp()


_VERBOSITY: dict[str, Verbosity] = {str(verbosity): verbosity for verbosity in Verbosity}
_SCOPES: dict[str, Scope] = {str(scope): scope for scope in Scope}
_KEYWORDS: dict[str, _Parser] = {
    "help": _help,
    "?": _help,
    "--help": _help,
    "follow": _follow,
    "status": _status,
    "list": _list,
    "stop": _stop,
    "connect": _without_arguments(command.Connect()),
    "disconnect": _without_arguments(command.Disconnect()),
    "settings": _without_arguments(command.ShowSettings()),
}
