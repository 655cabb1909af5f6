"""Render the root: the message in the channel that a thread hangs from."""

from bot.render.blocks import context, message, section
from bot.render.i18n import Texts
from bot.render.message import Message
from bot.render.mrkdwn import mention
from bot.render.phrases import outcome_headline
from bot.render.thread import ThreadView, is_followed


def root(texts: Texts, view: ThreadView) -> Message:
    """Say what is followed, for whom, and how it ended. Changes with the outcome only."""
    headline, person = outcome_headline(texts, view), mention(view.owner_id)
    if is_followed(view):
        note = texts.say("Followed by {person}. Progress is shown in the thread.", person=person)
    else:
        note = texts.say("Followed by {person}. What happened is told in the thread.", person=person)
    return message([headline, note], [section(headline), context(note)])
