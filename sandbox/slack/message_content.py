"""What a message says, checked as Slack checks it: text, blocks, metadata."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Annotated, Any

from msgspec import Meta

from sandbox.slack.api_error import ApiError
from sandbox.slack.block_kit.blocks import message_problem
from sandbox.slack.declarations import Declared, find_problem
from sandbox.slack.records import Json

#: characters; https://docs.slack.dev/reference/methods/chat.postMessage and chat.update
POST_TRUNCATED_AT = 40_000
UPDATE_LIMIT = 4_000
#: characters of the metadata as JSON; Slack has a limit (metadata_too_large) but does not say which
METADATA_LIMIT = 8_000

_MENTION = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^>]*)?>")

Scalar = str | float | bool | None


class AnyMetadata(Declared):
    """The form of metadata: an event type and its payload."""

    event_type: str
    event_payload: dict[str, Any]


class Metadata(Declared):
    """Metadata as Slack asks for it: an event type in snake case and a flat payload, without objects even in lists.

    https://docs.slack.dev/messaging/message-metadata
    """

    event_type: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_]+\Z")]
    event_payload: dict[str, Scalar | list[Scalar]]


@dataclass(frozen=True, kw_only=True)
class MessageContent:
    """What a call says; None for a part it leaves out."""

    text: str | None = None
    blocks: tuple[Json, ...] | None = None
    #: only people's messages have them here
    attachments: tuple[Json, ...] = ()
    #: empty to clear it
    metadata: Json | None = None
    warnings: tuple[str, ...] = field(default=())

    @property
    def visible(self) -> bool:
        """Whether a person would see anything."""
        return bool((self.text or "").strip() or self.blocks or self.attachments)


def read_content(
    *, text: str | None = None, blocks: object = None, metadata: object = None, editing: bool = False
) -> MessageContent:
    """Return the content of a message that is posted, edited or sent to a response_url.

    Raises ApiError: invalid_blocks_format, invalid_blocks, msg_too_long, invalid_metadata_format,
    invalid_metadata_schema, metadata_too_large.
    """
    checked_blocks = None if blocks is None else _checked_blocks(blocks)
    if text is not None and editing and len(text) > UPDATE_LIMIT:
        raise ApiError("msg_too_long")
    cut = text is not None and len(text) > POST_TRUNCATED_AT
    return MessageContent(
        text=text[:POST_TRUNCATED_AT] if text is not None else None,
        blocks=checked_blocks,
        metadata=None if metadata is None else _checked_metadata(metadata),
        warnings=("message_truncated",) if cut else (),
    )


def find_mentions(text: str, blocks: Iterable[Json]) -> tuple[str, ...]:
    """Return the user ids mentioned in the text or the blocks, each once, in order."""
    everywhere = text + "\n" + json.dumps(list(blocks), ensure_ascii=False)
    return tuple(dict.fromkeys(_MENTION.findall(everywhere)))


def _checked_blocks(value: object) -> tuple[Json, ...]:
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise ApiError("invalid_blocks_format")
    problem = message_problem(value)
    if problem is not None:
        raise ApiError.with_problem("invalid_blocks", problem)
    return tuple(value)


def _checked_metadata(value: object) -> Json:
    if value == {}:
        return {}
    if not isinstance(value, dict) or find_problem(value, AnyMetadata, "/metadata"):
        raise ApiError("invalid_metadata_format")
    if find_problem(value, Metadata, "/metadata"):
        raise ApiError("invalid_metadata_schema")
    if len(json.dumps(value, ensure_ascii=False)) > METADATA_LIMIT:
        raise ApiError("metadata_too_large")
    return value
