"""Replies about how it goes: a new phase, a milestone, trouble."""

from datetime import datetime

from bot.domain.trouble import Trouble
from bot.render.blocks import context, message, paragraphs, section
from bot.render.card import card
from bot.render.facts import on_one_line, own_words, pages, percentage, phase_sentence
from bot.render.message import Message
from bot.render.mrkdwn import Mrkdwn
from bot.render.thread import ThreadView
from bot.render.troubles import TROUBLES
from bot.render.words import Words


def phase(words: Words, view: ThreadView) -> Message:
    """A new phase has begun."""
    # Translators: {phase} is e.g. "Updating the links between the copied pages"
    now = words.say("Now: {phase}", phase=phase_sentence(words, view))
    facts = on_one_line([percentage(words, view), pages(words, view), own_words(words, view)])
    return message([now, facts], [section(now), context(facts)]) if facts else paragraphs(now)


def milestone(words: Words, view: ThreadView) -> Message:
    """How it stands, said anew, for a thread whose card can no longer be edited."""
    return card(words, view, ())


def trouble(
    words: Words,
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
    sentence = words.say(TROUBLES[trouble].ends if over else TROUBLES[trouble].starts)
    figure = percentage(words, view)
    seen = [words.say("Last seen: {percent}", percent=figure)] if figure else []
    facts = on_one_line([*(_lasted if over else _lasts)(words, since, until), *seen])
    if not facts:
        return paragraphs(sentence)
    return message([sentence, facts], [section(sentence), context(facts)])


def _lasts(words: Words, since: datetime | None, until: datetime | None) -> list[Mrkdwn]:
    facts = []
    if since:
        facts.append(words.say("Since {time}", time=since))
    if until:
        facts.append(words.say("Until {time}", time=until))
    return facts


def _lasted(words: Words, since: datetime | None, until: datetime | None) -> list[Mrkdwn]:
    if since is None or until is None or until < since:
        return []
    return [words.say("It lasted {duration}", duration=until - since)]
