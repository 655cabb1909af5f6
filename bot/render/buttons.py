"""Declare the buttons of the card, and when each of them is shown."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from bot.domain.states import Outcome
from bot.render.blocks import actions, button
from bot.render.i18n import Texts, wording
from bot.render.links import destination
from bot.render.message import Block
from bot.render.thread import ThreadView, is_followed


class Action(StrEnum):
    """The action ids of our buttons, which Slack sends back when one is pressed."""

    STOP = "stop"
    NOTIFY_ME = "notify_me"
    CHECK_NOW = "check_now"
    FOLLOW_AGAIN = "follow_again"
    OPEN = "open"
    #: not on the card: offered if the bot may not post where the command was typed; its value is the command's id
    FOLLOW_IN_DM = "follow_dm"
    #: not on the card: one of several that a person may stop; its value is the subscription's id
    STOP_CHOSEN = "stop_chosen"


@dataclass(frozen=True, kw_only=True)
class Button:
    """A button of the card. Its value is the subscription's id, or it opens a URL."""

    action: Action
    label: str
    shown_if: Callable[[ThreadView], bool]
    url: Callable[[ThreadView], str | None] | None = None


CARD_BUTTONS = (
    Button(action=Action.STOP, label=wording("Stop following"), shown_if=is_followed),
    Button(action=Action.NOTIFY_ME, label=wording("Notify me too"), shown_if=is_followed),
    Button(action=Action.CHECK_NOW, label=wording("Check now"), shown_if=is_followed),
    Button(
        action=Action.FOLLOW_AGAIN, label=wording("Follow again"), shown_if=lambda view: view.outcome is Outcome.UNKNOWN
    ),
    Button(
        action=Action.OPEN,
        label=wording("Open in Confluence"),
        shown_if=lambda view: destination(view) is not None,
        url=destination,
    ),
)


def button_row(texts: Texts, view: ThreadView, *, subscription_id: str | None) -> list[Block]:
    """Return the card's row of buttons, or nothing if none is shown.

    `subscription_id`: None for a card in an answer to one person, which no button can act on.
    """
    row = [
        button(
            each.action,
            texts.say(each.label),
            value=None if each.url else subscription_id,
            url=each.url(view) if each.url else None,
        )
        for each in CARD_BUTTONS
        if each.shown_if(view) and (each.url or subscription_id is not None)
    ]
    return [actions(row)] if row else []
