"""Sends one signed request to the bot, waits three seconds for its answer, and shows what the person sees of it."""

import asyncio
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import aiohttp

from sandbox.slack.records import CommandResult, Ephemeral, Json, Workspace
from sandbox.slack.refusal import RefusalError
from sandbox.slack.response_urls import ResponseUrl, ResponseUrls
from sandbox.slack.signing import Signing, signed_headers
from sandbox.slack.world import World

#: seconds the bot has for its answer; https://docs.slack.dev/interactivity/implementing-slash-commands
ACK_SECONDS = 3.0

FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, kw_only=True)
class Request:
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


class Sender:
    """The line to the bot. `wall_clock` is the time requests are signed at."""

    def __init__(
        self,
        world: World,
        urls: ResponseUrls,
        *,
        signing_secret: str,
        wall_clock: Callable[[], float],
        ack_seconds: float = ACK_SECONDS,
    ) -> None:
        self.request_url = ""
        self._world = world
        self._urls = urls
        self._secret = signing_secret
        self._wall_clock = wall_clock
        self._ack_seconds = ack_seconds
        self._session: aiohttp.ClientSession | None = None

    async def start(self) -> None:
        """Open the session requests are sent through."""
        self._session = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())

    async def stop(self) -> None:
        """Close it."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def send(self, request: Request) -> CommandResult:
        """Send one request and note how it was answered; never raises for what the bot does."""
        headers = {
            "Content-Type": request.content_type,
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
            **signed_headers(self._secret, self._wall_clock(), request.body, request.signing),
            **(request.headers or {}),
        }
        started = time.monotonic()
        status, body, error = await self._post(request.body, headers)
        if error is None and status != 200:
            error = "dispatch_failed"
        result = CommandResult(
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
        self._world.log_request(result)
        return result

    async def _post(self, body: bytes, headers: Mapping[str, str]) -> tuple[int | None, str, str | None]:
        if self._session is None or not self.request_url:
            raise RuntimeError("start() the simulator and set request_url first")
        try:
            async with (
                asyncio.timeout(self._ack_seconds),
                self._session.post(self.request_url, data=body, headers=headers, allow_redirects=False) as response,
            ):
                return response.status, await response.text(), None
        except TimeoutError:
            return None, "", "operation_timeout"
        except aiohttp.ClientError:
            return None, "", "dispatch_failed"

    def _show_answer(self, request: Request, result: CommandResult) -> None:
        """What the person sees of it: the text of the answer, or Slack's own words when there was none."""
        if request.kind != "command" or request.url is None:
            return
        if result.error is not None:
            self._slack_says(request, f'{request.text} failed with the error "{result.error}"')
            return
        payload = _acknowledged(result.body)
        if payload is None:
            return
        try:
            self._urls.show(request.url, payload, via="ack")
        except RefusalError as refusal:
            self._slack_says(request, f'{request.text} failed with the error "{refusal.error}"')

    def _slack_says(self, request: Request, text: str) -> None:
        if request.user is None or request.channel is None:
            return
        self._world.whisper(
            Ephemeral(
                ts=self._world.next_ts(request.workspace.team_id),
                at=self._world.clock(),
                user=request.user,
                channel=request.channel,
                via="slack",
                text=text,
                trigger_id=request.url.trigger_id if request.url else None,
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
