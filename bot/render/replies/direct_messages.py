"""Render direct messages: what people need to know if the thread cannot say it."""

from collections.abc import Mapping
from dataclasses import replace

from bot.domain.audience import is_direct_message
from bot.domain.states import LostReason, Outcome
from bot.render.blocks import context, message, paragraphs, sections
from bot.render.headline import headline, task_id
from bot.render.i18n import Texts, wording
from bot.render.message import Message
from bot.render.mrkdwn import Mrkdwn, channel, code, mention
from bot.render.thread import ThreadView

_LOST: Mapping[LostReason, str] = {
    LostReason.DELETED: wording("The message for this task in {channel} was deleted, so updates have stopped."),
    LostReason.THREAD_DELETED: wording(
        "The thread in {channel} that followed this task was deleted, so updates have stopped."
    ),
    LostReason.ARCHIVED: wording("{channel} was archived, so updates have stopped."),
    LostReason.REMOVED: wording("This bot was removed from {channel}, so updates have stopped."),
    LostReason.GONE: wording("{channel} is gone or hidden from this bot, so updates have stopped."),
    LostReason.REFUSED: wording("This bot can no longer post in {channel}, so updates have stopped."),
}


def stopped_by_other(texts: Texts, view: ThreadView, *, person_id: str, channel_id: str) -> Message:
    """Inform the owner that somebody else stopped what they followed."""
    sentence = texts.say(
        "{person} stopped following it in {channel}. The task itself goes on in Confluence.",
        person=mention(person_id),
        channel=where_of(texts, channel_id),
    )
    return _about(texts, view, sentence)


def thread_lost(texts: Texts, view: ThreadView, reason: LostReason, *, channel_id: str, ended: bool = False) -> Message:
    """Inform the followers that the thread is lost: that it is no longer followed, why, and what to do.

    `ended`: the task has ended, and how follows.
    """
    sentence = texts.say(_LOST[reason], channel=where_of(texts, channel_id))
    if ended:
        return paragraphs(sentence)
    go_on = texts.say(
        "The task itself goes on in Confluence. To follow it again, type {command} in another channel.",
        command=code(f"/longtask {view.remote_id}"),
    )
    return _about(texts, replace(view, outcome=Outcome.STOPPED), sentence, go_on)


def for_you_alone(texts: Texts, channel_id: str) -> Message:
    """Introduce how it ended to a follower whose channel sees numbers only."""
    return paragraphs(
        texts.say("The thread in {channel} shows numbers only. For you alone:", channel=channel(channel_id))
    )


def task_set_aside(texts: Texts, remote_id: str) -> Message:
    """Inform the owner that a fault of this bot keeps it from following a long task."""
    sentence = texts.say(
        "Because of a bug, this bot cannot follow Confluence task {id}. It is probably going on: look in Confluence "
        "how it ends, and tell the administrator of this bot, who finds the reason in its log.",
        id=remote_id,
    )
    return paragraphs(sentence)


def _about(texts: Texts, view: ThreadView, *sentences: Mrkdwn) -> Message:
    lines, small = [headline(texts, view), *sentences], task_id(texts, view)
    return message([*lines, small], [*sections(lines), context(small)])


def where_of(texts: Texts, channel_id: str) -> Mrkdwn:
    """Link a channel; Slack shows no name for a conversation of two, whether by its own id or by the person's."""
    return texts.say("your messages with this bot") if is_direct_message(channel_id) else channel(channel_id)
