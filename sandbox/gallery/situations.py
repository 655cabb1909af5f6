"""Every message that one moment of a followed long task leads to."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from bot.domain.snapshot import Finding
from bot.domain.states import Outcome, Titles
from bot.domain.summary import summarize
from bot.render import card
from bot.render.completion import completion
from bot.render.i18n import Texts
from bot.render.message import Message
from bot.render.phases import phase, trouble
from bot.render.thread import ThreadView
from bot.render.warnings import warnings

#: so many findings are told by name in the thread; a file lists more
LISTED_FROM = 11

_TROUBLED_FOR = timedelta(minutes=12)
_ALL_ACTIONS = (card.STOP, card.NOTIFY_ME, card.CHECK_NOW, card.FOLLOW_AGAIN, card.OPEN)


@dataclass(frozen=True, kw_only=True)
class Situation:
    """One moment of a followed long task."""

    name: str
    view: ThreadView
    findings: tuple[Finding, ...] = ()


def messages(texts: Texts, situation: Situation) -> Iterator[tuple[str, Message]]:
    """What the thread is told in this situation, each message with what it is called."""
    view, findings = situation.view, situation.findings
    yield "root", card.root(texts, view)
    yield "card", card.card(texts, view, _ALL_ACTIONS, subscription_id="1")
    if view.outcome is Outcome.FOLLOWING and view.snapshot:
        yield "phase", phase(texts, view)
    if findings:
        yield "warnings", warnings(texts, view, findings)
    if view.outcome is not Outcome.FOLLOWING:
        account = summarize(view.snapshot, findings, view.outcome)
        listed = len(findings) >= LISTED_FROM and view.titles is Titles.SHOWN
        yield (
            "completion",
            completion(texts, view, account, findings_total=len(findings), listed=listed),
        )
    if view.trouble:
        since, until = view.trouble_since, view.trouble_until
        yield "trouble", trouble(texts, view, view.trouble, over=False, since=since, until=until)
        ended = since + _TROUBLED_FOR if since else None
        yield "trouble over", trouble(texts, view, view.trouble, over=True, since=since, until=ended)
