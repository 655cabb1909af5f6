"""The reply at the end: what happened, for those who asked to be told."""

from collections.abc import Callable, Iterable

from bot.domain.states import Outcome
from bot.domain.summary import Extent, Summary
from bot.render.blocks import context, message, section
from bot.render.chart import chart, in_words
from bot.render.i18n import Texts, counted, wording
from bot.render.links import open_link
from bot.render.message import Message
from bot.render.mrkdwn import Mrkdwn, joined, mention
from bot.render.phrases import ending, findings_so_far, identified, on_one_line, own_words, pages, percentage, times
from bot.render.thread import ThreadView

#: a message has room for so many mentions beside everything else; the others are counted
MENTIONED = 60

_WENT_THROUGH = {
    Outcome.FINISHED: wording("Everything went through."),
    Outcome.PROBLEMS: wording("It went through, but some of it needs a look."),
}

_DONE: tuple[tuple[Callable[[Summary], int | None], tuple[str, str]], ...] = (
    (lambda ledger: ledger.copied, counted("{count} page copied", "{count} pages copied")),
    (lambda ledger: ledger.deleted, counted("{count} page deleted", "{count} pages deleted")),
    (lambda ledger: ledger.archived, counted("{count} page archived", "{count} pages archived")),
    (lambda ledger: ledger.moved, counted("{count} page moved", "{count} pages moved")),
    (lambda ledger: ledger.renamed, counted("{count} page renamed", "{count} pages renamed")),
)

#: each without a number and with one: Confluence does not always count
_NOT_DONE: tuple[tuple[Callable[[Summary], Extent], str, tuple[str, str]], ...] = (
    (
        lambda ledger: ledger.permissions_lost,
        wording("Page restrictions not copied"),
        counted("Restrictions of {count} page not copied", "Restrictions of {count} pages not copied"),
    ),
    (
        lambda ledger: ledger.attachments_skipped,
        wording("Attachments not copied"),
        counted("Attachments of {count} page not copied", "Attachments of {count} pages not copied"),
    ),
    (
        lambda ledger: ledger.left_in_place,
        wording("Some pages not deleted"),
        counted("{count} page not deleted", "{count} pages not deleted"),
    ),
    (
        lambda ledger: Extent(happened=bool(ledger.failed), pages=ledger.failed),
        wording("Some pages not copied"),
        counted(
            "{count} page not copied, nor the pages below it", "{count} pages not copied, nor the pages below them"
        ),
    ),
    (
        lambda ledger: Extent(happened=ledger.links_broken),
        wording("Links between the copied pages not updated"),
        counted("Links in {count} page not updated", "Links in {count} pages not updated"),
    ),
)


def completion(
    texts: Texts, view: ThreadView, ledger: Summary, *, findings_total: int = 0, listed: bool = False
) -> Message:
    """How it ended, with counts, duration, link and chart, for the followers.

    `findings_total`: how many warnings and errors there were. `listed`: a file with all of them follows.
    """
    happened = ending(texts, view)
    if happened is None and view.outcome in _WENT_THROUGH:
        happened = texts.say(_WENT_THROUGH[view.outcome])
    opening = [called(texts, view.followers), identified(texts, view), happened, own_words(texts, view)]
    account = [Mrkdwn(f"• {line}") for line in _account(texts, ledger)]
    if listed:
        account.append(_file_follows(texts, findings_total))
    link = open_link(texts, view)
    figures = on_one_line([percentage(texts, view), _pages_left(texts, view), findings_so_far(texts, view)])
    moments = on_one_line(times(texts, view))
    curve = chart(texts, view.samples)

    paragraphs = [joined("\n", [line for line in lines if line]) for lines in (opening, account, [link])]
    small = [line for line in (figures, moments) if line]
    blocks = [section(paragraph) for paragraph in paragraphs if paragraph]
    blocks += [curve] if curve else []
    blocks += [context(*small)]
    text = [*paragraphs, *small, in_words(texts, view.samples)]
    return message([line for line in text if line], blocks)


def called(texts: Texts, people: Iterable[str]) -> Mrkdwn | None:
    """The people who are to be told, as mentions; None where there are none."""
    everyone = list(dict.fromkeys(people))
    mentions = joined(" ", [mention(person) for person in everyone[:MENTIONED]])
    rest = len(everyone) - MENTIONED
    if rest > 0:
        return texts.count("{people} and {count} other", "{people} and {count} others", rest, people=mentions)
    return mentions or None


def _pages_left(texts: Texts, view: ThreadView) -> Mrkdwn | None:
    """How far it came, where that was not all the way: the account tells the rest."""
    unfinished = view.snapshot is not None and view.snapshot.done != view.snapshot.total
    return pages(texts, view) if unfinished and view.snapshot and view.snapshot.total else None


def _file_follows(texts: Texts, total: int) -> Mrkdwn:
    return texts.count(
        "The file below names the {count} warning or error.",
        "The file below names all {count} warnings and errors.",
        total,
    )


def _account(texts: Texts, ledger: Summary) -> Iterable[Mrkdwn]:
    """What is known and not nought: what was done, then what was not."""
    for number_of, sentence in _DONE:
        number = number_of(ledger)
        if number:
            yield texts.count(*sentence, number)
    for extent_of, uncounted, sentence in _NOT_DONE:
        extent = extent_of(ledger)
        if extent.happened:
            yield texts.count(*sentence, extent.pages) if extent.pages else texts.say(uncounted)
