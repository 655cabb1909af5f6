"""Render the app's home for one person: what is followed, what runs, how to get an id, and the Confluence account."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum, auto

from bot.domain.command_example import Example
from bot.domain.home import NOTICE_BLOCKS, Notice
from bot.render.blocks import SECTION_LIMIT, TEXT_LIMIT, actions, button, context, fitting, section
from bot.render.buttons import LABELS, Action, labelled_button, task_of_buttons
from bot.render.i18n import Texts
from bot.render.message import Block, Message
from bot.render.mrkdwn import Mrkdwn, bold, code, length
from bot.render.replies.help import example, where_the_id_is
from bot.render.replies.lists import ListLine, list_line
from bot.render.replies.running import RunningLine, running_button, running_line

#: docs.slack.dev/reference/views: of a home
BLOCKS_LIMIT = 100


class Unlisted(Enum):
    """Why a home does not list what is followed in the person's channels."""

    SCOPE_MISSING = auto()  #: the bot may not ask Slack which channels the person is in
    NO_ANSWER = auto()  #: Slack does not say


@dataclass(frozen=True, kw_only=True)
class RunningView:
    """What ran in Confluence at a time."""

    at: datetime
    lines: Sequence[RunningLine] = ()
    others: int = 0  #: how many more
    has_more: bool = False  #: there may be more than Confluence has listed
    refused: Sequence[Mrkdwn] = ()  #: why sites have listed nothing


@dataclass(frozen=True, kw_only=True)
class HomeView:
    """Everything that a home is rendered from. Times are UTC."""

    mine: Sequence[ListLine] = ()
    of_others: Sequence[ListLine] = ()
    #: those of the threads (subscription ids) that the person may stop
    stoppable: frozenset[int] = frozenset()
    page: int = 1
    pages: int = 1
    unlisted: Unlisted | None = None
    #: None: not to be shown, or not known yet
    running: RunningView | None = None
    #: Confluence has not answered yet what runs
    is_asking: bool = False
    #: the answer to the last press
    notice: Notice | None = None
    #: names of the Confluence sites
    sites: Sequence[str] = ()
    #: since when Confluence refuses this bot's account; None if it does not
    refused_since: datetime | None = None
    #: a long task for the examples
    shown: Example


@dataclass
class _Draft:
    """Blocks so far, and the lines that say the same."""

    lines: list[Mrkdwn] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)

    def add(self, line: Mrkdwn, *, beside: Block | None = None) -> None:
        self.lines.append(line)
        self.blocks.append(section(line, beside=beside))

    def add_small(self, line: Mrkdwn) -> None:
        self.lines.append(line)
        self.blocks.append(context(line))

    def offer(self, buttons: Sequence[Block]) -> None:
        if buttons:
            self.blocks.append(actions(buttons))

    @property
    def message(self) -> Message:
        return Message(text=fitting(self.lines, TEXT_LIMIT), blocks=tuple(self.blocks[:BLOCKS_LIMIT]))


def home(texts: Texts, view: HomeView, *, command: str = "/longtask") -> Message:
    """Show a person's home; the text says the same as the blocks, for a home that Slack does not take as it is.

    `command`: the name of the command in examples.
    """
    draft = _Draft()
    if view.notice is not None:
        draft.lines.append(Mrkdwn(view.notice.text))
        draft.blocks += view.notice.blocks[:NOTICE_BLOCKS] or (section(Mrkdwn(view.notice.text[:SECTION_LIMIT])),)
    _followed(draft, texts, view)
    _running(draft, texts, view)
    draft.add_small(
        texts.say(
            "You can follow any task whose ID you know: type {example} in a channel.",
            example=example(command, view.shown.reference),
        )
    )
    lists = view.is_asking or (view.running is not None and not view.running.refused)
    draft.add_small(where_the_id_is(texts, command if lists else None))
    draft.add_small(_account(texts, view))
    draft.offer([_plain_button(texts, Action.HOME_SETTINGS, "")])
    return draft.message


def home_for_members_only(texts: Texts) -> Message:
    """Show a guest, or a person of another organization, that there is nothing for them."""
    return _sentence(texts.say("Guests and people from other organizations can't use this bot."))


def home_of_unknown(texts: Texts) -> Message:
    """Say that Slack did not say who opened the home."""
    return _sentence(
        texts.say("Slack isn't telling this bot who you are. Please open this tab again in a minute."),
    )


def _sentence(sentence: Mrkdwn) -> Message:
    return Message(text=sentence, blocks=(section(sentence),))


def _followed(draft: _Draft, texts: Texts, view: HomeView) -> None:
    if view.mine or view.page == 1:
        draft.add(bold(texts.say("Followed by you")))
    for number, row in enumerate(view.mine):
        _thread(draft, texts, view, row, number)
    if not view.mine and view.page == 1:
        draft.add(texts.say("You follow nothing at the moment."))
    if view.of_others:
        draft.add(bold(texts.say("Followed by others in your channels")))
    for number, row in enumerate(view.of_others, start=len(view.mine)):
        _thread(draft, texts, view, row, number)
    if view.unlisted is not None:
        draft.add_small(_unlisted(texts, view.unlisted))
    if view.pages > 1:
        draft.add_small(texts.say("Page {page} of {pages}.", page=view.page, pages=view.pages))
        draft.offer(_turns(texts, view))


def _thread(draft: _Draft, texts: Texts, view: HomeView, row: ListLine, number: int) -> None:
    """One line, and what can be done about it."""
    shown = replace(row, link=None)
    line = list_line(texts, shown)
    draft.add(line if length(line) <= SECTION_LIMIT else list_line(texts, shown, linked=False))
    task = task_of_buttons(texts, row.view)
    value, buttons = str(row.subscription_id), []
    if row.subscription_id in view.stoppable:
        buttons.append(labelled_button(texts, Action.HOME_STOP, task=task, value=value, number=number))
    if row.link is not None:
        buttons.append(labelled_button(texts, Action.OPEN_THREAD, task=task, url=row.link, number=number))
    draft.offer(buttons)


def _unlisted(texts: Texts, why: Unlisted) -> Mrkdwn:
    match why:
        case Unlisted.SCOPE_MISSING:
            # Translators: a scope is what Slack calls a permission of an app
            return texts.say(
                "Not everything that others follow in your channels is listed, because this bot lacks the Slack scope "
                "to see which channels you are in. Ask this bot's administrator to add it."
            )
        case Unlisted.NO_ANSWER:
            return texts.say(
                "Not everything that others follow in your channels is listed, because Slack isn't telling this bot "
                "which channels you are in."
            )


def _turns(texts: Texts, view: HomeView) -> list[Block]:
    pages = ((Action.HOME_BACK, view.page - 1), (Action.HOME_NEXT, view.page + 1))
    return [_plain_button(texts, action, str(page)) for action, page in pages if 1 <= page <= view.pages]


def _plain_button(texts: Texts, action: Action, value: str) -> Block:
    label = texts.say(LABELS[action])
    return button(action, label, read_out=label, value=value)


def _running(draft: _Draft, texts: Texts, view: HomeView) -> None:
    running = view.running
    if running is None:
        if view.is_asking:
            draft.add_small(texts.say("Asking Confluence what runs…"))
        return
    if running.lines:
        draft.add(bold(texts.say("Running in Confluence now")))
    elif not running.refused:
        draft.add(texts.say("Nothing is running in Confluence right now, as far as this bot's account can see."))
    for reason in running.refused:
        draft.add(reason)
    for number, row in enumerate(running.lines):
        line = running_line(texts, row, in_channel=False)
        if length(line) > SECTION_LIMIT:
            line = running_line(texts, row, in_channel=False, linked=False)
        draft.add(line, beside=running_button(texts, row, number))
    for note in _notes(texts, running):
        draft.add_small(note)
    draft.offer([_plain_button(texts, Action.HOME_REFRESH, "")])


def _notes(texts: Texts, running: RunningView) -> list[Mrkdwn]:
    notes = []
    if any(not row.is_followed for row in running.lines):
        label = bold(texts.say(LABELS[Action.FOLLOW_LISTED]))
        # Translators: {button} is the label of a button: *Follow*
        notes.append(texts.say("{button} begins a thread in your direct messages with me.", button=label))
    if running.others:
        notes.append(
            texts.count("{count} older task is not shown.", "{count} older tasks are not shown.", running.others)
        )
    if running.has_more:
        notes.append(texts.say("There may be more: Confluence's list was too long to read to its end."))
    # Translators: when Confluence was asked what runs
    notes.append(texts.say("As of {time}", time=texts.time_with_seconds(running.at)))
    return notes


def _account(texts: Texts, view: HomeView) -> Mrkdwn:
    sites = texts.listed([code(site) for site in view.sites])
    if view.refused_since is not None:
        return texts.say(
            "Confluence ({sites}) has been rejecting this bot's account since {time}. "
            "Ask this bot's administrator to check it.",
            sites=sites,
            time=view.refused_since,
        )
    return texts.say("This bot looks at {sites} with one Confluence account for everybody here.", sites=sites)
