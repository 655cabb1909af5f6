"""Send a request to the bot, wait three seconds for its answer, and show what the person sees of it."""

import json
import time
from collections.abc import Mapping

import aiohttp

from sandbox.slack.api_error import ApiError
from sandbox.slack.app_request import AppRequest
from sandbox.slack.envelopes import Envelopes
from sandbox.slack.records import DispatchResult, EphemeralMessage, Json
from sandbox.slack.response_urls import ResponseUrl, ResponseUrls
from sandbox.slack.signatures import signed_headers
from sandbox.slack.state import SlackState

#: seconds the bot has for its answer; https://docs.slack.dev/interactivity/implementing-slash-commands
ACK_SECONDS = 3.0


class Dispatcher:
    """Sends requests to the bot's request URL, or in Socket Mode over one of its WebSockets.

    Those of HTTP are signed at the time of the real clock, as the bot checks it.
    """

    def __init__(
        self, state: SlackState, urls: ResponseUrls, envelopes: Envelopes, *, signing_secret: str, ack_seconds: float
    ) -> None:
        """`ack_seconds`: how long the bot has for its answer."""
        self.request_url = ""
        self._state = state
        self._urls = urls
        self._envelopes = envelopes
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

        Raises RuntimeError before `start`, or for HTTP without a request URL.
        """
        started = time.monotonic()
        send = self._envelopes.deliver if self._state.socket_mode else self._post
        status, body, error = await send(request)
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

    async def _post(self, request: AppRequest) -> tuple[int | None, str, str | None]:
        """Send a request over HTTP; status, body and error."""
        if self._session is None or not self.request_url:
            raise RuntimeError("start() the simulator and set request_url first")
        body = request.body
        headers: Mapping[str, str] = {
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
            **signed_headers(self._secret, time.time(), body, request.signing),
            **request.headers,
        }
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
