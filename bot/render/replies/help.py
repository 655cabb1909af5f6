"""Render the help: what the command can do, with examples."""

import re
from collections.abc import Callable

from bot.domain.command_example import Example
from bot.render.blocks import context, message, sections
from bot.render.i18n import Texts, wording
from bot.render.message import Message
from bot.render.mrkdwn import Mrkdwn, bold, code, joined

#: a slash and at most 31 more characters (docs.slack.dev/interactivity/implementing-slash-commands), or in a thread the
#: mention of the bot
_COMMAND = re.compile(r"/[^\s`]{1,31}|@[^\s`<>]{1,80}")

#: what can be typed after the command, and what it does, in groups
_GROUPS: tuple[tuple[str, tuple[tuple[Callable[[str], str], str], ...]], ...] = (
    (
        # Translators: heading of a group of commands
        wording("Follow"),
        (
            # Translators: stands after an example of the command, e.g. "`/longtask 3145728001`  follow it here, …"
            (lambda ref: ref, wording("follow it here, in a thread")),
            (lambda ref: f"{ref} quiet", wording("only post the start and the result")),
            (lambda ref: f"{ref} normal", wording("also post warnings (default)")),
            (lambda ref: f"{ref} all", wording("also post each new phase")),
            (lambda ref: f"{ref} as Handbook", wording("give it a name of your own")),
            (lambda _ref: "watch", wording("follow every new task of the site here")),
            (lambda _ref: "hook", wording("get an address for scripts that follow here")),
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
            (lambda _ref: "list mine", wording("list only what you follow")),
            (lambda _ref: "list channel", wording("list only what is followed here")),
        ),
    ),
    (
        # Translators: heading of a group of commands
        wording("Stop following"),
        (
            (lambda ref: f"stop {ref}", wording("stop following it here")),
            (lambda _ref: "stop all", wording("stop following all your tasks here")),
            (lambda _ref: "unwatch", wording("follow no new tasks here any more")),
            (lambda _ref: "hook off", wording("turn off this channel's address for scripts")),
        ),
    ),
)


def command_name(typed: str) -> str:
    """Return the command as it was typed, since operators may rename it; the usual name if it is not valid."""
    return typed if _COMMAND.fullmatch(typed) else "/longtask"


def example(command: str, rest: str) -> Mrkdwn:
    """Write the command with these words after it."""
    return code(f"{command_name(command)} {rest}".rstrip())


def help(  # noqa: A001 (the name of the command it answers)
    texts: Texts, command: str, shown: Example, *, lists: bool = True
) -> Message:
    """List what can be typed. `command`: as the person typed it; `shown`: a long task for the examples.

    `lists`: whether the command alone lists what runs, for this person.
    """
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
        where_the_id_is(texts, command if lists else None),
        texts.say(
            "You can also paste the address ({url}) or the whole response. One command can follow up to ten tasks.",
            url=code(shown.url),
        ),
        # a modal is not opened for a mention, so the command itself is named
        texts.say(
            "Set the language and how much is posted in this channel with {example}.",
            example=example(command if command.startswith("/") else "", "settings"),
        ),
        texts.say(
            "Workspace admins can check how this bot is set up with {example}; those lines are in English.",
            example=example(command, "doctor"),
        ),
    ]
    lines = [line for group in groups for line in group]
    blocks = [*sections(opening), *(block for group in groups for block in sections(group)), *map(context, notes)]
    return message([*opening, *lines, *notes], blocks)


def where_the_id_is(texts: Texts, command: str | None) -> Mrkdwn:
    """Say how to find the ID of a task, the easiest way first: needing none.

    `command`: which lists what runs, with a button to follow each task; None where there is no such list.
    """
    ways = texts.say(
        "Started it in the browser? While Confluence shows its progress, open the browser's developer tools (F12), "
        "Network, and look for a request ending in `/longtask/…`: the ID comes last. In a script, it is at the end of "
        "`links.status` in Confluence's response."
    )
    if command is None:
        return ways
    easiest = texts.say(
        # Translators: {button} is the label of a button: *Follow*
        "Easiest: type {command} alone and press {button}.",
        command=example(command, ""),
        button=bold(texts.say("Follow")),
    )
    return joined(" ", [easiest, ways])
