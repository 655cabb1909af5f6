"""Suggest the whole text of a command that was probably meant, such that it is understood itself."""

import re
from collections.abc import Callable, Collection, Sequence
from difflib import get_close_matches
from typing import get_args

from bot.domain.command import Command, NotUnderstood, Problem, WhichSite
from bot.domain.command_words import Word, fold, spellings

#: characters of a suggestion: more is not read on a phone
MAX_LENGTH = 300
#: mistakes of one text that a suggestion corrects
MAX_MISTAKES = 3
#: what a message cannot repeat as it was typed
_NOT_REPEATED = re.compile("[`<>&{}]")


def near(word: str, alternatives: Collection[Word]) -> str | None:
    """Return the spelling of one of some words, in any language, that is most similar."""
    found = get_close_matches(fold(word)[:20], spellings(alternatives), n=1)
    return found[0] if found else None


def in_place(words: Sequence[str], index: int, word: str | None) -> str:
    """Return the line with another word in one place, or with none there."""
    return " ".join([*words[:index], *([word] if word else []), *words[index + 1 :]])


def understood(text: str | None, parse: Callable[[str], Command]) -> str | None:
    """Return a suggestion that is understood, with further mistakes corrected; None if there is none.

    `parse`: returns what was not understood with a suggestion that corrects one mistake.
    """
    for _ in range(MAX_MISTAKES):
        if text is None or len(text) > MAX_LENGTH or _NOT_REPEATED.search(text):
            return None
        found = parse(text)
        if not isinstance(found, get_args(Problem)):
            return text
        text = found.suggestion if isinstance(found, NotUnderstood) else None
    return None


def for_each_site(
    words: Sequence[str],
    problem: WhichSite,
    *,
    parse: Callable[[str], Command],
    locate: Callable[[str], object],
) -> tuple[str, ...]:
    """Return the whole text for each site that an id could belong to."""
    lines = (" ".join(_on_site(word, alias, locate) for word in words) for alias in problem.aliases)
    return tuple(
        understood(line, parse) or f"{alias}:{problem.remote_id}"
        for alias, line in zip(problem.aliases, lines, strict=True)
    )


def _on_site(word: str, alias: str, locate: Callable[[str], object]) -> str:
    """Return a word, with the alias of a site if it is an id that could belong to several."""
    found = locate(word)
    return f"{alias}:{found.remote_id}" if isinstance(found, WhichSite) else word
