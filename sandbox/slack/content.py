"""What a message says, checked as Slack checks it: text, blocks, attachments, metadata."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sandbox.slack.blocks import message_problems
from sandbox.slack.policies import Policies
from sandbox.slack.records import Json
from sandbox.slack.refusal import RefusalError

# https://docs.slack.dev/reference/methods/chat.postMessage and chat.update
POST_TRUNCATED_AT = 40_000
UPDATE_LIMIT = 4_000
MARKDOWN_LIMIT = 12_000
ATTACHMENTS_LIMIT = 100

_MENTION = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^>]*)?>")
_EVENT_TYPE = re.compile(r"[A-Za-z0-9_]+")


@dataclass(frozen=True, kw_only=True)
class Content:
    """What a call says; None where it says nothing about that part."""

    text: str | None = None
    blocks: tuple[Json, ...] | None = None
    attachments: tuple[Json, ...] | None = None
    #: empty to clear it
    metadata: Json | None = None
    warnings: tuple[str, ...] = field(default=())

    @property
    def says_something(self) -> bool:
        """Whether there is anything a person would see."""
        return bool((self.text or "").strip() or self.blocks or self.attachments)


def read_content(args: Json, policies: Policies, *, editing: bool) -> Content:
    """The content of chat.postMessage, chat.update, chat.postEphemeral or a `response_url` message.

    Raises RefusalError with Slack's name for what is wrong.
    """
    blocks = _read_blocks(args.get("blocks"), policies)
    text, warnings = _read_text(args, policies, editing=editing)
    attachments = _read_list(args.get("attachments"), "invalid_attachments")
    if attachments is not None and len(attachments) > ATTACHMENTS_LIMIT:
        raise RefusalError("too_many_attachments")
    return Content(
        text=text,
        blocks=blocks,
        attachments=attachments,
        metadata=_read_metadata(args.get("metadata"), policies),
        warnings=warnings,
    )


def mentioned(text: str, blocks: Iterable[Json]) -> tuple[str, ...]:
    """The user ids mentioned in the text or the blocks, each once, in order."""
    everywhere = text + "\n" + json.dumps(list(blocks), ensure_ascii=False)
    return tuple(dict.fromkeys(_MENTION.findall(everywhere)))


def _read_text(args: Json, policies: Policies, *, editing: bool) -> tuple[str | None, tuple[str, ...]]:
    markdown: str | None = args.get("markdown_text")
    text: str | None = args.get("text")
    if markdown is not None:
        if text is not None or args.get("blocks") is not None:
            raise RefusalError("markdown_text_conflict")
        if policies.length(markdown) > MARKDOWN_LIMIT:
            raise RefusalError("msg_too_long")
        return markdown, ()
    if text is None:
        return None, ()
    if editing and policies.length(text) > UPDATE_LIMIT:
        raise RefusalError("msg_too_long")
    if policies.length(text) > POST_TRUNCATED_AT:
        return text[:POST_TRUNCATED_AT], ("message_truncated",)
    return text, ()


def _read_blocks(value: Any, policies: Policies) -> tuple[Json, ...] | None:
    blocks = _read_list(value, "invalid_blocks_format")
    if blocks is None:
        return None
    problems = message_problems(
        blocks, length=policies.length, actions_in_message=policies.action_ids_unique_in_message
    )
    if problems:
        raise RefusalError.with_messages("invalid_blocks", problems)
    return blocks


def _read_list(value: Any, error: str) -> tuple[Json, ...] | None:
    if value is None:
        return None
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise RefusalError(error)
    return tuple(value)


def _read_metadata(value: Any, policies: Policies) -> Json | None:
    """Slack asks for an event type in snake case and a flat payload: no objects inside, nor in lists inside."""
    if value is None:
        return None
    if value == {}:
        return {}
    if not isinstance(value, dict) or set(value) - {"event_type", "event_payload", "entities"}:
        raise RefusalError("invalid_metadata_format")
    event_type, payload = value.get("event_type"), value.get("event_payload")
    if not isinstance(event_type, str) or not isinstance(payload, dict):
        raise RefusalError("invalid_metadata_format")
    if not _EVENT_TYPE.fullmatch(event_type) or not all(_flat(item) for item in payload.values()):
        raise RefusalError("invalid_metadata_schema")
    if len(json.dumps(value, ensure_ascii=False)) > policies.metadata_limit:
        raise RefusalError("metadata_too_large")
    return value


def _flat(value: Any) -> bool:
    if isinstance(value, list):
        return not any(isinstance(item, list | dict) for item in value)
    return not isinstance(value, dict)
