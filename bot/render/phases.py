"""Render the replies about progress: a new phase, and a milestone."""

from bot.render.blocks import context, message, paragraphs, section
from bot.render.card import without_buttons
from bot.render.i18n import Texts
from bot.render.message import Message
from bot.render.mrkdwn import on_one_line
from bot.render.phrases import confluence_text, pages, percentage, phase_sentence
from bot.render.thread import ThreadView


def phase(texts: Texts, view: ThreadView) -> Message:
    """Say that a new phase has begun."""
    # Translators: {phase} is e.g. "Updating the links between the copied pages"
    now = texts.say("Now: {phase}", phase=phase_sentence(texts, view))
    facts = on_one_line([percentage(texts, view), pages(texts, view), confluence_text(texts, view)])
    return message([now, facts], [section(now), context(facts)]) if facts else paragraphs(now)


def milestone(texts: Texts, view: ThreadView) -> Message:
    """Repeat the present state in a thread whose card can no longer be edited."""
    return without_buttons(texts, view)
