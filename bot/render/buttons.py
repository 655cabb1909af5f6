"""Declare the buttons: their labels, what they ask first, and when the card shows them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from bot.domain.states import Outcome
from bot.render.blocks import ACCESSIBILITY_LABEL_LIMIT, actions, button, question
from bot.render.headline import about
from bot.render.i18n import Texts, wording
from bot.render.links import destination
from bot.render.message import Block
from bot.render.mrkdwn import Mrkdwn, clip, data, length, on_one_line, unmarked
from bot.render.thread import ThreadView, is_followed


class Action(StrEnum):
    """The action ids of our buttons, which Slack sends back when one is pressed."""

    STOP = "stop"
    NOTIFY_ME = "notify_me"
    #: not on the card: it undoes *Notify me*, in the answer to that
    DO_NOT_NOTIFY_ME = "do_not_notify_me"
    CHECK_NOW = "check_now"
    FOLLOW_AGAIN = "follow_again"
    WHAT_RUNS_NOW = "what_runs_now"
    OPEN = "open"
    #: not on the card: offered if the bot may not post where the command was typed; its value is the command's id
    FOLLOW_IN_DM = "follow_dm"
    #: not on the card: in the list of what runs; its value names the long task
    FOLLOW_LISTED = "follow_listed"
    #: not on the card: it opens a thread that the list names
    OPEN_THREAD = "open_thread"
    #: not on the card: one of several that a person may stop; its value is the subscription's id
    STOP_CHOSEN = "stop_chosen"
    #: not on the card: what is asked where a channel has a hook; the value names the command and the hook
    REPLACE_HOOK = "replace_hook"
    KEEP_HOOK = "keep_hook"
    #: on the card if its owner is not in Slack any more
    TAKE_OVER = "take_over"
    #: on the home: its value is the subscription's id
    HOME_STOP = "home_stop"
    #: on the home: the value of the two is a page
    HOME_BACK = "home_back"
    HOME_NEXT = "home_next"
    HOME_REFRESH = "home_refresh"
    HOME_SETTINGS = "home_settings"


#: of the task's name, so that a question has space for what it asks
_TASK_LIMIT = 120
#: what is left of a name before its id: where an id is longer than any of Confluence's, the end is cut
_LEAST_OF_TITLE = 30

LABELS: Mapping[Action, str] = {
    Action.STOP: wording("Stop following"),
    Action.NOTIFY_ME: wording("Notify me"),
    Action.DO_NOT_NOTIFY_ME: wording("Don't notify me"),
    Action.CHECK_NOW: wording("Check now"),
    Action.FOLLOW_AGAIN: wording("Follow again"),
    Action.WHAT_RUNS_NOW: wording("What runs now"),
    Action.OPEN: wording("Open in Confluence"),
    Action.FOLLOW_IN_DM: wording("Follow in a DM"),
    Action.FOLLOW_LISTED: wording("Follow"),
    Action.OPEN_THREAD: wording("Open the thread"),
    Action.STOP_CHOSEN: wording("Stop following"),
    Action.REPLACE_HOOK: wording("Replace the hook"),
    Action.KEEP_HOOK: wording("Keep the hook"),
    Action.TAKE_OVER: wording("Take over"),
    Action.HOME_STOP: wording("Stop following"),
    Action.HOME_BACK: wording("Previous page"),
    Action.HOME_NEXT: wording("Next page"),
    Action.HOME_REFRESH: wording("Refresh"),
    Action.HOME_SETTINGS: wording("Settings"),
}


@dataclass(frozen=True, kw_only=True)
class Question:
    """What Slack asks before a button counts as pressed."""

    title: str
    #: with the placeholder {task}
    text: str
    confirm: str
    deny: str


QUESTIONS: Mapping[Action, Question] = {
    Action.STOP: Question(
        title=wording("Stop following?"),
        text=wording(
            "{task}: this channel gets no more updates, not even about the end. The task itself goes on in Confluence."
        ),
        confirm=wording("Stop following"),
        deny=wording("Keep following"),
    ),
    Action.HOME_STOP: Question(
        title=wording("Stop following?"),
        text=wording(
            "{task}: its thread gets no more updates, not even about the end. The task itself goes on in Confluence."
        ),
        confirm=wording("Stop following"),
        deny=wording("Keep following"),
    ),
}


@dataclass(frozen=True, kw_only=True)
class CardButton:
    """A button of the card. Its value is the subscription's id, or it opens a URL."""

    action: Action
    shown_if: Callable[[ThreadView], bool]
    url: Callable[[ThreadView], str | None] | None = None


CARD_BUTTONS = (
    CardButton(action=Action.STOP, shown_if=is_followed),
    CardButton(action=Action.TAKE_OVER, shown_if=lambda view: is_followed(view) and view.owner_is_gone),
    CardButton(action=Action.NOTIFY_ME, shown_if=is_followed),
    CardButton(action=Action.CHECK_NOW, shown_if=is_followed),
    CardButton(action=Action.FOLLOW_AGAIN, shown_if=lambda view: view.outcome in (Outcome.STOPPED, Outcome.UNKNOWN)),
    CardButton(action=Action.WHAT_RUNS_NOW, shown_if=lambda view: view.outcome is Outcome.FAILED),
    CardButton(action=Action.OPEN, shown_if=lambda view: destination(view) is not None, url=destination),
)
#: what a completion offers although the card above it does, too: it is where people read that it failed
_OF_COMPLETION = frozenset({Action.WHAT_RUNS_NOW})


def labelled_button(
    texts: Texts,
    action: Action,
    *,
    task: Mrkdwn,
    value: str | None = None,
    url: str | None = None,
    number: int | None = None,
) -> Block:
    """Build a button with its label, and with that of screen readers, which names the task as well.

    `number`: tells apart buttons of one message that do the same, since Slack wants different action ids.
    """
    # Neither labels nor questions are read as markup, so the task is named in plain text.
    name = Mrkdwn(_cut(unmarked(task), _TASK_LIMIT))
    label = texts.say(LABELS[action])
    # Translators: what a screen reader says at a button: what it does, then the task: "Check now: Copying pages"
    read_out = texts.say("{button}: {task}", button=label, task=name)
    asked = QUESTIONS.get(action)
    dialog = None
    if asked is not None:
        dialog = question(
            title=texts.say(asked.title),
            text=texts.say(asked.text, task=name),
            confirm=texts.say(asked.confirm),
            deny=texts.say(asked.deny),
        )
    action_id = action if number is None else f"{action}:{number}"
    shown = _cut(read_out, ACCESSIBILITY_LABEL_LIMIT)
    return button(action_id, label, read_out=shown, value=value, url=url, question=dialog)


def _cut(name: str, limit: int) -> str:
    """Cut a task's name to so many UTF-16 units, in the middle: the id at the end says which of two tasks it is."""
    start, _, remote_id = name.rpartition(" ")
    space = limit - length(remote_id) - 1
    if length(name) <= limit or space < _LEAST_OF_TITLE:
        return clip(name, limit)
    return f"{clip(start, space)} {remote_id}"


def task_of_buttons(texts: Texts, view: ThreadView) -> Mrkdwn:
    """Name the task as labels and questions do, which are read without the card around them."""
    if view.snapshot is None and view.label is None:
        return texts.say("Confluence task {id}", id=view.remote_id)
    return on_one_line([about(texts, view, linked=False), data(view.remote_id)])


def button_row(texts: Texts, view: ThreadView, *, subscription_id: str | None) -> list[Block]:
    """Return the card's row of buttons, or nothing if none is shown.

    `subscription_id`: None for a card in an answer to one person, which no button can act on.
    """
    return _row(texts, view, CARD_BUTTONS, subscription_id=subscription_id)


def completion_row(texts: Texts, view: ThreadView, *, subscription_id: str | None, has_card: bool) -> list[Block]:
    """Return the completion's row of buttons: the card's if the thread has no card.

    `subscription_id`: None for a completion in a direct message, which no button can act on.
    """
    if subscription_id is None:
        return []
    shown = [each for each in CARD_BUTTONS if not has_card or each.action in _OF_COMPLETION]
    return _row(texts, view, shown, subscription_id=subscription_id)


def _row(texts: Texts, view: ThreadView, buttons: Iterable[CardButton], *, subscription_id: str | None) -> list[Block]:
    task = task_of_buttons(texts, view)
    row = [
        labelled_button(
            texts,
            each.action,
            task=task,
            value=None if each.url else subscription_id,
            url=each.url(view) if each.url else None,
        )
        for each in buttons
        if each.shown_if(view) and (each.url or subscription_id is not None)
    ]
    return [actions(row)] if row else []
