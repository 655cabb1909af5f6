"""Answers about what is followed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.command import Scope
from bot.domain.longtask import Kind
from bot.domain.outcome import Outcome
from bot.render.blocks import BLOCKS_LIMIT, context, fits, message, paragraphs, section, sections
from bot.render.card import card
from bot.render.facts import on_one_line, outcome_word
from bot.render.message import Block, Message
from bot.render.mrkdwn import Mrkdwn, bold, channel, joined, mention
from bot.render.mrkdwn import link as linked
from bot.render.replies.help import example
from bot.render.sentences import kind_name
from bot.render.thread import ThreadView
from bot.render.words import Words

#: as many lines of a list as always fit one message
ROWS = 8
_LINK_LIMIT = 200
_ID_LIMIT = 64


@dataclass(frozen=True, kw_only=True)
class Followed:
    """A long task that is followed now, and where."""

    remote_id: str
    #: permalink of the thread, where it is known
    link: str | None = None


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of the list of what is followed."""

    remote_id: str
    kind: Kind
    outcome: Outcome
    owner_id: str
    since: datetime
    percent: float | None = None
    channel_id: str | None = None
    link: str | None = None


def looking(words: Words, count: int = 1) -> Message:
    """The first answer, while Confluence is asked."""
    return paragraphs(
        words.count("Asking Confluence about the long task …", "Asking Confluence about {count} long tasks …", count)
    )


def following(words: Words, followed: Sequence[Followed]) -> Message:
    """These are followed now."""
    return paragraphs(
        *[
            _with_thread(words, words.say("Following long task {id}.", id=each.remote_id), each.link)
            for each in followed
        ]
    )


def already_following(words: Words, remote_id: str, link: str | None = None) -> Message:
    """This channel follows it already; the caller is a follower now."""
    said = words.say("This channel already follows long task {id}. You will be mentioned when it ends.", id=remote_id)
    return paragraphs(_with_thread(words, said, link))


def left_over(words: Words, remote_id: str, link: str | None = None) -> Message:
    """A button was pressed on a message that is not kept up to date; the thread that is goes on elsewhere."""
    said = words.say(
        "This message is no longer kept up to date, so nothing was done. Long task {id} is followed in another thread.",
        id=remote_id,
    )
    return paragraphs(_with_thread(words, said, link))


def now_notified(words: Words) -> Message:
    """To whom pressed *Notify me too*."""
    return paragraphs(words.say("You will be mentioned here when this long task has ended."))


def checked_just_now(words: Words) -> Message:
    """To whom pressed *Check now* too soon."""
    return paragraphs(words.say("This was checked a few seconds ago. What is shown is up to date."))


def ended(words: Words, view: ThreadView) -> Message:
    """It had ended before it could be followed: one look, nothing posted."""
    opening = words.say("Long task {id} has ended already, so nothing was posted here.", id=view.remote_id)
    return _with_card(words, opening, view)


def status(words: Words, view: ThreadView) -> Message:
    """One look, for the caller alone."""
    return _with_card(words, words.say("Long task {id}, for you alone:", id=view.remote_id), view)


def followed_list(
    words: Words,
    rows: Sequence[Row],
    page: int = 1,
    pages: int = 1,
    *,
    scope: Scope = Scope.ALL,
    command: str = "/longtask",
) -> Message:
    """What is followed, one page of it. `command`: as it was typed, for the way to the next page."""
    if not rows:
        return paragraphs(words.say("Nothing is followed at the moment."))
    title = bold(words.say("Followed long tasks"))
    lines = [_row(words, row) for row in rows[:ROWS]]
    footer = []
    if page < pages:
        more = example(command, f"list {page + 1}" if scope is Scope.ALL else f"list {scope} {page + 1}")
        footer = [words.say("Page {page} of {pages}. Next: {example}", page=page, pages=pages, example=more)]
    elif pages > 1:
        footer = [words.say("Page {page} of {pages}.", page=page, pages=pages)]
    return message([title, *lines, *footer], [*sections([title, *lines]), *[context(line) for line in footer]])


def stopped(words: Words, remote_id: str, link: str | None = None) -> Message:
    """The caller has stopped one."""
    said = words.say(
        "This channel no longer follows long task {id}. The long task itself goes on in Confluence.", id=remote_id
    )
    return paragraphs(_with_thread(words, said, link))


def stopped_all(words: Words, count: int) -> Message:
    """The caller has stopped all of their own in this channel."""
    if count == 0:
        return paragraphs(words.say("There was nothing of yours to stop in this channel."))
    return paragraphs(
        words.count(
            "This channel no longer follows {count} long task of yours. It goes on in Confluence.",
            "This channel no longer follows {count} long tasks of yours. They go on in Confluence.",
            count,
        )
    )


def not_followed_here(words: Words, remote_id: str) -> Message:
    """The long task to stop is not followed in this channel."""
    return paragraphs(
        words.say("This channel does not follow long task {id}, so nothing was stopped.", id=remote_id),
    )


def together(words: Words, answers: Sequence[Message]) -> Message:
    """Several answers as one."""
    if len(answers) == 1:
        return answers[0]
    lines: list[Mrkdwn] = []
    blocks: list[Block] = []
    for answer in answers:
        text = Mrkdwn(answer.text)
        if not fits([*lines, text]) or len(blocks) + len(answer.blocks) > BLOCKS_LIMIT - 1:
            more = words.say("And more: look with the list command.")
            return message([*lines, more], [*blocks, section(more)])
        lines.append(text)
        blocks += answer.blocks
    return message(lines, blocks)


def _with_card(words: Words, opening: Mrkdwn, view: ThreadView) -> Message:
    shown = card(words, view)
    return message([opening, Mrkdwn(shown.text)], [section(opening), *shown.blocks])


def _with_thread(words: Words, said: Mrkdwn, link: str | None) -> Mrkdwn:
    if link is None or len(link) > _LINK_LIMIT:
        return said
    return joined(" ", [said, linked(link, words.say("Open the thread"))])


def _row(words: Words, row: Row) -> Mrkdwn:
    state = outcome_word(words, row.outcome)
    if row.outcome is Outcome.FOLLOWING and row.percent is not None:
        state = words.percent(row.percent)
    facts = on_one_line(
        [
            words.say("{task}, long task {id}", task=kind_name(words, row.kind), id=row.remote_id[:_ID_LIMIT]),
            state,
            # Translators: since when it is followed, and by whom
            words.say("since {time} by {person}", time=row.since, person=mention(row.owner_id)),
            channel(row.channel_id) if row.channel_id else None,
        ]
    )
    return Mrkdwn(f"• {_with_thread(words, facts, row.link)}")
