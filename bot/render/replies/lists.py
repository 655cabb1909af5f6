"""Render lists of what is followed, and the choice of what to stop."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.domain.audience import is_direct_message
from bot.domain.command import Scope
from bot.render.blocks import actions, context, fits, message, paragraphs, section, sections
from bot.render.buttons import Action, labelled_button, task_of_buttons
from bot.render.headline import headline, marked, task_id
from bot.render.i18n import Texts, wording
from bot.render.message import Message
from bot.render.mrkdwn import Mrkdwn, bold, channel, mention, on_one_line
from bot.render.phrases import findings_count, percent
from bot.render.replies.help import example
from bot.render.replies.threads import thread_link
from bot.render.replies.watches import watch_line
from bot.render.thread import ThreadView, is_followed
from bot.render.watch import WatchView

#: lines of a list that always fit in one message
ROWS = 8

_TITLES: Mapping[Scope, str] = {
    Scope.ALL: wording("Followed in this channel or by you"),
    Scope.MINE: wording("Followed by you"),
    Scope.CHANNEL: wording("Followed in this channel"),
}


@dataclass(frozen=True, kw_only=True)
class ListLine:
    """One line in a list of what is followed."""

    subscription_id: int
    view: ThreadView
    #: None for the channel in which the list is shown
    channel_id: str | None = None
    #: permalink of the thread, if known
    link: str | None = None


def followed_list(
    texts: Texts,
    rows: Sequence[ListLine],
    page: int = 1,
    pages: int = 1,
    *,
    scope: Scope = Scope.ALL,
    command: str = "/longtask",
    watches: Sequence[WatchView] = (),
) -> Message:
    """List one page of what is followed, after what the channel watches. `command`: as it was typed, to name the next
    page."""
    watched = [watch_line(texts, view) for view in watches]
    if not rows:
        return paragraphs(*watched, texts.say("Nothing is followed at the moment."))
    title = bold(texts.say(_TITLES[scope]))
    lines, short = ([list_line(texts, row, linked=linked) for row in rows[:ROWS]] for linked in (True, False))
    footer = []
    if page < pages:
        more = _page(command, scope, page + 1)
        footer = [texts.say("Page {page} of {pages}. Next: {example}", page=page, pages=pages, example=more)]
    elif pages > 1:
        footer = [texts.say("Page {page} of {pages}.", page=page, pages=pages)]
    if not fits([*watched, title, *lines, *footer]):
        lines = short
    shown = [*watched, title, *lines]
    return message([*shown, *footer], [*sections(shown), *[context(line) for line in footer]])


def no_such_page(texts: Texts, page: int, pages: int, *, scope: Scope, command: str) -> Message:
    """Say that a list has no such page, and name its last."""
    last = _page(command, scope, pages)
    return paragraphs(texts.say("This list has no page {page}. The last one: {example}", page=page, example=last))


def which_to_stop(texts: Texts, rows: Sequence[ListLine], command: str) -> Message:
    """Ask which of several long tasks this channel is to stop following: a button for each."""
    question = texts.say("Which one should this channel stop following?")
    lines, blocks = [question], [section(question)]
    for number, row in enumerate(rows[:ROWS]):
        line = list_line(texts, row)
        lines.append(line)
        task = task_of_buttons(texts, row.view)
        stop = labelled_button(texts, Action.STOP_CHOSEN, task=task, value=str(row.subscription_id), number=number)
        blocks += [section(line), actions([stop])]
    if len(rows) > ROWS:
        more = texts.say("There are more: {example}", example=example(command, "list channel"))
        lines.append(more)
        blocks.append(context(more))
    return message(lines, blocks)


def _page(command: str, scope: Scope, page: int) -> Mrkdwn:
    return example(command, f"list {page}" if scope is Scope.ALL else f"list {scope} {page}")


def list_line(texts: Texts, row: ListLine, *, linked: bool = True) -> Mrkdwn:
    """Write what is followed and how far it is, so short that it fits one line where the names allow it."""
    view, figure = row.view, percent(row.view)
    facts = on_one_line(
        [
            headline(texts, view, linked=linked),
            texts.percent(figure) if is_followed(view) and figure is not None else None,
            findings_count(texts, view) if view.finding_counts else None,
            mention(view.owner_id) if view.owner_id else None,
            _where(texts, row.channel_id) if row.channel_id else None,
            *thread_link(texts, row.link),
            task_id(texts, view),
        ]
    )
    return marked(view, facts)


def _where(texts: Texts, channel_id: str) -> Mrkdwn:
    """Link a channel; Slack shows no name for a conversation of two."""
    # Translators: in a list, the place of a thread that is in no channel
    return texts.say("direct messages") if is_direct_message(channel_id) else channel(channel_id)
