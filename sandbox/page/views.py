"""What the app shows to one person beside messages: the modal on top, and the home."""

from collections.abc import Iterator
from typing import TypedDict

from bot.render.message import Block
from sandbox.html_tree import Element, JsonNode, as_json, element
from sandbox.page.conversations import conversation_name
from sandbox.slack import SlackSimulator
from sandbox.slack.modal_stack import top_modal
from sandbox.slack.records import Channel, View
from sandbox.slack_form import Offers, field_html
from sandbox.slack_html import block_html

#: what a filter of conversations calls each kind
_KINDS = {"channels": "public", "groups": "private", "im": "im", "mpim": "mpim"}


class PageView(TypedDict):
    """A home, or the inside of a modal."""

    id: str
    #: of the person
    lang: str
    content: list[JsonNode]


class PageModal(PageView):
    """A modal; without `submit` it has no button to send it."""

    title: str
    submit: str | None
    close: str | None
    #: what is wrong with all of it
    trouble: str | None


def page_home(slack: SlackSimulator, person: str) -> PageView | None:
    """Return the home that the app has published for a person; None if it has not."""
    view = slack.home(person)
    return None if view is None else _page_view(slack, view, slack.users[person].locale, person, channel=None)


def page_modal(slack: SlackSimulator, person: str, channel: str) -> PageModal | None:
    """Return the modal that a person sees, who looks at a channel; None without one."""
    view = top_modal(slack, person)
    if view is None:
        return None
    buttons = {name: view.view[name]["text"] if name in view.view else None for name in ("submit", "close")}
    return {
        **_page_view(slack, view, slack.users[person].locale, person, channel=channel),
        "title": view.view["title"]["text"],
        "submit": buttons["submit"],
        "close": buttons["close"],
        "trouble": view.errors.get(""),
    }


def _page_view(slack: SlackSimulator, view: View, lang: str, person: str, *, channel: str | None) -> PageView:
    def offers(field: Block) -> tuple[list[tuple[str, str]], str | None]:
        if field["type"] == "users_select":
            people = sorted((user.name, user.id) for user in slack.users.values() if not user.is_bot)
            return [(user_id, f"@{name}") for name, user_id in people], field.get("initial_user")
        return _conversations(slack, field, person, channel)

    content = element("div", *_blocks(slack, view, offers), class_="slack")
    return {"id": view.id, "lang": lang, "content": [as_json(content)]}


def _blocks(slack: SlackSimulator, view: View, offers: Offers) -> Iterator[Element]:
    for number, block in enumerate(view.view["blocks"]):
        if block["type"] == "input":
            yield field_html(block, number, offers, view.errors.get(block["block_id"]))
        else:
            yield block_html(block, slack.name_of)


def _conversations(
    slack: SlackSimulator, field: Block, person: str, current: str | None
) -> tuple[list[tuple[str, str]], str | None]:
    """Return what a menu of conversations offers a person, and what is chosen at first."""
    offered = [
        (channel.id, conversation_name(slack, channel, person))
        for channel in slack.channels.values()
        if _is_offered(slack, channel, field.get("filter", {}), person)
    ]
    chosen = field.get("initial_conversation")
    if chosen is None and field.get("default_to_current_conversation") and current in dict(offered):
        chosen = current
    return offered, chosen


def _is_offered(slack: SlackSimulator, channel: Channel, asked: Block, person: str) -> bool:
    """Slack offers public channels, and else those that the person is in."""
    others = channel.members - {person}
    with_bot_alone = channel.is_im and any(slack.users[other].is_bot for other in others)
    return (
        not channel.archived
        and (channel.kind == "channels" or person in channel.members)
        and _KINDS[channel.kind] in asked.get("include", _KINDS.values())
        and not (asked.get("exclude_external_shared_channels") and channel.ext_shared)
        and not (asked.get("exclude_bot_users") and with_bot_alone)
    )
