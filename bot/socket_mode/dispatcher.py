"""Pass an envelope of Slack's on to Bolt, and return what its acknowledgement says."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from bot.clients.slack.socket import Envelope

_MODE = "socket_mode"


@dataclass(frozen=True)
class Answer:
    """That an envelope is acknowledged, and the message that its acknowledgement carries, if any."""

    payload: Mapping[str, Any] | None


async def dispatch(app: AsyncApp, envelope: Envelope) -> Answer | None:
    """Let the listeners of HTTP take an envelope; None if it is not to be acknowledged, as where HTTP has an error."""
    response = await app.async_dispatch(_bolt_request(envelope))
    return Answer(_payload(response)) if response.status == 200 else None


def _bolt_request(envelope: Envelope) -> AsyncBoltRequest:
    headers: dict[str, str | Sequence[str]] = {}
    if envelope.retry_attempt is not None:
        headers["X-Slack-Retry-Num"] = str(envelope.retry_attempt)
    if envelope.retry_reason is not None:
        headers["X-Slack-Retry-Reason"] = envelope.retry_reason
    try:
        return AsyncBoltRequest(mode=_MODE, body=envelope.payload, headers=headers)
    except Exception:  # noqa: BLE001 -- what Bolt expects of a payload when it looks for its ids is not documented
        return AsyncBoltRequest(mode=_MODE, body={}, headers=headers)


def _payload(response: BoltResponse) -> Mapping[str, Any] | None:
    """The body that HTTP would carry: an object as it is, any other text as the text of a message."""
    if not response.body:
        return None
    try:
        value = json.loads(response.body)
    except ValueError:
        value = None
    return value if isinstance(value, dict) else {"text": response.body}
