"""Render the help: what the command can do, with examples."""

import re
from collections.abc import Callable

from bot.domain.command_example import Example
from bot.render.blocks import context, message, sections
from bot.render.i18n import Texts, wording
from bot.render.message import Message
from bot.render.mrkdwn import Mrkdwn, bold, code

#: docs.slack.dev/interactivity/implementing-slash-commands: a slash and at most 31 more characters
_COMMAND = re.compile(r"/[^\s`]{1,31}")

#: what can be typed after the command, and what it does, in groups
_GROUPS: tuple[tuple[str, tuple[tuple[Callable[[str], str], str], ...]], ...] = (
    (
        # Translators: heading of a group of commands
        wording("Follow"),
        (
            # Translators: stands after an example of the command, e.g. "`/longtask 3145728001`  follow it here, …"
            (lambda ref: ref, wording("follow it here, in a thread")),
            (lambda ref: f"{ref} quiet", wording("only post the start and the result")),
            (lambda ref: f"{ref} all", wording("also post each new phase")),
            (lambda ref: f"{ref} as Handbook", wording("give it a name of your own")),
        ),
    ),
    (
        # Translators: heading of a group of commands
        wording("Look"),
        (
            (lambda _ref: "", wording("show what runs in Confluence, as far as you may see it")),
            (lambda ref: f"status {ref}", wording("show its progress, only to you")),
            (lambda _ref: "status", wording("show all that is followed here, only to you")),
            (lambda _ref: "list", wording("list what is followed here or by you")),
        ),
    ),
    (
        # Translators: heading of a group of commands
        wording("Stop"),
        (
            (lambda ref: f"stop {ref}", wording("stop following it here")),
            (lambda _ref: "stop all", wording("stop everything you follow here")),
        ),
    ),
)


def command_name(typed: str) -> str:
    """Return the command as it was typed, since operators may rename it; the usual name if it is not valid."""
    return typed if _COMMAND.fullmatch(typed) else "/longtask"


def example(command: str, rest: str) -> Mrkdwn:
    """Write the command with these words after it."""
    return code(f"{command_name(command)} {rest}".rstrip())


def help(texts: Texts, command: str, shown: Example) -> Message:  # noqa: A001 (the name of the command it answers)
    """List what can be typed. `command`: as the person typed it; `shown`: a long task for the examples."""
    opening = [
        bold(texts.say("Follow Confluence tasks from Slack")),
        texts.say(
            "Copying, deleting or archiving many pages takes Confluence a while. This bot follows it in a thread and "
            "tells you how it ended and what needs attention."
        ),
    ]
    groups = [
        [
            bold(texts.say(title)),
            *(Mrkdwn(f"{example(command, typed(shown.reference))}  {texts.say(meaning)}") for typed, meaning in lines),
        ]
        for title, lines in _GROUPS
    ]
    notes = [
        where_ids_are(texts),
        texts.say(
            "You can also paste the address ({url}) or the whole response. Up to ten fit in one command.",
            url=code(shown.url),
        ),
    ]
    lines = [line for group in groups for line in group]
    blocks = [*sections(opening), *(block for group in groups for block in sections(group)), *map(context, notes)]
    return message([*opening, *lines, *notes], blocks)


def where_ids_are(texts: Texts) -> Mrkdwn:
    """Say how to get the id of a long task."""
    return texts.say(
        "The ID is at the end of `links.status` in Confluence's response. Started it in the browser? "
        "Open the network tab and look for a request ending in `/longtask/…`."
    )
