"""Render what runs in Confluence, with a button for each task, and why that is not shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.domain.command_example import Example
from bot.domain.permissions import RunningList
from bot.render.blocks import context, fits, message, section
from bot.render.buttons import Action, labelled_button, task_of_buttons
from bot.render.headline import headline, task_id
from bot.render.i18n import Texts
from bot.render.message import Block, Message
from bot.render.mrkdwn import Mrkdwn, bold, code, data, on_one_line
from bot.render.phrases import percent
from bot.render.replies.help import example
from bot.render.replies.help import help as commands_help
from bot.render.thread import ThreadView

#: tasks that are shown
LINES = 20
#: of a link to a thread, by which a list of LINES stays within Slack's limits
_LINK_LIMIT = 200
#: docs: developer.atlassian.com/cloud/confluence/rest/v1/api-group-long-running-task
LIST_SCOPE = "read:content.metadata:confluence"


@dataclass(frozen=True, kw_only=True)
class RunningLine:
    """One task that runs."""

    view: ThreadView
    #: None if Confluence does not say
    runs_for: timedelta | None
    #: of the *Follow* button
    value: str
    #: alias of its site, where there are several
    site: str | None = None
    #: whether this channel follows it
    is_followed: bool = False
    #: permalink of the thread in which this channel follows it, if known
    link: str | None = None


def running(
    texts: Texts,
    lines: Sequence[RunningLine],
    command: str,
    shown: Example,
    *,
    others: int = 0,
    has_more: bool = False,
    refused: Sequence[Mrkdwn] = (),
    invite: str | None = None,
    scope_missing: bool = False,
    ran_before: bool = False,
) -> Message:
    """List what runs.

    `others`: how many more run; `has_more`: there may be more than Confluence listed; `refused`: why sites have not
    listed theirs; `invite`: the bot's name, if it can only follow here once it is invited; `scope_missing`: the bot
    may not ask who reads this channel, so that places are hidden; `ran_before`: before the channel's watch began.
    """
    title = _title(texts, lines, refused, ran_before=ran_before)
    small = [
        *_notes(texts, others, has_more, invite, scope_missing),
        *_way_on(texts, command, shown, is_empty=not lines and not refused),
    ]
    head = [*([title] if title else []), *refused]
    rows = [running_line(texts, row) for row in lines[:LINES]]
    if not fits([*head, *rows, *small]):
        rows = [running_line(texts, row, linked=False) for row in lines[:LINES]]
    blocks: list[Block] = [section(line) for line in head]
    for number, (row, line) in enumerate(zip(lines, rows, strict=False)):
        blocks.append(section(line, beside=running_button(texts, row, number)))
    return message([*head, *rows, *small], [*blocks, *map(context, small)])


def running_hidden(texts: Texts, command: str, shown: Example, *, setting: RunningList) -> Message:
    """Answer with help where the operator does not have the caller see what runs."""
    answer = commands_help(texts, command, shown, lists=False)
    if setting is not RunningList.ADMINS:
        return answer
    sentence = texts.say(
        "Only workspace admins can see what runs in Confluence. You can follow any task whose ID you know:"
    )
    return message([sentence, Mrkdwn(answer.text)], [section(sentence), *answer.blocks])


def running_for_admins(texts: Texts) -> Mrkdwn:
    """Say that only admins see what runs."""
    return texts.say("Only workspace admins can see what runs in Confluence.")


def running_not_in_shared(texts: Texts, command: str, shown: Example) -> Message:
    """Say that there is no list where other organizations read along."""
    sentence = texts.say(
        "Another organization reads this channel, so what runs in Confluence isn't listed here. "
        "Use {command} in another channel instead.",
        command=code(command),
    )
    small = _by_id(texts, command, shown)
    return message([sentence, small], [section(sentence), context(small)])


def list_scope_missing(texts: Texts) -> Mrkdwn:
    """Confluence refused the list for want of a scope."""
    return texts.say(
        "Confluence doesn't let this bot list what runs: its token lacks the scope {scope}. "
        "Ask this bot's administrator to add it.",
        scope=code(LIST_SCOPE),
    )


def of_site(texts: Texts, alias: str, reason: Mrkdwn) -> Mrkdwn:
    """Name the site that a reason is about, where there are several."""
    # Translators: which of several Confluence sites, then why it does not list what runs
    return texts.say("{site}: {reason}", site=alias, reason=reason)


def list_unreadable(texts: Texts) -> Mrkdwn:
    """Confluence's answer was no list."""
    return texts.say(
        "Confluence's list of what runs can't be read: it is too long, or something else came instead, such as a login "
        "page. Ask this bot's administrator to check how it reaches Confluence."
    )


def _title(texts: Texts, lines: Sequence[RunningLine], refused: Sequence[Mrkdwn], *, ran_before: bool) -> Mrkdwn | None:
    if ran_before:
        return texts.say("These were running already, so the watch doesn't follow them by itself:")
    if lines:
        return bold(texts.say("Running in Confluence now"))
    if refused:
        return None
    return texts.say("Nothing is running in Confluence right now, as far as this bot's account can see.")


def _notes(texts: Texts, others: int, has_more: bool, invite: str | None, scope_missing: bool) -> list[Mrkdwn]:
    notes = []
    if others:
        notes.append(texts.count("{count} older task is not shown.", "{count} older tasks are not shown.", others))
    if has_more:
        notes.append(texts.say("There may be more: Confluence's list was too long to read to its end."))
    if invite is not None:
        notes.append(
            texts.say(
                "I'm not in this conversation. To follow one here, type {invite} first.",
                invite=code(f"/invite @{invite.lstrip('@')}"),
            )
        )
    if scope_missing:
        # Translators: a scope is what Slack calls a permission of an app
        notes.append(
            texts.say(
                "Where the pages go is hidden, because this bot lacks the Slack scope to see "
                "whether other organizations read this channel. Ask this bot's administrator to add it."
            )
        )
    return notes


def _way_on(texts: Texts, command: str, shown: Example, *, is_empty: bool) -> list[Mrkdwn]:
    """What to do if the task is not in the list."""
    if not is_empty:
        return [_by_id(texts, command, shown)]
    again = texts.say("Started one a moment ago? Try again in a few seconds.")
    return [again, _by_id(texts, command, shown)]


def _by_id(texts: Texts, command: str, shown: Example) -> Mrkdwn:
    return texts.say(
        "You can follow any task whose ID you know: {example}. {help} says where to find the ID.",
        example=example(command, shown.reference),
        help=example(command, "help"),
    )


def running_line(texts: Texts, row: RunningLine, *, linked: bool = True, in_channel: bool = True) -> Mrkdwn:
    """Write what runs, how far it is and for how long; `in_channel`: in an answer there, not on a home."""
    figure = percent(row.view)
    facts = [
        headline(texts, row.view, linked=linked),
        texts.percent(figure) if figure is not None else None,
        # Translators: how long a task has been running, in a list: "Copying pages · 38% · for 12 min"
        texts.say("for {duration}", duration=row.runs_for) if row.runs_for is not None else None,
        data(row.site) if row.site is not None else None,
        _followed(texts, in_channel=in_channel) if row.is_followed else None,
        task_id(texts, row.view),
    ]
    return on_one_line(facts)


def _followed(texts: Texts, *, in_channel: bool) -> Mrkdwn:
    # Translators: in a list of what runs
    return texts.say("followed here") if in_channel else texts.say("already followed")


def running_button(texts: Texts, row: RunningLine, number: int) -> Block | None:
    """Build *Open the thread* where this channel follows it, as far as its address is known; else *Follow*."""
    task = task_of_buttons(texts, row.view)
    if not row.is_followed:
        return labelled_button(texts, Action.FOLLOW_LISTED, task=task, value=row.value, number=number)
    if row.link is None or len(row.link) > _LINK_LIMIT:
        return None
    return labelled_button(texts, Action.OPEN_THREAD, task=task, url=row.link, number=number)
