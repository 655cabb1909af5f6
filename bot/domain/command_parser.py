"""Parse the text typed after the slash command."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial

from msgspec import Struct
from msgspec.structs import replace

from bot.domain import command, task_url
from bot.domain.command import Command, Misread, NotUnderstood, Problem, Reference, Scope, SiteName, WhichSite
from bot.domain.command_suggestion import for_each_site, in_place, near, understood
from bot.domain.command_text import MAX_LENGTH, split, words_of
from bot.domain.command_words import Word, word_of
from bot.domain.label import find_label
from bot.domain.states import Verbosity
from bot.domain.task_url import GATEWAYS, shorten
from bot.domain.watch_words import parse_unwatch, parse_watch

MAX_REFERENCES = 10


class _Locate(Struct, frozen=True, kw_only=True):
    """Finds the long task that a word names, as `task_url.locate` does."""

    sites: Sequence[SiteName]
    gateways: Collection[str]

    def __call__(self, word: str) -> Reference | Problem | None:
        return task_url.locate(word, sites=self.sites, gateways=self.gateways)


_Parser = Callable[[list[str], _Locate], Command]


def parse_command(text: str, *, sites: Sequence[SiteName], gateways: Collection[str] = GATEWAYS) -> Command:
    """Parse a command; never raises: what cannot be parsed is a `Problem` that says why.

    `text`: as Slack sends it, with `& < >` escaped and URLs possibly as `<url>` or `<url|label>`. `gateways`: hosts of
    Atlassian's API gateway.
    """
    locate = _Locate(sites=sites, gateways=gateways)
    found = _parse(text, locate)
    parse = partial(_parse, locate=locate)
    if isinstance(found, NotUnderstood):
        return replace(found, suggestion=understood(found.suggestion, parse))
    read = words_of(text)
    if isinstance(found, WhichSite) and isinstance(read, tuple):
        named, rest = read
        return replace(found, choices=for_each_site(named + split(rest), found, parse=parse, locate=locate))
    return found


def _parse(text: str, locate: _Locate) -> Command:
    """Parse a command; a suggestion is the whole text, with one mistake corrected."""
    if len(text) > MAX_LENGTH:
        return NotUnderstood(reason=Misread.LENGTH, what=shorten(text))
    read = words_of(text)
    if isinstance(read, NotUnderstood):
        return read
    named, rest = read
    words = named + split(rest)
    if not words:
        return command.ShowRunning()
    typed = word_of(words[0])
    parser = _PARSERS.get(typed) if typed is not None else None
    if parser in (None, _follow):
        labelled, label = _labelled(named, rest, locate)
        found = _follow(labelled[1:] if parser else labelled, locate, label)
    else:
        found = parser(words[1:], locate)
    if parser is None:
        return found
    if not isinstance(found, NotUnderstood):
        return found
    meant = None if found.suggestion is None else f"{words[0]} {found.suggestion}".rstrip()
    return replace(found, what=found.what or shorten(words[0]), suggestion=meant)


def _labelled(named: list[str], rest: str, locate: _Locate) -> tuple[list[str], str | None]:
    """Return the words of a text without its label, and the label: what is no reference and comes after one."""
    found = find_label(rest)
    if found is not None and locate(found.label) is None:
        before = named + split(found.before)
        if any(isinstance(locate(word), Reference) for word in before):
            return before + split(found.after), found.label
    return named + split(rest), None


def _follow(words: list[str], locate: _Locate, label: str | None = None) -> Command:
    verbosity: Verbosity | None = None
    names: dict[int, str] = {}
    for index, word in enumerate(words):
        meaning = word_of(word)
        typed = _VERBOSITY.get(meaning) if meaning is not None else None
        if typed is None:
            names[index] = word
        elif verbosity in (None, typed):
            verbosity = typed
        else:
            meant = in_place(words, index, None)
            return NotUnderstood(reason=Misread.VERBOSITY, what=f"{verbosity} {typed}", suggestion=meant)
    if not names:
        return NotUnderstood(reason=Misread.NO_REFERENCE, what=shorten(" ".join(words)))
    refs: dict[Reference, None] = {}
    for index, name in names.items():
        found = _reference(name, locate, alternatives=_FIRST_WORDS if index == 0 else tuple(_VERBOSITY))
        if isinstance(found, NotUnderstood):
            return _of_line(found, words, index)
        if not isinstance(found, Reference):
            return found
        refs[found] = None
    if len(refs) > MAX_REFERENCES:
        return command.TooMany(count=len(refs), limit=MAX_REFERENCES)
    if label is not None and len(refs) > 1:
        return NotUnderstood(reason=Misread.LABEL, what=label, suggestion=f"{names[0]} as {label}")
    return command.Follow(refs=tuple(refs), verbosity=verbosity, label=label)


def _of_line(problem: NotUnderstood, words: list[str], index: int) -> NotUnderstood:
    """Return the problem of a word with the whole line as it was probably meant."""
    if index and word_of(words[index]) is Word.AS:
        meant = " ".join([*words[: index + 1], _LABEL_EXAMPLE])
        return NotUnderstood(reason=Misread.NO_LABEL, what=words[index], suggestion=meant)
    if index and word_of(words[index]) in _PARSERS:
        # A command is the first word.
        return replace(problem, suggestion=" ".join([words[index], *words[:index], *words[index + 1 :]]))
    return replace(problem, suggestion=in_place(words, index, problem.suggestion) if problem.suggestion else None)


def _reference(word: str, locate: _Locate, *, alternatives: Collection[Word]) -> Reference | Problem:
    """Return the long task that a word names, else a problem that suggests the most similar of the alternatives."""
    found = locate(word)
    if found is not None:
        return found
    return NotUnderstood(reason=Misread.WORD, what=shorten(word), suggestion=near(word, alternatives))


def _only_reference(words: list[str], locate: _Locate, *, alternatives: Collection[Word]) -> Reference | Problem:
    """Return the one long task that the words name."""
    found = _reference(words[0], locate, alternatives=alternatives)
    if isinstance(found, NotUnderstood) and found.suggestion is None and word_of(words[0]) is not None:
        return NotUnderstood(reason=Misread.SURPLUS, what=shorten(words[0]), suggestion=" ".join(words[1:]))
    if isinstance(found, NotUnderstood):
        return _of_line(found, words, 0)
    if isinstance(found, Reference) and len(words) > 1:
        if locate(words[1]) is not None:
            return NotUnderstood(reason=Misread.ONE_REFERENCE, suggestion=words[0])
        return NotUnderstood(reason=Misread.SURPLUS, what=shorten(" ".join(words[1:])), suggestion=words[0])
    return found


def _status(words: list[str], locate: _Locate) -> Command:
    if not words:
        return command.ShowStatus()
    ref = _only_reference(words, locate, alternatives=())
    return command.ShowStatus(ref=ref) if isinstance(ref, Reference) else ref


def _stop(words: list[str], locate: _Locate) -> Command:
    if not words:
        return command.Stop()
    if word_of(words[0]) is Word.ALL:
        if len(words) == 1:
            return command.StopAll()
        return NotUnderstood(reason=Misread.SURPLUS, what=shorten(" ".join(words[1:])), suggestion=words[0])
    ref = _only_reference(words, locate, alternatives=(Word.ALL,))
    return command.Stop(ref=ref) if isinstance(ref, Reference) else ref


def _list(words: list[str], _locate: _Locate) -> Command:
    scope, page = Scope.ALL, 1
    for index, word in enumerate(words):
        typed = word_of(word)
        if typed is not None and typed in _SCOPES:
            scope = _SCOPES[typed]
        elif re.fullmatch(r"[0-9]{1,6}", word):
            page = int(word)
        elif typed is not Word.PAGE:
            meant = in_place(words, index, near(word, (*_SCOPES, Word.PAGE)))
            return NotUnderstood(reason=Misread.SURPLUS, what=shorten(word), suggestion=meant)
    return command.ListFollowed(scope=scope, page=page)


def _watch(words: list[str], locate: _Locate) -> Command:
    return parse_watch(words, locate.sites)


def _unwatch(words: list[str], locate: _Locate) -> Command:
    return parse_unwatch(words, locate.sites)


def _without_arguments(parsed: Command) -> _Parser:
    """Return the parser of a command that takes no arguments."""

    def parse(words: list[str], _locate: _Locate) -> Command:
        if words:
            return NotUnderstood(reason=Misread.SURPLUS, what=shorten(" ".join(words)), suggestion="")
        return parsed

    return parse


def _hook(words: list[str], _locate: _Locate) -> Command:
    if not words:
        return command.MakeHook()
    is_off = word_of(words[0]) is Word.OFF
    if is_off and len(words) == 1:
        return command.EndHook()
    surplus, meant = (words[1:], words[0]) if is_off else (words, near(words[0], (Word.OFF,)) or "")
    return NotUnderstood(reason=Misread.SURPLUS, what=shorten(" ".join(surplus)), suggestion=meant)


def _help(_words: list[str], _locate: _Locate) -> Command:
    return command.ShowHelp()


#: a label in a suggestion, as in the help
_LABEL_EXAMPLE = "Handbook"
_VERBOSITY: Mapping[Word, Verbosity] = {
    Word.QUIET: Verbosity.QUIET,
    Word.NORMAL: Verbosity.NORMAL,
    Word.ALL: Verbosity.ALL,
}
_SCOPES: Mapping[Word, Scope] = {Word.ALL: Scope.ALL, Word.MINE: Scope.MINE, Word.CHANNEL: Scope.CHANNEL}
_PARSERS: Mapping[Word, _Parser] = {
    Word.HELP: _help,
    Word.FOLLOW: _follow,
    Word.STATUS: _status,
    Word.LIST: _list,
    Word.STOP: _stop,
    Word.WATCH: _watch,
    Word.UNWATCH: _unwatch,
    Word.HOOK: _hook,
    Word.CONNECT: _without_arguments(command.Connect()),
    Word.DISCONNECT: _without_arguments(command.Disconnect()),
    Word.SETTINGS: _without_arguments(command.ShowSettings()),
    Word.DOCTOR: _without_arguments(command.ShowChecks()),
}
#: what a text can begin with
_FIRST_WORDS = (*_PARSERS, *_VERBOSITY)
