"""Render answers about one long task, or about what was stopped."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.render.blocks import context, message, paragraphs, section, stacked
from bot.render.card import card
from bot.render.headline import about
from bot.render.i18n import Texts
from bot.render.message import Message
from bot.render.mrkdwn import Mrkdwn, joined
from bot.render.mrkdwn import link as linked
from bot.render.replies.help import example
from bot.render.thread import ThreadView

_LINK_LIMIT = 200


@dataclass(frozen=True, kw_only=True)
class Followed:
    """A long task that is now followed, and its thread."""

    remote_id: str
    #: permalink of the thread, if known
    link: str | None = None


def coming(
    texts: Texts, remote_ids: Sequence[str], *, not_found: Sequence[str] = (), in_thread: bool = False
) -> Message:
    """Say that the threads of these long tasks will appear, and that others are looked for again.

    `in_thread`: they are followed in the thread of the message that asks.
    """
    lines = []
    if remote_ids and in_thread:
        lines.append(
            texts.count(
                "On its way: the thread will show task {ids} in a moment.",
                "On their way: the thread will show tasks {ids} in a moment.",
                len(remote_ids),
                ids=texts.listed([texts.format(remote_id) for remote_id in remote_ids]),
            )
        )
    elif remote_ids:
        lines.append(
            texts.count(
                "On its way: the thread for task {ids} will appear here in a moment.",
                "On their way: the threads for tasks {ids} will appear here in a moment.",
                len(remote_ids),
                ids=texts.listed([texts.format(remote_id) for remote_id in remote_ids]),
            )
        )
    if not_found:
        lines.append(
            texts.count(
                "Confluence doesn't find task {ids} yet. Looking again for a few seconds.",
                "Confluence doesn't find tasks {ids} yet. Looking again for a few seconds.",
                len(not_found),
                ids=texts.listed([texts.format(remote_id) for remote_id in not_found]),
            )
        )
    return paragraphs(*lines)


def arrived(texts: Texts, followed: Sequence[Followed]) -> Message:
    """Say where the threads are that were said to be coming."""
    return paragraphs(
        *[with_thread(texts, texts.say("Following task {id}.", id=each.remote_id), each.link) for each in followed]
    )


def followed_in_dm(texts: Texts) -> Message:
    """Answer *Follow in a DM*."""
    return paragraphs(texts.say("Following it in your direct messages with me."))


def already_following(
    texts: Texts, remote_id: str, link: str | None = None, *, asked_in_thread: bool = False
) -> Message:
    """Say that this channel already follows it, and that the caller is now a follower.

    `asked_in_thread`: the caller asked in a thread, and another one follows it.
    """
    if asked_in_thread:
        sentence = texts.say(
            "Another thread in this channel already follows task {id}. You will be mentioned there when it ends.",
            id=remote_id,
        )
    else:
        sentence = texts.say(
            "This channel already follows task {id}. You will be mentioned when it ends.", id=remote_id
        )
    return paragraphs(with_thread(texts, sentence, link))


def already_here(texts: Texts, remote_id: str) -> Message:
    """Say that the thread in which the caller asks follows it already, and that the caller is now a follower."""
    return paragraphs(
        texts.say("This thread already follows task {id}. You will be mentioned when it ends.", id=remote_id)
    )


def naming(texts: Texts, answer: Message, view: ThreadView | None) -> Message:
    """Add to an answer that has the id alone, in small print, what the work is and where. None: not known."""
    if view is None:
        return answer
    name = about(texts, view)
    return message([Mrkdwn(answer.text), name], [*answer.blocks, context(name)])


def left_over(texts: Texts, remote_id: str, link: str | None = None) -> Message:
    """Answer a button of a message that is not kept up to date any more: another thread follows the long task."""
    sentence = texts.say(
        "This message is no longer kept up to date, so nothing was done. Task {id} is followed in another thread.",
        id=remote_id,
    )
    return paragraphs(with_thread(texts, sentence, link))


def ended(texts: Texts, view: ThreadView) -> Message:
    """Show the end of a long task that was to be followed, and say why nothing is posted."""
    opening, shown = texts.say("This task has already ended, so it isn't followed:"), card(texts, view)
    return message([opening, Mrkdwn(shown.text)], [section(opening), *shown.blocks])


def status(texts: Texts, view: ThreadView) -> Message:
    """Show the status of a long task to the caller only: its card, running or ended, which names it."""
    return card(texts, view)


def stopped(texts: Texts, remote_id: str, link: str | None = None) -> Message:
    """Confirm that the caller stopped one."""
    sentence = texts.say("This channel no longer follows task {id}. Confluence carries on with it.", id=remote_id)
    return paragraphs(with_thread(texts, sentence, link))


def stopped_all(texts: Texts, count: int) -> Message:
    """Confirm that the caller stopped all of their own in this channel."""
    if count == 0:
        return paragraphs(texts.say("You follow nothing in this channel, so nothing has changed."))
    sentence = texts.count(
        "This channel no longer follows {count} task of yours. Confluence carries on with it.",
        "This channel no longer follows {count} tasks of yours. Confluence carries on with them.",
        count,
    )
    return paragraphs(sentence)


def not_followed_here(texts: Texts, remote_id: str) -> Message:
    """Say that the long task to stop is not followed in this channel."""
    return paragraphs(texts.say("This channel doesn't follow task {id}, so nothing has changed.", id=remote_id))


def nothing_to_stop(texts: Texts) -> Message:
    """Say that this channel follows nothing that could be stopped."""
    return paragraphs(texts.say("This channel follows nothing, so nothing has changed."))


def together(texts: Texts, answers: Sequence[Message], command: str = "/longtask") -> Message:
    """Join several answers into one. `command`: as it was typed, to name the list where there is more."""
    more = texts.say("There are more: {example}", example=example(command, "list"))
    return answers[0] if len(answers) == 1 else stacked(answers, lambda _: more)


def with_thread(texts: Texts, sentence: Mrkdwn, link: str | None) -> Mrkdwn:
    """Add a link to the thread, if there is one."""
    return joined(" ", [sentence, *thread_link(texts, link)])


def thread_link(texts: Texts, link: str | None) -> list[Mrkdwn]:
    """Link a thread; nothing if its address is not known or too long to show."""
    if link is None or len(link) > _LINK_LIMIT:
        return []
    return [linked(link, texts.say("Open the thread"))]
