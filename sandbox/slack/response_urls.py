"""Hand out response URLs and take messages there: five uses within thirty minutes, whatever rights the bot has.

Documented: https://docs.slack.dev/interactivity/handling-user-interaction#message_responses
"""

import json
from dataclasses import dataclass
from typing import Any, Literal

import msgspec
from aiohttp import web

from sandbox.slack.api_error import ApiError
from sandbox.slack.api_response import ApiResponse, IncomingCall, respond
from sandbox.slack.declarations import Declared
from sandbox.slack.faults import RESPONSE_URL, Faults
from sandbox.slack.message_content import MessageContent, read_content
from sandbox.slack.records import EphemeralMessage, Json
from sandbox.slack.state import SlackState

PATH = "/response/"
USES = 5
#: seconds
LIFE = 30 * 60
#: HTTP status of a URL that is used up or expired
GONE = 404


class Payload(Declared):
    """A message for a response URL, or in the acknowledgement of a command."""

    text: str = ""
    blocks: Any = None
    response_type: Literal["ephemeral", "in_channel"] = "ephemeral"
    replace_original: bool = False
    unfurl_links: bool = False
    unfurl_media: bool = False


@dataclass(kw_only=True)
class ResponseUrl:
    """A URL handed out with a command or a click, `since` in seconds of the simulator's clock."""

    id: str
    team_id: str
    channel: str
    user: str
    since: float
    trigger_id: str
    #: ts of the message whose button was clicked
    original: str | None = None
    uses: int = 0


class ResponseUrls:
    """All response URLs."""

    def __init__(self, state: SlackState, faults: Faults) -> None:
        self._state = state
        self._faults = faults
        self._handed_out: dict[str, ResponseUrl] = {}

    def routes(self) -> list[web.RouteDef]:
        """Return the routes to serve."""
        return [web.post(PATH + "{id}", self._respond)]

    def hand_out(
        self, *, team_id: str, channel: str, user: str, trigger_id: str, original: str | None = None
    ) -> ResponseUrl:
        """Return a new one."""
        made = ResponseUrl(
            id=f"{team_id}-{self._state.number():06d}",
            team_id=team_id,
            channel=channel,
            user=user,
            since=self._state.clock(),
            trigger_id=trigger_id,
            original=original,
        )
        self._handed_out[made.id] = made
        return made

    def address(self, url_id: str) -> str:
        """Return the URL itself."""
        return f"{self._state.origin}{PATH}{url_id}"

    async def _respond(self, request: web.Request) -> web.StreamResponse:
        url = self._handed_out.get(request.match_info["id"])
        payload = _decoded(await request.text())
        logged: Json = payload if isinstance(payload, dict) else {"payload": payload}
        incoming = IncomingCall(
            request=request,
            method=RESPONSE_URL,
            team_id=url.team_id if url else None,
            arguments=logged,
            error_status=GONE,
        )
        return await respond(self._state, self._faults, incoming, lambda: self._carry_out(url, payload))

    def _carry_out(self, url: ResponseUrl | None, payload: object) -> ApiResponse:
        try:
            if url is None or self._state.clock() - url.since > LIFE:
                raise ApiError("expired_url", status=GONE)
            if url.uses >= USES:
                raise ApiError("used_url", status=GONE)
            self.show(url, payload, via=RESPONSE_URL)
        except ApiError as error:
            status = error.extra.pop("status", 400)
            return ApiResponse(body={"ok": False, "error": error.error, **error.extra}, status=status)
        url.uses += 1
        return ApiResponse(body="ok", content_type="text/plain")

    def show(self, url: ResponseUrl, payload: object, *, via: str) -> None:
        """Show a message as a response to a command or a click.

        Raises ApiError: invalid_payload, no_text, and those of `read_content`.
        """
        message, content = _checked(payload)
        if message.replace_original and url.original:
            self._replace(url, url.original, content)
        elif message.response_type == "in_channel":
            self._state.post(self._state.workspaces[url.team_id], self._state.channels[url.channel], content)
        else:
            self._show_to_one(url, content, via=via)

    def _replace(self, url: ResponseUrl, original: str, content: MessageContent) -> None:
        posted = self._state.channels[url.channel].messages.get(original)
        if posted is not None:
            self._state.edit(posted, content)
            return
        before = [private for private in self._state.private_messages if private.ts == original]
        for private in before:
            private.gone = True
        thread_ts = before[-1].thread_ts if before else None
        self._show_to_one(url, content, via=RESPONSE_URL, thread_ts=thread_ts, ts=original if before else None)

    def _show_to_one(
        self,
        url: ResponseUrl,
        content: MessageContent,
        *,
        via: str,
        thread_ts: str | None = None,
        ts: str | None = None,
    ) -> None:
        """Show a message to one person; `ts`: of the one that it replaces."""
        self._state.show_to_one(
            EphemeralMessage(
                ts=ts or self._state.next_ts(url.team_id),
                at=self._state.clock(),
                user=url.user,
                channel=url.channel,
                via=via,
                text=content.text or "",
                blocks=content.blocks or (),
                thread_ts=thread_ts,
                trigger_id=url.trigger_id,
            )
        )


def _decoded(raw: str) -> Any:
    try:
        return json.loads(raw)
    except ValueError:
        return raw


def _checked(payload: object) -> tuple[Payload, MessageContent]:
    try:
        message = msgspec.convert(payload, Payload)
    except msgspec.ValidationError:
        raise ApiError("invalid_payload") from None
    content = read_content(text=message.text, blocks=message.blocks)
    if not content.visible:
        raise ApiError("no_text")
    return message, content
