"""Build modals within Slack's limits: the windows that Slack opens for one person."""

from collections.abc import Iterable, Sequence
from enum import StrEnum

from bot.render.blocks import section
from bot.render.i18n import Texts
from bot.render.message import Block, Message
from bot.render.mrkdwn import Mrkdwn, clip, unmarked

# Limits: docs.slack.dev/reference/views and /reference/block-kit
TITLE_LIMIT = 24
LABEL_LIMIT = 2_000
OPTION_LIMIT = 75
INPUT_LIMIT = 3_000
#: Slack gives none; a sentence or two
ERROR_LIMIT = 400

#: the arguments of views.open and views.update
View = Block


class Modal(StrEnum):
    """The callback ids of our modals, which Slack sends back with what was filled in."""

    FOLLOW = "follow_modal"
    SETTINGS = "settings_modal"


def modal(
    texts: Texts,
    *,
    title: Mrkdwn,
    blocks: Iterable[Block],
    callback_id: Modal | None = None,
    submit: Mrkdwn | None = None,
    metadata: str = "",
) -> View:
    """Build a modal; with `submit` it has a button that sends what was filled in, with the metadata."""
    close = texts.say("Close") if submit is None else texts.say("Cancel")
    view: View = {
        "type": "modal",
        "title": _plain(title, TITLE_LIMIT),
        "close": _plain(close, TITLE_LIMIT),
        "blocks": list(blocks),
    }
    if callback_id is not None:
        view |= {"callback_id": callback_id, "private_metadata": metadata}
    if submit is not None:
        view |= {"submit": _plain(submit, TITLE_LIMIT)}
    return view


def waiting(texts: Texts, *, title: Mrkdwn) -> View:
    """Build what a modal shows until it is known what belongs in it."""
    return modal(texts, title=title, blocks=[section(texts.say("One moment…"))])


def notice(texts: Texts, said: Message, *, title: Mrkdwn) -> View:
    """Build a modal that says what an answer would, without its buttons: they count in messages only."""
    shown = [
        {name: part for name, part in block.items() if name != "accessory"}
        for block in said.blocks
        if block["type"] in ("section", "context")
    ]
    return modal(texts, title=title, blocks=shown or [section(Mrkdwn(said.text))])


def text_input(
    field: str, label: Mrkdwn, *, hint: Mrkdwn | None = None, optional: bool = False, focused: bool = False
) -> Block:
    """Build a field to type into; `focused`: it has the focus when the modal is opened, as one field of it may."""
    element: Block = {"type": "plain_text_input", "action_id": field, "max_length": INPUT_LIMIT}
    if focused:
        element["focus_on_load"] = True
    return _input(field, label, element, hint=hint, optional=optional)


def menu(
    field: str,
    label: Mrkdwn,
    options: Sequence[tuple[str, str]],
    *,
    chosen: str | None = None,
    hint: Mrkdwn | None = None,
    optional: bool = False,
    focused: bool = False,
) -> Block:
    """Build a menu of options, each with its value and its text; `chosen`: the value of the one chosen at first."""
    shown = [_option(value, text) for value, text in options]
    element: Block = {"type": "static_select", "action_id": field, "options": shown}
    first = next((option for option in shown if option["value"] == chosen), None)
    if first is not None:
        element["initial_option"] = first
    if focused:
        element["focus_on_load"] = True
    return _input(field, label, element, hint=hint, optional=optional)


def checkboxes(field: str, label: Mrkdwn, options: Sequence[tuple[str, str]], *, chosen: Sequence[str]) -> Block:
    """Build boxes to tick, none of which has to be; `chosen`: the values of those ticked at first."""
    shown = [_option(value, text) for value, text in options]
    element: Block = {"type": "checkboxes", "action_id": field, "options": shown}
    ticked = [option for option in shown if option["value"] in chosen]
    if ticked:
        element["initial_options"] = ticked
    return _input(field, label, element, optional=True)


def channel_menu(field: str, label: Mrkdwn) -> Block:
    """Build a menu of the person's channels, without those that other organizations read."""
    element = {
        "type": "conversations_select",
        "action_id": field,
        "default_to_current_conversation": True,
        "filter": {"include": ["public", "private"], "exclude_external_shared_channels": True},
    }
    return _input(field, label, element)


def error(text: str) -> str:
    """Write what Slack shows under a field that was not filled in well, which is plain text."""
    return clip(" ".join(unmarked(Mrkdwn(text)).split()), ERROR_LIMIT)


def _input(field: str, label: Mrkdwn, element: Block, *, hint: Mrkdwn | None = None, optional: bool = False) -> Block:
    block: Block = {
        "type": "input",
        "block_id": field,
        "label": _plain(label, LABEL_LIMIT),
        "element": element,
        "optional": optional,
    }
    if hint is not None:
        block["hint"] = _plain(hint, LABEL_LIMIT)
    return block


def _option(value: str, text: str) -> Block:
    return {"text": _plain(Mrkdwn(text), OPTION_LIMIT), "value": value}


def _plain(text: Mrkdwn, limit: int) -> Block:
    return {"type": "plain_text", "text": clip(unmarked(text), limit), "emoji": False}
