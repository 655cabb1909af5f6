"""Send a signed request to the bot, wait three seconds for its answer, and show what the person sees of it."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass

import aiohttp

from sandbox.slack.api_error import ApiError
from sandbox.slack.records import DispatchResult, EphemeralMessage, Json, Workspace
from sandbox.slack.response_urls import ResponseUrl, ResponseUrls
from sandbox.slack.signatures import Signing, signed_headers
from sandbox.slack.state import SlackState

#: seconds the bot has for its answer; https://docs.slack.dev/interactivity/implementing-slash-commands
ACK_SECONDS = 3.0

FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, kw_only=True)
class AppRequest:
    """One request to the bot, and what it is for."""

    kind: str
    workspace: Workspace
    text: str
    body: bytes
    content_type: str = FORM
    user: str | None = None
    channel: str | None = None
    url: ResponseUrl | None = None
    signing: Signing = Signing.GOOD
    headers: Mapping[str, str] | None = None


class Dispatcher:
    """Sends requests to the bot's request URL. They are signed at the time of the real clock, as the bot checks it."""

    def __init__(self, state: SlackState, urls: ResponseUrls, *, signing_secret: str, ack_seconds: float) -> None:
        """`ack_seconds`: how long the bot has for its answer."""
        self.request_url = ""
        self._state = state
        self._urls = urls
        self._secret = signing_secret
        self._timeout = aiohttp.ClientTimeout(total=ack_seconds)
        self._session: aiohttp.ClientSession | None = None

    async def start(self) -> None:
        """Open the session that requests are sent through."""
        self._session = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())

    async def stop(self) -> None:
        """Close it."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def send(self, request: AppRequest) -> DispatchResult:
        """Send one request and log how it was answered; never raises for what the bot does.

        Raises RuntimeError before `start`, or without a request URL.
        """
        headers = {
            "Content-Type": request.content_type,
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
            **signed_headers(self._secret, time.time(), request.body, request.signing),
            **(request.headers or {}),
        }
        started = time.monotonic()
        status, body, error = await self._post(request.body, headers)
        if error is None and status != 200:
            error = "dispatch_failed"
        result = DispatchResult(
            kind=request.kind,
            team_id=request.workspace.team_id,
            user=request.user,
            channel=request.channel,
            text=request.text,
            status=status,
            body=body,
            seconds=time.monotonic() - started,
            trigger_id=request.url.trigger_id if request.url else None,
            response_url_id=request.url.id if request.url else None,
            error=error,
        )
        self._show_answer(request, result)
        self._state.log_request(result)
        return result

    async def _post(self, body: bytes, headers: Mapping[str, str]) -> tuple[int | None, str, str | None]:
        if self._session is None or not self.request_url:
            raise RuntimeError("start() the simulator and set request_url first")
        try:
            async with self._session.post(
                self.request_url, data=body, headers=headers, allow_redirects=False, timeout=self._timeout
            ) as response:
                return response.status, await response.text(), None
        except TimeoutError:
            return None, "", "operation_timeout"
        except aiohttp.ClientError:
            return None, "", "dispatch_failed"

    def _show_answer(self, request: AppRequest, result: DispatchResult) -> None:
        """Show the person the text of a command's answer, or Slack's own text if it failed."""
        if request.kind != "command" or request.url is None:
            return
        error = result.error
        payload = _acknowledged(result.body)
        if error is None and payload is not None:
            try:
                self._urls.show(request.url, payload, via="ack")
            except ApiError as refused:
                error = refused.error
        if error is not None:
            self._show_error(request, request.url, error)

    def _show_error(self, request: AppRequest, url: ResponseUrl, error: str) -> None:
        self._state.show_to_one(
            EphemeralMessage(
                ts=self._state.next_ts(url.team_id),
                at=self._state.clock(),
                user=url.user,
                channel=url.channel,
                via="slack",
                text=f'{request.text} failed with the error "{error}"',
                trigger_id=url.trigger_id,
            )
        )


def _acknowledged(body: str) -> Json | None:
    """The message in an acknowledgement: JSON, or plain text; None for an empty one."""
    if not body.strip():
        return None
    try:
        payload = json.loads(body)
    except ValueError:
        return {"text": body}
    return payload if isinstance(payload, dict) else {"text": body}
