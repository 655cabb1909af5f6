"""Render answers about what is followed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto

from bot.domain.command import Scope
from bot.render.blocks import BLOCKS_LIMIT, context, fits, message, paragraphs, section, sections
from bot.render.card import card
from bot.render.headline import headline, task_id
from bot.render.i18n import Texts
from bot.render.message import Block, Message
from bot.render.mrkdwn import Mrkdwn, bold, channel, code, joined, mention, on_one_line
from bot.render.mrkdwn import link as linked
from bot.render.phrases import percent
from bot.render.replies.help import example
from bot.render.thread import ThreadView, is_followed

#: lines of a list that fit in one message, unless its names are very long
ROWS = 8
_LINK_LIMIT = 200


@dataclass(frozen=True, kw_only=True)
class Followed:
    """A long task that is now followed, and its thread."""

    remote_id: str
    #: permalink of the thread, if known
    link: str | None = None


class LimitOf(Enum):
    """Whose limit of long tasks followed at a time it is."""

    PERSON = auto()
    CHANNEL = auto()


@dataclass(frozen=True, kw_only=True)
class LimitReached:
    """A long task that is not followed, because of a limit."""

    remote_id: str
    place: LimitOf
    #: how many may be followed at a time
    limit: int


@dataclass(frozen=True, kw_only=True)
class ListLine:
    """One line in the list of what is followed."""

    view: ThreadView
    since: datetime
    channel_id: str | None = None
    link: str | None = None


def looking(texts: Texts, count: int = 1) -> Message:
    """Answer at once, while Confluence is asked."""
    sentence = texts.count(
        "Asking Confluence about the long task …", "Asking Confluence about {count} long tasks …", count
    )
    return paragraphs(sentence)


def following(texts: Texts, followed: Sequence[Followed]) -> Message:
    """Say that these are now followed."""
    return paragraphs(
        *[
            _with_thread(texts, texts.say("Following long task {id}.", id=each.remote_id), each.link)
            for each in followed
        ]
    )


def already_following(texts: Texts, remote_id: str, link: str | None = None) -> Message:
    """Say that this channel already follows it, and that the caller is now a follower."""
    sentence = texts.say(
        "This channel already follows long task {id}. You will be mentioned when it ends.", id=remote_id
    )
    return paragraphs(_with_thread(texts, sentence, link))


def limit_reached(texts: Texts, refused: Sequence[LimitReached], command: str) -> Message:
    """Say that these are not followed, because the person, or the channel, follows as many as one may.

    `refused`: one or more, all of one limit; `command`: as it was typed.
    """
    ids = texts.listed([code(each.remote_id) for each in refused])
    limit = refused[0].limit
    if refused[0].place is LimitOf.PERSON:
        sentence = texts.count(
            "Not followed: {ids}. One person may have {count} long task followed at a time, and you have. "
            "Stop it first; {example} shows it.",
            "Not followed: {ids}. One person may have {count} long tasks followed at a time, and you have as many. "
            "Stop some of them first; {example} shows them.",
            limit,
            ids=ids,
            example=example(command, "list mine"),
        )
    else:
        sentence = texts.count(
            "Not followed: {ids}. One channel may follow {count} long task at a time, and this one does. "
            "Stop it first, or use another channel; {example} shows it.",
            "Not followed: {ids}. One channel may follow {count} long tasks at a time, and this one follows as many. "
            "Stop some of them first, or use another channel; {example} shows them.",
            limit,
            ids=ids,
            example=example(command, "list channel"),
        )
    return paragraphs(sentence)


def left_over(texts: Texts, remote_id: str, link: str | None = None) -> Message:
    """Answer a button of a message that is not kept up to date any more: another thread follows the long task."""
    sentence = texts.say(
        "This message is no longer kept up to date, so nothing was done. Long task {id} is followed in another thread.",
        id=remote_id,
    )
    return paragraphs(_with_thread(texts, sentence, link))


def now_notified(texts: Texts) -> Message:
    """Answer *Notify me too*."""
    return paragraphs(texts.say("You will be mentioned here when this long task has ended."))


def checked_just_now(texts: Texts) -> Message:
    """Answer *Check now* if it was pressed too soon."""
    return paragraphs(texts.say("This was checked a few seconds ago. What is shown is up to date."))


def ended(texts: Texts, view: ThreadView) -> Message:
    """Show a long task that ended before it could be followed, so that nothing was posted."""
    opening = texts.say("Long task {id} has ended already, so nothing was posted here.", id=view.remote_id)
    return _with_card(texts, opening, view)


def status(texts: Texts, view: ThreadView) -> Message:
    """Show the status of a long task to the caller only."""
    return _with_card(texts, texts.say("Long task {id}, for you alone:", id=view.remote_id), view)


def followed_list(
    texts: Texts,
    rows: Sequence[ListLine],
    page: int = 1,
    pages: int = 1,
    *,
    scope: Scope = Scope.ALL,
    command: str = "/longtask",
) -> Message:
    """List one page of what is followed. `command`: as it was typed, to name the next page."""
    if not rows:
        return paragraphs(texts.say("Nothing is followed at the moment."))
    title = bold(texts.say("Followed long tasks"))
    lines, short = ([_row(texts, row, linked=linked) for row in rows[:ROWS]] for linked in (True, False))
    footer = []
    if page < pages:
        more = example(command, f"list {page + 1}" if scope is Scope.ALL else f"list {scope} {page + 1}")
        footer = [texts.say("Page {page} of {pages}. Next: {example}", page=page, pages=pages, example=more)]
    elif pages > 1:
        footer = [texts.say("Page {page} of {pages}.", page=page, pages=pages)]
    if not fits([title, *lines, *footer]):
        lines = short
    return message([title, *lines, *footer], [*sections([title, *lines]), *[context(line) for line in footer]])


def stopped(texts: Texts, remote_id: str, link: str | None = None) -> Message:
    """Confirm that the caller stopped one."""
    sentence = texts.say(
        "This channel no longer follows long task {id}. The long task itself goes on in Confluence.", id=remote_id
    )
    return paragraphs(_with_thread(texts, sentence, link))


def stopped_all(texts: Texts, count: int) -> Message:
    """Confirm that the caller stopped all of their own in this channel."""
    if count == 0:
        return paragraphs(texts.say("There was nothing of yours to stop in this channel."))
    sentence = texts.count(
        "This channel no longer follows {count} long task of yours. It goes on in Confluence.",
        "This channel no longer follows {count} long tasks of yours. They go on in Confluence.",
        count,
    )
    return paragraphs(sentence)


def not_followed_here(texts: Texts, remote_id: str) -> Message:
    """Say that the long task to stop is not followed in this channel."""
    return paragraphs(texts.say("This channel does not follow long task {id}, so nothing was stopped.", id=remote_id))


def together(texts: Texts, answers: Sequence[Message]) -> Message:
    """Join several answers into one."""
    if len(answers) == 1:
        return answers[0]
    lines: list[Mrkdwn] = []
    blocks: list[Block] = []
    for answer in answers:
        text = Mrkdwn(answer.text)
        if not fits([*lines, text]) or len(blocks) + len(answer.blocks) > BLOCKS_LIMIT - 1:
            more = texts.say("And more: look with the list command.")
            return message([*lines, more], [*blocks, section(more)])
        lines.append(text)
        blocks += answer.blocks
    return message(lines, blocks)


def _with_card(texts: Texts, opening: Mrkdwn, view: ThreadView) -> Message:
    shown = card(texts, view)
    return message([opening, Mrkdwn(shown.text)], [section(opening), *shown.blocks])


def _with_thread(texts: Texts, sentence: Mrkdwn, link: str | None) -> Mrkdwn:
    if link is None or len(link) > _LINK_LIMIT:
        return sentence
    return joined(" ", [sentence, linked(link, texts.say("Open the thread"))])


def _row(texts: Texts, row: ListLine, *, linked: bool) -> Mrkdwn:
    view, figure = row.view, percent(row.view)
    facts = on_one_line(
        [
            headline(texts, view, linked=linked),
            texts.percent(figure) if is_followed(view) and figure is not None else None,
            # Translators: since when it is followed, and by whom
            texts.say("since {time} by {person}", time=row.since, person=mention(view.owner_id)),
            channel(row.channel_id) if row.channel_id else None,
            task_id(texts, view),
        ]
    )
    return Mrkdwn(f"• {_with_thread(texts, facts, row.link)}")
