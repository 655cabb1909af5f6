"""A Slack message: blocks, and the text that says the same."""

from dataclasses import dataclass
from typing import Any

Block = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Message:
    """What chat.postMessage and chat.update are handed."""

    #: the whole message in mrkdwn, at most 4,000 characters (Slack's limit on an edit); screen readers read only this
    text: str
    #: at most 50; empty in the plain form
    blocks: tuple[Block, ...] = ()
