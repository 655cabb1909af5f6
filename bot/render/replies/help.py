"""Render the help: what the command can do, with examples."""

import re

from bot.render.blocks import context, message, sections
from bot.render.i18n import Texts, wording
from bot.render.message import Message
from bot.render.mrkdwn import Mrkdwn, bold, code

#: docs.slack.dev/interactivity/implementing-slash-commands: a slash and at most 31 more characters
_COMMAND = re.compile(r"/[^\s`]{1,31}")
_EXAMPLE_ID = "3145728001"
_EXAMPLE_URL = "https://acme.atlassian.net/wiki/rest/api/longtask/3145728001"

_LINES = (
    # Translators: explains an example of the command, e.g. "`/longtask 3145728001`: this channel follows …"
    (f"{_EXAMPLE_ID}", wording("this channel follows that long task in a thread")),
    (_EXAMPLE_URL, wording("the same, with the address of the long task")),
    (f"{_EXAMPLE_ID} quiet", wording("the thread tells the start and the end only")),
    (f"{_EXAMPLE_ID} all", wording("the thread tells each new phase as well")),
    (f"status {_EXAMPLE_ID}", wording("one look, for you alone")),
    ("list", wording("what is followed; add mine or channel to narrow it down")),
    (f"stop {_EXAMPLE_ID}", wording("this channel stops following it; with all instead of the id, all of yours")),
)


def command_name(typed: str) -> str:
    """Return the command as it was typed, since operators may rename it; the usual name if it is not valid."""
    return typed if _COMMAND.fullmatch(typed) else "/longtask"


def example(command: str, rest: str) -> Mrkdwn:
    """Write the command with these words after it."""
    return code(f"{command_name(command)} {rest}")


def help(texts: Texts, command: str) -> Message:  # noqa: A001 (the name of the command it answers)
    """List what can be typed. `command`: as the person typed it."""
    opening = [
        bold(texts.say("Follow long tasks of Confluence from Slack")),
        texts.say(
            "Copying, deleting or archiving many pages takes Confluence a while. "
            "This bot follows it in a thread and tells you how it ended and what it left behind."
        ),
    ]
    lines = [
        texts.say("{example}: {meaning}", example=example(command, rest), meaning=texts.say(meaning))
        for rest, meaning in _LINES
    ]
    where = texts.say(
        "The id stands in Confluence's answer to whatever started the long task; you can also paste that whole answer. "
        "Up to ten long tasks fit in one command."
    )
    return message([*opening, *lines, where], [*sections(opening), *sections(lines), context(where)])
