"""Find the long tasks that a message of Slack names, wherever in it they are."""

import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from urllib.parse import quote

from bot.domain import task_url
from bot.domain.command import Follow, Reference, SiteName
from bot.domain.command_parser import parse_command
from bot.domain.plain_text import clean
from bot.domain.response_reference import reference_in
from bot.domain.task_url import GATEWAYS
from bot.domain.typed_text import plain_words

#: long tasks that are found at most: more than one command follows
MAX_FOUND = 20
#: texts of a message that are read, characters of each, and characters of all
MAX_TEXTS = 200
MAX_TEXT = 12_000
MAX_CHARACTERS = 100_000
#: JSON objects in a text that are looked into
MAX_BODIES = 50
#: levels of blocks and attachments within each other
MAX_DEPTH = 12

#: fields of messages, blocks, attachments and files that people read
#: (docs.slack.dev/reference/block-kit and /reference/objects/file-object)
_READ = frozenset(
    {
        "text",
        "url",
        "fallback",
        "pretext",
        "title",
        "title_link",
        "from_url",
        "original_url",
        "name",
        "preview",
        "alt_text",
    }
)
#: of which a rich text is made: its parts are one text
_RICH = frozenset({"rich_text_section", "rich_text_preformatted", "rich_text_quote"})

_ENDS = ".,;:!?)]}'\"*_~"
_NAMED = re.compile(
    r"""
    https?://[^\s<>|"'`\\^]+
    | (?<!\w)ari:[^\s<>|"'`\\]+
    | (?<![\w.:/])(?:/[\w.~%-]+)*/rest/api/(?:content/)?longtask/[\w:%-]+
    """,
    re.IGNORECASE | re.VERBOSE,
)
#: an id as people write it beside words: what is shorter counts something or is a date
_BARE = re.compile(
    r"""
    (?<![\w./:=^$#@+-])
    (?: [0-9]{6,20} | [0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12} )
    (?! \w | [/=@] | \.[0-9] | [:-]\w )
    """,
    re.IGNORECASE | re.VERBOSE,
)


def find_references(
    message: Mapping[str, object], *, sites: Sequence[SiteName], gateways: Collection[str] = GATEWAYS
) -> tuple[Reference, ...]:
    """Find long tasks of configured sites; never raises. `message`: as Slack sends it, whatever it holds.

    A text that is nothing but a command names those of the command. Otherwise addresses and answers of Confluence
    count, in texts, code, blocks, attachments and titles of files; and only if there is none of them, ids beside words.
    """
    typed = message.get("text")
    if isinstance(typed, str):
        command = parse_command(clean(typed, limit=MAX_TEXT), sites=sites, gateways=gateways)
        if isinstance(command, Follow):
            return command.refs
    texts = list(_texts(message))
    for found_in in (_named, _bare):
        found: dict[Reference, None] = {}
        for text in texts:
            for word in found_in(text):
                reference = task_url.locate(word, sites=sites, gateways=gateways)
                if isinstance(reference, Reference):
                    found[reference] = None
        if found:
            return tuple(found)[:MAX_FOUND]
    return ()


def command_text(references: Sequence[Reference], *, sites: Sequence[SiteName]) -> str:
    """Write the text of a command that follows long tasks: the address of each."""
    bases = {site.site_id: site.base_url.rstrip("/") for site in sites}
    return " ".join(f"{bases[ref.site_id]}/rest/api/longtask/{quote(ref.remote_id, safe='')}" for ref in references)


def _named(text: str) -> Iterator[str]:
    """Yield what names a long task by itself: addresses, and ids in answers of Confluence."""
    for match in _NAMED.finditer(text):
        yield match[0].rstrip(_ENDS)
    decoder = json.JSONDecoder(strict=False)
    start = -1
    for _ in range(MAX_BODIES):
        start = text.find("{", start + 1)
        if start < 0:
            return
        try:
            body, end = decoder.raw_decode(text, start)
        except (ValueError, RecursionError):
            continue
        word = reference_in(body)
        if word is not None:
            yield word
            start = end - 1


def _bare(text: str) -> Iterator[str]:
    """Yield what can be an id, but not parts of addresses."""
    yield from _BARE.findall(_NAMED.sub(" ", text))


def _texts(message: Mapping[str, object]) -> Iterator[str]:
    """Yield the texts of a message in plain form, within bounds."""
    left = MAX_CHARACTERS
    for number, text in enumerate(_read(message, depth=0)):
        if number >= MAX_TEXTS or left <= 0:
            return
        words = plain_words(clean(text, limit=min(MAX_TEXT, left)))
        left -= len(words)
        yield words


def _read(value: object, *, depth: int) -> Iterator[str]:
    if depth > MAX_DEPTH:
        return
    if isinstance(value, Mapping):
        kind = value.get("type")
        if isinstance(kind, str) and kind in _RICH:
            yield _joined(value)
            return
        for key, inner in value.items():
            if isinstance(inner, str):
                if key in _READ or (key == "value" and "title" in value):
                    yield inner
            else:
                yield from _read(inner, depth=depth + 1)
    elif isinstance(value, list):
        for inner in value:
            yield from _read(inner, depth=depth + 1)


def _joined(rich: Mapping[str, object]) -> str:
    """A rich text in one: Slack cuts it where it sees a link, in code as well."""
    elements = rich.get("elements")
    parts = [element for element in elements if isinstance(element, Mapping)] if isinstance(elements, list) else []
    texts = (part.get("url") or part.get("text") for part in parts)
    return "".join(text for text in texts if isinstance(text, str))
