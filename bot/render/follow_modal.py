"""Render the modal that asks which Confluence task to follow, and in which channel."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.render.blocks import context, section
from bot.render.headline import headline
from bot.render.i18n import Texts
from bot.render.modal import OPTION_LIMIT, Modal, View, channel_menu, error, menu, modal, text_input
from bot.render.mrkdwn import Mrkdwn, clip, code, data, on_one_line, unmarked
from bot.render.phrases import percent
from bot.render.replies import RunningLine
from bot.render.replies.help import where_the_id_is

#: of an option's value; a longer one is left out (docs.slack.dev/reference/block-kit/composition-objects/option-object)
_VALUE_LIMIT = 150


class Field(StrEnum):
    """The fields of the modal, which Slack names with what was filled in."""

    REFERENCE = "reference"
    RUNNING = "running"
    CHANNEL = "channel"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the modal asks, and why."""

    #: what runs now, to choose from
    running: Sequence[RunningLine] = ()
    #: why a site has not listed what runs
    refused: Sequence[Mrkdwn] = ()
    #: it was opened for a message, in which nothing was found; else it asks for a channel as well
    has_message: bool
    #: comes back with what was filled in
    metadata: str = ""


def title(texts: Texts) -> Mrkdwn:
    """Name the modal, in at most 24 characters."""
    # Translators: title of a window, at most 24 characters
    return texts.say("Follow a task")


def follow_modal(texts: Texts, asked: Asked) -> View:
    """Ask for the ID or the address, or offer what runs; and ask for the channel unless there is a message."""
    blocks = []
    if asked.has_message:
        nothing = texts.say(
            "I found no Confluence task in that message. Which one should I follow in the thread under it?"
        )
        blocks.append(section(nothing))
    blocks += [context(reason) for reason in asked.refused]
    if asked.refused:
        blocks.append(context(texts.say("You can still enter an ID.")))
    options = [(line.value, _option(texts, line)) for line in asked.running if len(line.value) <= _VALUE_LIMIT]
    if options:
        running = texts.say("Running in Confluence now")
        blocks.append(menu(Field.RUNNING, running, options, optional=True, focused=True))
        label = texts.say("Or its ID or address")
    else:
        label = texts.say("ID or address of the Confluence task")
    # Nobody who can choose a task needs its id.
    is_choice = bool(options)
    # What runs is offered above, if anything runs that the person may see.
    hint = where_the_id_is(texts, None)
    blocks.append(text_input(Field.REFERENCE, label, hint=hint, optional=is_choice, focused=not is_choice))
    if not asked.has_message:
        blocks.append(channel_menu(Field.CHANNEL, texts.say("Channel for the thread")))
    return modal(
        texts,
        title=title(texts),
        blocks=blocks,
        callback_id=Modal.FOLLOW,
        # Translators: button of a window that begins to follow a task, at most 24 characters
        submit=texts.say("Follow"),
        metadata=asked.metadata,
    )


def nothing_named(texts: Texts) -> str:
    """Refuse a modal in which no task is named."""
    return error(texts.say("Type the ID or the address of a Confluence task."))


def nothing_chosen(texts: Texts) -> str:
    """Refuse a modal in which a task could be chosen, and none was, nor typed."""
    return error(texts.say("Choose a task above, or type its ID or address here."))


def two_named(texts: Texts) -> str:
    """Refuse a modal in which one task was chosen and another typed."""
    return error(texts.say("Choose a task above or type one here, not both."))


def not_in_channel(texts: Texts) -> str:
    """Refuse a channel that the person is not in."""
    return error(texts.say("You aren't in that channel. Join it first, or choose another one."))


def left_channel(texts: Texts) -> str:
    """Refuse to follow in a thread of a channel that the person is not in."""
    return error(texts.say("You aren't in that channel. Join it first, then send this again."))


def bot_not_in_channel(texts: Texts, bot_name: str) -> str:
    """Refuse a private channel that the bot is not in."""
    invite = code(f"/invite @{bot_name.lstrip('@')}")
    return error(texts.say("I'm not in that channel. Type {invite} there, then send this again.", invite=invite))


def shared_channel(texts: Texts, command: str) -> str:
    """Refuse a channel that another organization reads, which the menu does not offer."""
    sentence = texts.say(
        "Another organization reads that channel. Go to that channel and type {command} and the ID.",
        command=code(command),
    )
    return error(sentence)


def not_said(texts: Texts) -> str:
    """Say that Slack did not answer whether the person is in the channel."""
    return error(texts.say("Slack isn't saying whether you are in that channel. Please send this again in a moment."))


def scope_missing(texts: Texts, command: str) -> str:
    """Say that the bot may not ask whether the person is in the channel."""
    sentence = texts.say(
        # Translators: a scope is what Slack calls a permission of an app
        "This bot lacks the Slack scope to see whether you are in that channel. Ask this bot's administrator to add "
        "it, or go to that channel and type {command} and the ID.",
        command=code(command),
    )
    return error(sentence)


def _option(texts: Texts, line: RunningLine) -> str:
    """Name a task in an option: what it is and where, cut so that its percentage and id are always there."""
    figure = percent(line.view)
    small = on_one_line(
        [
            texts.percent(figure) if figure is not None else None,
            data(line.site) if line.site is not None else None,
            data(line.view.remote_id),
        ]
    )
    end = f" · {unmarked(small)}"
    return clip(unmarked(headline(texts, line.view, linked=False)), max(OPTION_LIMIT - len(end), 1)) + end
