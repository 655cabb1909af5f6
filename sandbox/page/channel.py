"""The messages of a channel as the page shows them: author, thread and HTML of each."""

import re
from html import escape
from typing import Any, TypedDict

from bot.render.message import Message
from sandbox.slack import EphemeralMessage, PostedMessage, SlackSimulator
from sandbox.slack.records import Json
from sandbox.slack_html import message_html

_PERSON = re.compile(r"<@([UW][A-Z0-9]+)>")


class PageMessage(TypedDict):
    """One message; `ts` identifies it, `root` is the ts of the root of its thread."""

    ts: str
    root: str | None
    author: str
    app: bool
    edited: bool
    #: only the viewer sees it
    private: bool
    html: str


def channel_messages(slack: SlackSimulator, channel: str, person: str) -> list[PageMessage]:
    """Return what a person sees in a channel: roots, replies, and messages that only they see."""
    roots = slack.messages(channel)
    messages = [each for root in roots for each in (root, *slack.thread(channel, root.ts))]
    private = [item for item in slack.ephemerals(person) if item.channel == channel]
    return [*(_message(slack, each) for each in messages), *(_ephemeral(slack, item) for item in private)]


def _message(slack: SlackSimulator, message: PostedMessage) -> PageMessage:
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


def _ephemeral(slack: SlackSimulator, item: EphemeralMessage) -> PageMessage:
    return {
        "ts": item.ts,
        "root": item.thread_ts,
        "author": "longtask" if item.via != "slack" else "Slackbot",
        "app": True,
        "edited": False,
        "private": True,
        "html": _html(slack, item.text, item.blocks),
    }


def _html(slack: SlackSimulator, text: str, blocks: tuple[Json, ...]) -> str:
    """Return the HTML of a message, people by their names."""
    named = _named(slack, text)
    return message_html(Message(text=named, blocks=tuple(_named(slack, block) for block in blocks)))


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
