"""One request of Slack to the bot, in the forms that it takes over HTTP and over a WebSocket."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from sandbox.slack.records import Json, Workspace
from sandbox.slack.response_urls import ResponseUrl
from sandbox.slack.signatures import Signing

_FORM = "application/x-www-form-urlencoded"
_JSON = "application/json"


@dataclass(frozen=True, kw_only=True)
class AppRequest:
    """One request to the bot, and what it is for."""

    #: command, event, or the sort of interaction: click, submit, shortcut
    kind: str
    workspace: Workspace
    #: what was typed, pressed or happened
    text: str
    payload: Json
    user: str | None = None
    channel: str | None = None
    url: ResponseUrl | None = None
    #: over HTTP alone
    signing: Signing = Signing.GOOD
    #: number and reason, if it was sent before
    retry: tuple[int, str] | None = None

    @property
    def body(self) -> bytes:
        """What HTTP carries."""
        match self.kind:
            case "event":
                return json.dumps(self.payload).encode()
            case "command":
                return urlencode(self.payload).encode()
            case _:
                return urlencode({"payload": json.dumps(self.payload)}).encode()

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers of HTTP, without the signature."""
        headers = {"Content-Type": _JSON if self.kind == "event" else _FORM}
        if self.retry is not None:
            headers |= {"X-Slack-Retry-Num": str(self.retry[0]), "X-Slack-Retry-Reason": self.retry[1]}
        return headers

    @property
    def envelope_type(self) -> str:
        """What the envelope of Socket Mode says."""
        return {"event": "events_api", "command": "slash_commands"}.get(self.kind, "interactive")
