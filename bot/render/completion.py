"""Render the completion: the reply that mentions the followers and says how it ended."""

from collections.abc import Callable, Iterable

from bot.domain.states import Outcome
from bot.domain.summary import Extent, Summary
from bot.render import phrases
from bot.render.blocks import context, message, section
from bot.render.buttons import completion_row
from bot.render.chart import chart, in_words
from bot.render.i18n import Texts, counted, wording
from bot.render.links import open_link
from bot.render.message import Message
from bot.render.mrkdwn import Mrkdwn, joined, mention, on_one_line
from bot.render.thread import ThreadView

#: a message has space for so many mentions and everything else; other people are counted
MAX_MENTIONS = 60

_WENT_THROUGH = {
    Outcome.FINISHED: wording("Everything went through."),
    Outcome.PROBLEMS: wording("It went through, but some of it needs a look."),
}

_DONE: tuple[tuple[Callable[[Summary], int | None], tuple[str, str]], ...] = (
    (lambda summary: summary.copied, counted("{count} page copied", "{count} pages copied")),
    (lambda summary: summary.deleted, counted("{count} page deleted", "{count} pages deleted")),
    (lambda summary: summary.archived, counted("{count} page archived", "{count} pages archived")),
    (lambda summary: summary.moved, counted("{count} page moved", "{count} pages moved")),
    (lambda summary: summary.renamed, counted("{count} page renamed", "{count} pages renamed")),
)

#: each without a number and with one, since Confluence does not always count
_NOT_DONE: tuple[tuple[Callable[[Summary], Extent], str, tuple[str, str]], ...] = (
    (
        lambda summary: summary.permissions_lost,
        wording("Page restrictions not copied"),
        counted("Restrictions of {count} page not copied", "Restrictions of {count} pages not copied"),
    ),
    (
        lambda summary: summary.attachments_skipped,
        wording("Attachments not copied"),
        counted("Attachments of {count} page not copied", "Attachments of {count} pages not copied"),
    ),
    (
        lambda summary: summary.left_in_place,
        wording("Some pages not deleted"),
        counted("{count} page not deleted", "{count} pages not deleted"),
    ),
    (
        lambda summary: Extent(happened=bool(summary.failed), pages=summary.failed),
        wording("Some pages not copied"),
        counted(
            "{count} page not copied, nor the pages below it", "{count} pages not copied, nor the pages below them"
        ),
    ),
    (
        lambda summary: Extent(happened=summary.links_broken),
        wording("Links between the copied pages not updated"),
        counted("Links in {count} page not updated", "Links in {count} pages not updated"),
    ),
)


def completion(
    texts: Texts, view: ThreadView, summary: Summary, *, subscription_id: str | None = None, has_card: bool = True
) -> Message:
    """Say how it ended, with counts, duration, link and chart.

    `subscription_id`: the value of its buttons; None in a direct message. Without a card it has the card's buttons.
    """
    note = phrases.ending_note(texts, view)
    if note is None and view.outcome in _WENT_THROUGH:
        note = texts.say(_WENT_THROUGH[view.outcome])
    opening = [
        mentions(texts, view.followers),
        phrases.outcome_headline(texts, view),
        note,
        phrases.confluence_text(texts, view),
    ]
    results = [Mrkdwn(f"• {line}") for line in _results(texts, summary)]
    link = open_link(texts, view)
    figures = on_one_line(
        [phrases.percentage(texts, view), _unfinished_pages(texts, view), phrases.findings_count(texts, view)]
    )
    moments = on_one_line(phrases.times(texts, view))
    curve = chart(texts, view.samples)

    paragraphs = [joined("\n", [line for line in lines if line]) for lines in (opening, results, [link])]
    small = [line for line in (figures, moments) if line]
    buttons = completion_row(texts, view, subscription_id=subscription_id, has_card=has_card)
    has_link_button = bool(link and buttons and not has_card)
    shown = paragraphs[:-1] if has_link_button else paragraphs
    blocks = [section(paragraph) for paragraph in shown if paragraph]
    blocks += [curve] if curve else []
    blocks += [context(*small), *buttons]
    text = [*paragraphs, *small, in_words(texts, view.samples)]
    return message([line for line in text if line], blocks)


def mentions(texts: Texts, people: Iterable[str]) -> Mrkdwn | None:
    """Mention people by their user ids; None if there are none."""
    everyone = list(dict.fromkeys(people))
    shown = joined(" ", [mention(person) for person in everyone[:MAX_MENTIONS]])
    rest = len(everyone) - MAX_MENTIONS
    if rest > 0:
        return texts.count("{people} and {count} other", "{people} and {count} others", rest, people=shown)
    return shown or None


def _unfinished_pages(texts: Texts, view: ThreadView) -> Mrkdwn | None:
    """Say how many pages were done if not all were; if all were, the results say so."""
    snapshot = view.snapshot
    return phrases.pages(texts, view) if snapshot and snapshot.total and snapshot.done != snapshot.total else None


def _results(texts: Texts, summary: Summary) -> Iterable[Mrkdwn]:
    """Say what was done, then what was not, as far as it is known and not zero."""
    for number_of, sentence in _DONE:
        number = number_of(summary)
        if number:
            yield texts.count(*sentence, number)
    for extent_of, uncounted, sentence in _NOT_DONE:
        extent = extent_of(summary)
        if extent.happened:
            yield texts.count(*sentence, extent.pages) if extent.pages else texts.say(uncounted)
