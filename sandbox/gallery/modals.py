"""Define examples of modals, written as messages, so that they are shown among them."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import msgspec

from bot.domain.channel_settings import ChannelSettings
from bot.domain.states import Editors, Titles, Verbosity
from bot.render import follow_modal, replies, settings_modal
from bot.render.blocks import context, message, paragraphs, section
from bot.render.follow_modal import Asked
from bot.render.i18n import Texts
from bot.render.message import Block, Message
from bot.render.modal import View, notice, waiting
from bot.render.mrkdwn import Mrkdwn, bold, joined
from bot.render.settings_modal import Shown
from bot.render.thread import ThreadView

_LANGUAGES = (("de", "Deutsch"), ("en", "English"), ("ja", "日本語"), ("uk", "українська"))


def modals(texts: Texts, view: ThreadView) -> Iterator[tuple[str, View]]:
    """Yield every modal in each of its forms. `view`: of a copy."""
    copying = replace(view, trouble=None, trouble_since=None, next_check_at=None)
    running = [
        replies.RunningLine(view=copying, runs_for=timedelta(minutes=2), value="1/3145728001"),
        replies.RunningLine(view=replace(copying, titles=Titles.COUNTS), runs_for=None, value="1/2", site="docs"),
    ]
    down = [replies.confluence_unavailable(texts)]
    default, set_before = (
        ChannelSettings(),
        ChannelSettings(
            language="ja",
            verbosity=Verbosity.QUIET,
            titles=Titles.COUNTS,
            broadcasts=True,
            mentions_here=True,
            editors=Editors.MEMBERS,
        ),
    )
    shown = Shown(channel_id="C0DOCS", settings=default, may_change=True, own_language=None, languages=_LANGUAGES)
    title = follow_modal.title(texts)
    yield "waiting", waiting(texts, title=title)
    yield "refused", notice(texts, replies.may_not_use(texts), title=title)
    yield "follow, from a message", follow_modal.follow_modal(texts, Asked(running=running, has_message=True))
    yield "follow, anywhere", follow_modal.follow_modal(texts, Asked(refused=down, has_message=False))
    yield "settings", settings_modal.settings_modal(texts, shown)
    yield "settings, set before", settings_modal.settings_modal(texts, replace(shown, settings=set_before))
    for_admins = msgspec.structs.replace(set_before, editors=Editors.ADMINS)
    fixed = replace(shown, settings=for_admins, may_change=False, own_language="uk")
    yield "settings of admins", settings_modal.settings_modal(texts, fixed)
    default_fixed = replace(shown, may_change=False)
    yield "settings of admins, none made", settings_modal.settings_modal(texts, default_fixed)
    yield "settings, without a channel", settings_modal.settings_modal(texts, replace(shown, channel_id=None))


def errors(texts: Texts) -> Iterator[tuple[str, str]]:
    """Yield everything that is said under a field."""
    command = "/longtask"
    yield "nothing named", follow_modal.nothing_named(texts)
    yield "nothing chosen", follow_modal.nothing_chosen(texts)
    yield "has left the channel", follow_modal.left_channel(texts)
    yield "two named", follow_modal.two_named(texts)
    yield "not in the channel", follow_modal.not_in_channel(texts)
    yield "bot not in the channel", follow_modal.bot_not_in_channel(texts, "longtask")
    yield "shared channel", follow_modal.shared_channel(texts, command)
    yield "membership not said", follow_modal.not_said(texts)
    yield "membership scope missing", follow_modal.scope_missing(texts, command)
    yield "may not change", settings_modal.may_not_change(texts)
    yield "@here alone", settings_modal.here_alone(texts)
    yield "not saved yet", settings_modal.not_saved_yet(texts)


def as_messages(texts: Texts, view: ThreadView) -> Iterator[tuple[str, Message]]:
    """Yield modals and errors as messages."""
    for name, shown in modals(texts, view):
        yield f"modal: {name}", _message(shown)
    for name, error in errors(texts):
        yield f"under a field: {name}", paragraphs(_plain(error))


def _message(view: View) -> Message:
    """Write a modal: its title, its fields with what can be chosen, and its buttons."""
    blocks = [section(bold(_of(view["title"])))]
    for block in view["blocks"]:
        blocks += list(_field(block)) if block["type"] == "input" else [block]
    buttons = [f"[{_of(view[name])}]" for name in ("close", "submit") if name in view]
    blocks.append(context(Mrkdwn(" ".join(buttons))))
    return message([Mrkdwn(text) for block in blocks for text in _texts(block)], blocks)


def _field(block: Block) -> Iterator[Block]:
    element = block["element"]
    chosen = [option["value"] for option in element.get("initial_options", [])]
    if "initial_option" in element:
        chosen.append(element["initial_option"]["value"])
    lines = [bold(_of(block["label"]))]
    for option in element.get("options", []):
        mark = "(x)" if option["value"] in chosen else "( )"
        lines.append(Mrkdwn(f"{mark} {_of(option['text'])}"))
    if not element.get("options"):
        lines.append(Mrkdwn("#…" if element["type"] == "conversations_select" else "…"))
    yield section(joined("\n", lines))
    if "hint" in block:
        yield context(_of(block["hint"]))


def _texts(block: Block) -> list[str]:
    return [block["text"]["text"]] if block["type"] == "section" else [part["text"] for part in block["elements"]]


def _of(text: Block) -> Mrkdwn:
    return _plain(text["text"])


def _plain(text: str) -> Mrkdwn:
    return Mrkdwn(text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))
