"""The messages of a channel as the page shows them: author, thread, language and content of each."""

import re
from collections.abc import Iterator
from html import unescape
from typing import TypedDict
from urllib.parse import urlencode

from bot.render.message import Message
from sandbox.html_tree import Element, JsonNode, as_json, element
from sandbox.slack import EphemeralMessage, PostedMessage, SlackSimulator
from sandbox.slack.records import Json
from sandbox.slack_html import message_html

#: below this path the page's server hands out files
FILES_PATH = "/files/"

#: an address for scripts
_HOOK = re.compile(r"https?://[^\s<>|`]+/hook/[\w-]+")


class PageMessage(TypedDict):
    """One message; `ts` identifies it, `root` is the ts of the root of its thread."""

    ts: str
    root: str | None
    author: str
    app: bool
    edited: bool
    #: only the viewer sees it
    private: bool
    #: the language it is written in
    lang: str
    content: list[JsonNode]


def channel_messages(slack: SlackSimulator, channel: str, person: str) -> list[PageMessage]:
    """Return what a person sees in a channel, oldest first: roots, replies, and messages that only they see."""
    roots = slack.messages(channel)
    messages = [each for root in roots for each in (root, *slack.thread(channel, root.ts))]
    private = [item for item in slack.ephemerals(person) if item.channel == channel]
    shown = [
        *(_message(slack, each, person) for each in messages),
        *(_ephemeral(slack, item, person) for item in private),
    ]
    return sorted(shown, key=lambda message: float(message["ts"]))


def _message(slack: SlackSimulator, message: PostedMessage, person: str) -> PageMessage:
    author = slack.users[message.user]
    content = _content(slack, message.text, message.blocks)
    return {
        "ts": message.ts,
        "root": message.thread_ts,
        "author": author.name,
        "app": author.is_bot,
        "edited": message.edited_label,
        "private": False,
        "lang": _language(slack, message, person),
        "content": [as_json(each) for each in (*content, *_files(slack, message, person))],
    }


def _ephemeral(slack: SlackSimulator, item: EphemeralMessage, person: str) -> PageMessage:
    return {
        "ts": item.ts,
        "root": item.thread_ts,
        "author": "longtask" if item.via != "slack" else "Slackbot",
        "app": True,
        "edited": False,
        "private": True,
        # carries no metadata: a message for one person is in that person's language
        "lang": slack.users[person].locale,
        "content": [as_json(each) for each in (*_content(slack, item.text, item.blocks), *_to_copy(item))],
    }


def _language(slack: SlackSimulator, message: PostedMessage, person: str) -> str:
    """Return the language that the bot names in the metadata of a message, or of the root of its thread.

    Without one, a person's message is in the author's language, and a message of the bot in the viewer's.
    """
    channel = slack.channels[message.channel]
    root = channel.messages[message.thread_ts] if message.thread_ts else message
    for each in (message, root):
        named = (each.metadata or {}).get("event_payload", {}).get("language")
        if named:
            return str(named).replace("_", "-")
    author = slack.users[message.user]
    return slack.users[person].locale if author.is_bot else author.locale


def _content(slack: SlackSimulator, text: str, blocks: tuple[Json, ...]) -> Iterator[Element]:
    if text or blocks:
        yield message_html(Message(text=text, blocks=blocks), slack.name_of)


def _to_copy(item: EphemeralMessage) -> Iterator[Element]:
    """Yield a button that copies the address for scripts that a message names."""
    found = _HOOK.search(item.text)
    if found:
        attributes = {"type": "button", "class": "button", "lang": "en", "data-copy": unescape(found[0])}
        button = Element("button", attributes, ("Copy the address",))
        yield element("div", element("div", button, class_="actions"), class_="slack")


def _files(slack: SlackSimulator, message: PostedMessage, person: str) -> Iterator[Element]:
    for file_id in message.file_ids:
        file = slack.files[file_id]
        address = f"{FILES_PATH}{file.id}?{urlencode({'user': person})}"
        size = f"{file.length:,} bytes"
        yield element("a", file.filename, element("small", size), class_="file", href=address, download=file.filename)
