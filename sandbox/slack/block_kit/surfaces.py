"""Modals and home tabs: their fields, and the blocks they may hold.

Limits: https://docs.slack.dev/reference/views
"""

from typing import Annotated

from msgspec import UNSET, Meta

from sandbox.slack.block_kit.blocks import ViewBlocks, elements_of, repeated_id
from sandbox.slack.block_kit.texts import PlainText, Upto24
from sandbox.slack.declarations import Declared, Id, Omittable, find_problem
from sandbox.slack.records import Json


class ViewFields(Declared):
    """What both have."""

    blocks: ViewBlocks
    private_metadata: Omittable[Annotated[str, Meta(max_length=3000)]] = UNSET
    callback_id: Omittable[Id] = UNSET
    external_id: Omittable[Id] = UNSET


class Modal(ViewFields, tag="modal", kw_only=True):
    """A window over the channel, with at most three buttons of its own."""

    title: PlainText[Upto24]
    submit: Omittable[PlainText[Upto24]] = UNSET
    close: Omittable[PlainText[Upto24]] = UNSET
    clear_on_close: Omittable[bool] = UNSET
    notify_on_close: Omittable[bool] = UNSET


class Home(ViewFields, tag="home"):
    """The app's home tab."""


def view_problem(view: Json, kind: type[Modal | Home]) -> str | None:
    """Return the first thing Slack would have against a view of this kind, with its JSON pointer; None if none.

    A modal with fields needs a button that sends them, and one element at most has the focus.
    """
    found = find_problem(view, kind, "/view")
    if found is not None:
        return found
    blocks = view["blocks"]
    if view["type"] == "modal" and "submit" not in view and any(block["type"] == "input" for block in blocks):
        return "submit is required with input blocks [json-pointer:/view/submit]"
    if sum(element.get("focus_on_load", False) for block in blocks for element in elements_of(block)) > 1:
        return "focus_on_load is set more than once [json-pointer:/view/blocks]"
    return repeated_id("/view/blocks", blocks, map(elements_of, blocks))
