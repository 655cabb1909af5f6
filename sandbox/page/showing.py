"""What the page shows: every message of the channel as HTML, each under a name of its own."""

import re
from html import escape
from typing import Any

from bot.render.message import Message as Written
from sandbox.slack import Ephemeral, Message, SlackSimulator
from sandbox.slack.records import Json
from sandbox.slack_html import message_html

_PERSON = re.compile(r"<@([UW][A-Z0-9]+)>")

Shown = dict[str, Any]


def channel_shown(slack: SlackSimulator, channel: str, person: str) -> list[Shown]:
    """All that a person sees in a channel: roots, replies (with the root they belong to), and what is theirs alone."""
    roots = slack.messages(channel)
    messages = [each for root in roots for each in (root, *slack.thread(channel, root.ts))]
    whispers = [item for item in slack.ephemerals(person) if item.channel == channel]
    return [*(_message(slack, each) for each in messages), *(_whisper(slack, item) for item in whispers)]


def _message(slack: SlackSimulator, message: Message) -> Shown:
    author = slack.users[message.user]
    files = "".join(f'<div class="file">{escape(slack.files[name].filename)}</div>' for name in message.file_ids)
    return {
        "ts": message.ts,
        "root": message.thread_ts,
        "author": author.name,
        "app": author.is_bot,
        "edited": message.edited_label,
        "private": False,
        "html": _html(slack, message.text, message.blocks) + files,
    }


def _whisper(slack: SlackSimulator, item: Ephemeral) -> Shown:
    return {
        "ts": item.ts,
        "root": None,
        "author": "longtask" if item.via != "slack" else "Slackbot",
        "app": True,
        "edited": False,
        "private": True,
        "html": _html(slack, item.text, item.blocks),
    }


def _html(slack: SlackSimulator, text: str, blocks: tuple[Json, ...]) -> str:
    """The HTML of a message, people by their names."""
    named = _named(slack, text)
    return message_html(Written(text=named, blocks=tuple(_named(slack, block) for block in blocks)))


def _named(slack: SlackSimulator, part: Any) -> Any:
    match part:
        case dict():
            return {key: _named(slack, value) for key, value in part.items()}
        case list():
            return [_named(slack, value) for value in part]
        case str():
            return _PERSON.sub(lambda match: f"<@{match[1]}|@{_name(slack, match[1])}>", part)
        case _:
            return part


def _name(slack: SlackSimulator, user_id: str) -> str:
    return slack.users[user_id].name if user_id in slack.users else user_id
