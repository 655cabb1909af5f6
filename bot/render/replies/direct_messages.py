"""Render direct messages: what people need to know if the thread cannot say it."""

from collections.abc import Mapping

from bot.domain.states import LostReason
from bot.render.blocks import paragraphs
from bot.render.i18n import Texts, wording
from bot.render.message import Message
from bot.render.mrkdwn import channel, mention
from bot.render.mrkdwn import link as linked

_LOST: Mapping[LostReason, str] = {
    LostReason.DELETED: wording("The message under which long task {id} was followed has been deleted."),
    LostReason.ARCHIVED: wording("The channel in which long task {id} was followed has been archived."),
    LostReason.REMOVED: wording("This bot has been removed from the channel in which long task {id} was followed."),
    LostReason.GONE: wording("The channel in which long task {id} was followed is gone or hidden from this bot."),
    LostReason.REFUSED: wording("Slack no longer lets this bot post where long task {id} was followed."),
}


def stopped_by_other(texts: Texts, person_id: str, remote_id: str, link: str | None = None) -> Message:
    """Inform the owner that somebody else stopped what they followed."""
    sentence = texts.say(
        "{person} stopped following long task {id}, which you followed. The long task itself goes on in Confluence.",
        person=mention(person_id),
        id=remote_id,
    )
    return paragraphs(sentence, linked(link, texts.say("Open the thread"))) if link else paragraphs(sentence)


def thread_lost(texts: Texts, remote_id: str, reason: LostReason, *, ended: bool = False) -> Message:
    """Inform the followers that the thread is lost and no longer follows. `ended`: the long task ended as well."""
    sentence = texts.say(_LOST[reason], id=remote_id)
    if ended:
        return paragraphs(sentence)
    return paragraphs(
        sentence,
        texts.say(
            "It is no longer followed there. The long task itself goes on in Confluence; "
            "follow it again elsewhere if you want to know how it ends."
        ),
    )


def for_you_alone(texts: Texts, channel_id: str) -> Message:
    """Introduce how it ended to a follower whose channel sees numbers only."""
    return paragraphs(
        texts.say("The thread in {channel} shows numbers only. For you alone:", channel=channel(channel_id))
    )


def task_set_aside(texts: Texts, remote_id: str) -> Message:
    """Inform the owner that a fault of this bot keeps it from following a long task."""
    sentence = texts.say(
        "A fault in this bot keeps it from following long task {id}, so it was set aside; everything else goes on. "
        "The long task itself goes on in Confluence. The administrator of this bot finds the reason in its log.",
        id=remote_id,
    )
    return paragraphs(sentence)
