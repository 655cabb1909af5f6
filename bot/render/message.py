"""Represent a Slack message: blocks, and a text that says the same."""

import json
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Any

from bot.render.mrkdwn import Mrkdwn, unmarked

Block = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Message:
    """The arguments of chat.postMessage and chat.update."""

    #: the whole message in mrkdwn, at most 4,000 characters (Slack's limit for an edit); screen readers read only this
    text: str
    #: at most 50; empty in the plain form
    blocks: tuple[Block, ...] = ()


def plain(message: Message) -> Message:
    """Return the message without blocks, for the case that Slack refuses them."""
    return replace(message, blocks=())


def plain_line(message: Message) -> str:
    """Return what the message says on one line, without markup: for programs."""
    return " ".join(unmarked(Mrkdwn(message.text)).split())


def digest(message: Message) -> str:
    """Return a digest of what the message shows, 32 hexadecimal digits: equal digests need no edit."""
    shown = json.dumps([message.text, message.blocks], sort_keys=True)
    return blake2b(shown.encode(), digest_size=16).hexdigest()
