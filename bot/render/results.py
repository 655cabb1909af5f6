"""Phrase what a long task did and left behind: in a few words for the root, line by line for the completion."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from bot.domain import summary as parts
from bot.domain.summary import Extent, Summary
from bot.render.i18n import Texts, counted, wording
from bot.render.mrkdwn import Mrkdwn
from bot.render.phrases import counted_by_severity
from bot.render.status_texts import LABELS, label
from bot.render.thread import ThreadView

_DONE: tuple[tuple[Callable[[Summary], int | None], tuple[str, str]], ...] = (
    (lambda summary: summary.copied, counted("{count} page copied", "{count} pages copied")),
    (lambda summary: summary.deleted, counted("{count} page deleted", "{count} pages deleted")),
    (lambda summary: summary.archived, counted("{count} page archived", "{count} pages archived")),
    (lambda summary: summary.moved, counted("{count} page moved", "{count} pages moved")),
)


@dataclass(frozen=True, kw_only=True)
class _Problem:
    """Something that needs attention, each time without a number and with one: Confluence does not always count."""

    keys: tuple[str, ...]
    extent: Callable[[Summary], Extent]
    brief: str
    brief_counted: tuple[str, str]
    line: str
    line_counted: tuple[str, str]


_PROBLEMS = (
    _Problem(
        keys=parts.FAILED,
        extent=lambda summary: Extent(happened=bool(summary.failed), pages=summary.failed),
        brief=wording("some pages and their child pages not copied"),
        brief_counted=counted(
            "{count} page and its child pages not copied", "{count} pages and their child pages not copied"
        ),
        line=wording("Some pages and their child pages not copied"),
        line_counted=counted(
            "{count} page and its child pages not copied", "{count} pages and their child pages not copied"
        ),
    ),
    _Problem(
        keys=parts.RENAMED,
        extent=lambda summary: Extent(happened=bool(summary.renamed), pages=summary.renamed),
        brief=wording("some renamed"),
        # Translators: copies that got another title than their originals; in a list after "42 pages copied"
        brief_counted=counted("{count} renamed", "{count} renamed"),
        line=wording("Some copies renamed"),
        line_counted=counted("{count} copy renamed", "{count} copies renamed"),
    ),
    _Problem(
        keys=parts.PERMISSIONS_LOST,
        extent=lambda summary: summary.permissions_lost,
        # Translators: restrictions are what Confluence calls the limits on who may see or edit a page
        brief=wording("restrictions lost"),
        brief_counted=counted("restrictions of {count} page lost", "restrictions of {count} pages lost"),
        line=wording("Page restrictions not copied"),
        line_counted=counted("Restrictions of {count} page not copied", "Restrictions of {count} pages not copied"),
    ),
    _Problem(
        keys=parts.ATTACHMENTS_SKIPPED,
        extent=lambda summary: summary.attachments_skipped,
        brief=wording("attachments missing"),
        brief_counted=counted("attachments of {count} page missing", "attachments of {count} pages missing"),
        line=wording("Attachments not copied"),
        line_counted=counted("Attachments of {count} page not copied", "Attachments of {count} pages not copied"),
    ),
    _Problem(
        keys=parts.LEFT_IN_PLACE,
        extent=lambda summary: summary.left_in_place,
        brief=wording("some not deleted"),
        # Translators: pages; in a list after "42 pages deleted"
        brief_counted=counted("{count} not deleted", "{count} not deleted"),
        line=wording("Some pages not deleted"),
        line_counted=counted("{count} page not deleted", "{count} pages not deleted"),
    ),
    _Problem(
        keys=parts.LINKS_BROKEN,
        extent=lambda summary: Extent(happened=summary.links_broken),
        brief=wording("links not updated"),
        brief_counted=counted("links in {count} page not updated", "links in {count} pages not updated"),
        line=wording("Links between the copied pages not updated"),
        line_counted=counted("Links in {count} page not updated", "Links in {count} pages not updated"),
    ),
)
_COUNTED = frozenset(key for problem in _PROBLEMS for key in problem.keys)


def done(texts: Texts, summary: Summary) -> Iterator[Mrkdwn]:
    """Say what was done, as far as it is known and not zero."""
    for number_of, sentence in _DONE:
        number = number_of(summary)
        if number:
            yield texts.count(*sentence, number)


def in_brief(texts: Texts, view: ThreadView, summary: Summary) -> Iterator[Mrkdwn]:
    """Say what was done and what needs attention, in a few words each."""
    yield from done(texts, summary)
    for problem in _PROBLEMS:
        extent = problem.extent(summary)
        if extent.happened:
            yield texts.count(*problem.brief_counted, extent.pages) if extent.pages else texts.say(problem.brief)
    yield from _others(texts, view, but=())


def to_look_at(texts: Texts, view: ThreadView, summary: Summary, *, but: Collection[str] = ()) -> Iterator[Mrkdwn]:
    """Say what needs attention, a line each. `but`: the status keys that the message explains anyway."""
    for problem in _PROBLEMS:
        extent = problem.extent(summary)
        if extent.happened and not set(problem.keys) <= set(but):
            yield texts.count(*problem.line_counted, extent.pages) if extent.pages else texts.say(problem.line)
    yield from _others(texts, view, but=but)


def _others(texts: Texts, view: ThreadView, *, but: Collection[str]) -> Iterator[Mrkdwn]:
    """Name the findings that are counted nowhere else; those of kinds that this bot does not know are only counted."""
    others = {key: count for key, count in view.finding_counts.items() if count and key not in {*_COUNTED, *but}}
    yield from (label(texts, key) for key in others if key in LABELS)
    unknown = {key: count for key, count in others.items() if key not in LABELS}
    if unknown:
        yield texts.say("Other: {counts}", counts=counted_by_severity(texts, unknown))
