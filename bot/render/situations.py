"""Every message that one moment of a followed long task leads to."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from bot.domain.ledger import ledger
from bot.domain.longtask import Finding
from bot.domain.outcome import Outcome
from bot.render import card, notices
from bot.render.message import Message
from bot.render.thread import ThreadView, Titles
from bot.render.words import Words

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


def messages(words: Words, situation: Situation) -> Iterator[tuple[str, Message]]:
    """What the thread is told in this situation, each message with what it is called."""
    view, findings = situation.view, situation.findings
    yield "root", card.root(words, view)
    yield "card", card.card(words, view, _ALL_ACTIONS, subscription_id="1")
    if view.outcome is Outcome.FOLLOWING and view.snapshot:
        yield "phase", notices.phase(words, view)
    if findings:
        yield "warnings", notices.warnings(words, view, findings)
    if view.outcome is not Outcome.FOLLOWING:
        account = ledger(view.snapshot, findings, view.outcome)
        listed = len(findings) >= LISTED_FROM and view.titles is Titles.SHOWN
        yield (
            "completion",
            notices.completion(words, view, account, findings_total=len(findings), listed=listed),
        )
    if view.trouble:
        since, until = view.trouble_since, view.trouble_until
        yield "trouble", notices.trouble(words, view, view.trouble, over=False, since=since, until=until)
        ended = since + _TROUBLED_FOR if since else None
        yield "trouble over", notices.trouble(words, view, view.trouble, over=True, since=since, until=ended)
