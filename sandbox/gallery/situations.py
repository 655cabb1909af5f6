"""Render every message of one situation of a followed long task."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from bot.domain.message_plan import errors_first, list_follows
from bot.domain.snapshot import Finding
from bot.domain.states import Outcome, Trouble
from bot.domain.summary import summarize
from bot.render.card import card
from bot.render.completion import completion
from bot.render.findings_csv import file_name, introduction
from bot.render.i18n import Texts
from bot.render.message import Message
from bot.render.phases import phase
from bot.render.root import root
from bot.render.thread import ThreadView
from bot.render.troubles import trouble
from bot.render.warnings import warnings

_TROUBLE_LASTS = timedelta(minutes=12)


@dataclass(frozen=True, kw_only=True)
class Situation:
    """One moment of a followed long task, and the findings until then."""

    name: str
    view: ThreadView
    findings: tuple[Finding, ...] = ()
    #: findings of the kinds that were first seen in the look that saw the end
    at_end: tuple[Finding, ...] = ()


def messages(texts: Texts, situation: Situation) -> Iterator[tuple[str, Message]]:
    """Yield the name and content of each message that the thread shows in this situation."""
    view, findings = situation.view, situation.findings
    everything = (*findings, *situation.at_end)
    summary = summarize(view.snapshot, everything, view.outcome)
    yield "root", root(texts, view, summary)
    yield "card", card(texts, view, subscription_id="1")
    if view.outcome is Outcome.FOLLOWING and view.snapshot:
        yield "phase", phase(texts, view)
    for kind in errors_first(finding.kind for finding in findings):
        yield "warnings", warnings(texts, view, [finding for finding in findings if finding.kind == kind])
    if view.outcome not in (Outcome.FOLLOWING, Outcome.STOPPED):
        counted = summarize(view.snapshot, findings, view.outcome)
        yield "completion", completion(texts, view, counted, everything, named=situation.at_end)
        if list_follows((finding.key for finding in everything), view.titles):
            yield file_name(texts, view), introduction(texts, everything)
    if view.trouble:
        since, until = view.trouble_since, view.next_check_at
        limited = view.trouble is Trouble.RATE_LIMITED
        yield "trouble", trouble(texts, view, view.trouble, over=False, since=since, until=until if limited else None)
        ended = until if limited else since + _TROUBLE_LASTS if since else None
        yield "trouble over", trouble(texts, view, view.trouble, over=True, since=since, until=ended)
