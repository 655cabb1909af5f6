"""Write the gallery as one HTML page."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import count
from pathlib import Path
from re import sub

from bot.render.i18n import Texts
from bot.render.message import Message
from sandbox.gallery.examples import answers
from sandbox.gallery.home import homes
from sandbox.gallery.situations import Situation, messages
from sandbox.html_tree import Element, element, html
from sandbox.slack_html import message_html, mrkdwn_html, style

_PAGE_STYLE = Path(__file__).parent / "gallery.css"
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_INTRODUCTION = (
    "Each number is one moment of a Confluence task that somebody follows in Slack. Below a message is its text, which "
    "notifications show and screen readers read."
)
#: a message in each language
_Row = Sequence[Message]


def page(languages: Sequence[Texts], situations: Iterable[Situation]) -> str:
    """Return the HTML page: a section per situation, a row per message, a cell per language.

    What a situation is called is folded away, so that a reader finds out from the messages.
    """
    numbers = count(1)
    sections = [_thread(next(numbers), languages, situation) for situation in situations]
    sections += [_answer(next(numbers), languages, name, row) for name, row in _answers(languages)]
    sections += [_home(next(numbers), languages, name, row) for name, row in _homes(languages)]
    index = (element("a", each.attributes["data-number"], href=f"#{each.attributes['id']}") for each in sections)
    body = element(
        "body",
        element("header", element("h1", "Gallery of messages"), *_switches(languages)),
        element("main", element("p", _INTRODUCTION), element("nav", *index, aria_label="Situations"), *sections),
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width,initial-scale=1"><title>Gallery of messages</title>'
        f"<style>{style()}{_PAGE_STYLE.read_text(encoding='utf-8')}{_shown_languages(languages)}</style></head>"
        f"{html(body)}</html>"
    )


def _switches(languages: Sequence[Texts]) -> Iterator[Element]:
    names = {texts.language: texts.locale.get_display_name() or texts.language for texts in languages}
    yield _switch("Language", names | {"all": "all side by side"})
    yield _switch("Colours", {"light": "light", "dark": "dark"})
    yield _switch("Width", {"desktop": "desktop", "phone": "phone"})


def _switch(legend: str, choices: dict[str, str]) -> Element:
    """Return radio buttons, of which the first is chosen."""
    labels: list[Element] = []
    for value, label in choices.items():
        chosen = {} if labels else {"checked": ""}
        button = element("input", type="radio", name=legend, id=f"show-{value}", **chosen)
        labels.append(element("label", button, label))
    return element("fieldset", element("legend", legend), *labels)


def _shown_languages(languages: Sequence[Texts]) -> str:
    """Return the CSS that shows the chosen language."""
    return "".join(
        f':root:has(#show-{texts.language}:checked) .cell:not([lang="{texts.language}"]){{display:none}}'
        for texts in languages
    )


def _thread(number: int, languages: Sequence[Texts], situation: Situation) -> Element:
    rendered = [list(messages(texts, situation)) for texts in languages]
    kinds = [kind for kind, _ in rendered[0]]
    rows = list(zip(*([message for _, message in each] for each in rendered), strict=True))
    root, *thread = (_row(languages, kind, row) for kind, row in zip(kinds, rows, strict=True))
    parts = [element("h3", "In the channel"), root]
    if thread:
        parts += [element("h3", "In its thread"), element("div", *thread, class_="thread")]
    return _section(number, situation.name, *parts)


def _answers(languages: Sequence[Texts]) -> Iterator[tuple[str, _Row]]:
    for row in zip(*(answers(texts) for texts in languages), strict=True):
        yield f"answer: {row[0][0]}", [message for _, message in row]


def _answer(number: int, languages: Sequence[Texts], name: str, row: _Row) -> Element:
    return _section(number, name, element("h3", "To one person"), _row(languages, name, row))


def _homes(languages: Sequence[Texts]) -> Iterator[tuple[str, _Row]]:
    for row in zip(*(homes(texts) for texts in languages), strict=True):
        yield row[0][0], [message for _, message in row]


def _home(number: int, languages: Sequence[Texts], name: str, row: _Row) -> Element:
    return _section(number, name, element("h3", "On the app's home, to one person"), _row(languages, name, row))


def _section(number: int, name: str, *parts: Element) -> Element:
    anchor = sub(r"\W+", "-", name.lower()).strip("-")
    heading = element("h2", element("a", str(number), href=f"#{anchor}"))
    folded = element("details", element("summary", "What it is called"), name)
    return element("section", heading, folded, *parts, id=anchor, data_number=str(number))


def _row(languages: Sequence[Texts], kind: str, row: _Row) -> Element:
    return element("div", *map(_cell, languages, row), class_="row", data_kind=kind)


def _cell(texts: Texts, message: Message) -> Element:
    head = element("p", element("b", "longtask"), " ", element("span", "APP", class_="app"))
    parts = [element("div", head, message_html(message, _name), class_="message")]
    if message.blocks:
        parts.append(element("p", *mrkdwn_html(message.text, _name), class_="text"))
    return element("div", *parts, class_="cell", lang=texts.language, dir=texts.locale.text_direction)


def _name(some_id: str) -> str:
    """Return the name in an id of the examples: U0ANNA is @anna, C0DOCS is #docs."""
    return ("#" if some_id.startswith("C") else "@") + some_id[2:].lower()
