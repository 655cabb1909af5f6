"""Parse what is typed after `watch` and `unwatch`: a site, kinds of long tasks, how much the threads say."""

from collections.abc import Mapping, Sequence

from bot.domain.command import Misread, NotUnderstood, SiteName, Unwatch, Watch
from bot.domain.command_suggestion import in_place, near
from bot.domain.command_words import Word, word_of
from bot.domain.snapshot import Kind
from bot.domain.states import Verbosity
from bot.domain.task_url import shorten

KINDS: Mapping[Word, Kind] = {
    Word.COPY: Kind.COPY,
    Word.DELETE: Kind.DELETE,
    Word.ARCHIVE: Kind.ARCHIVE,
    Word.SPACE: Kind.SPACE_DELETE,
    Word.MOVE: Kind.MOVE,
}
_VERBOSITY: Mapping[Word, Verbosity] = {
    Word.QUIET: Verbosity.QUIET,
    Word.NORMAL: Verbosity.NORMAL,
    Word.ALL: Verbosity.ALL,
}


def parse_watch(words: Sequence[str], sites: Sequence[SiteName]) -> Watch | NotUnderstood:
    """Parse `watch [alias] [kinds] [quiet|normal|all]`, in any order."""
    site: SiteName | None = None
    kinds: set[Kind] = set()
    verbosity: Verbosity | None = None
    for index, word in enumerate(words):
        meaning, named = word_of(word), _site(word, sites)
        kind = KINDS.get(meaning) if meaning is not None else None
        typed = _VERBOSITY.get(meaning) if meaning is not None else None
        if kind is not None:
            kinds.add(kind)
        elif typed is not None and verbosity in (None, typed):
            verbosity = typed
        elif typed is not None:
            what = f"{verbosity} {typed}"
            return NotUnderstood(reason=Misread.VERBOSITY, what=what, suggestion=in_place(words, index, None))
        elif named is not None and site in (None, named):
            site = named
        else:
            return _surplus(words, index, (*KINDS, *_VERBOSITY))
    if site is None:
        if len(sites) != 1:
            return _which(words, sites)
        site = sites[0]
    return Watch(site_id=site.site_id, kinds=frozenset(kinds), verbosity=verbosity)


def parse_unwatch(words: Sequence[str], sites: Sequence[SiteName]) -> Unwatch | NotUnderstood:
    """Parse `unwatch [alias]`."""
    if not words:
        return Unwatch()
    site = _site(words[0], sites)
    if site is None or len(words) > 1:
        return _surplus(words, 0 if site is None else 1, ())
    return Unwatch(site_id=site.site_id)


def _site(word: str, sites: Sequence[SiteName]) -> SiteName | None:
    return next((site for site in sites if site.alias.casefold() == word.casefold()), None)


def _surplus(words: Sequence[str], index: int, alternatives: Sequence[Word]) -> NotUnderstood:
    """What was not understood, with the whole line as it was probably meant."""
    meant = in_place(words, index, near(words[index], alternatives))
    return NotUnderstood(reason=Misread.SURPLUS, what=shorten(words[index]), suggestion=meant)


def _which(words: Sequence[str], sites: Sequence[SiteName]) -> NotUnderstood:
    """Which of several sites was not said; the first is suggested."""
    meant = " ".join([sites[0].alias, *words]) if sites else None
    return NotUnderstood(reason=Misread.SITE, what=", ".join(site.alias for site in sites)[:80], suggestion=meant)
