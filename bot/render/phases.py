"""Replies about how it goes: a new phase, a milestone, trouble."""

from datetime import datetime

from bot.domain.states import Trouble
from bot.render.blocks import context, message, paragraphs, section
from bot.render.card import card
from bot.render.i18n import Texts
from bot.render.message import Message
from bot.render.mrkdwn import Mrkdwn
from bot.render.phrases import on_one_line, own_words, pages, percentage, phase_sentence
from bot.render.thread import ThreadView
from bot.render.troubles import TROUBLES


def phase(texts: Texts, view: ThreadView) -> Message:
    """A new phase has begun."""
    # Translators: {phase} is e.g. "Updating the links between the copied pages"
    now = texts.say("Now: {phase}", phase=phase_sentence(texts, view))
    facts = on_one_line([percentage(texts, view), pages(texts, view), own_words(texts, view)])
    return message([now, facts], [section(now), context(facts)]) if facts else paragraphs(now)


def milestone(texts: Texts, view: ThreadView) -> Message:
    """How it stands, said anew, for a thread whose card can no longer be edited."""
    return card(texts, view, ())


def trouble(
    texts: Texts,
    view: ThreadView,
    trouble: Trouble,
    *,
    over: bool,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Message:
    """Trouble has started, or is over.

    `since`: when it started. `until`: while it lasts, when a pause will end; where it is over, when it ended.
    """
    sentence = texts.say(TROUBLES[trouble].ends if over else TROUBLES[trouble].starts)
    figure = percentage(texts, view)
    seen = [texts.say("Last seen: {percent}", percent=figure)] if figure else []
    facts = on_one_line([*(_lasted if over else _lasts)(texts, since, until), *seen])
    if not facts:
        return paragraphs(sentence)
    return message([sentence, facts], [section(sentence), context(facts)])


def _lasts(texts: Texts, since: datetime | None, until: datetime | None) -> list[Mrkdwn]:
    facts = []
    if since:
        facts.append(texts.say("Since {time}", time=since))
    if until:
        facts.append(texts.say("Until {time}", time=until))
    return facts


def _lasted(texts: Texts, since: datetime | None, until: datetime | None) -> list[Mrkdwn]:
    if since is None or until is None or until < since:
        return []
    return [texts.say("It lasted {duration}", duration=until - since)]
