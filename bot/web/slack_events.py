"""Take requests from Slack: verify their raw bytes, then pass them on to Bolt."""

from collections.abc import Callable, Sequence
from datetime import datetime
from urllib.parse import parse_qsl

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.request.async_internals import build_async_context
from slack_bolt.request.async_request import AsyncBoltRequest

from bot.web.rejections import Rejection, Rejections
from bot.web.signature import rejection_of

#: bytes; a click carries its whole message with up to 50 blocks, a submitted modal at most 250 kB
LARGEST_BODY = 1024 * 1024
#: fields of a form; a command has about fifteen, everything else one
_MOST_FIELDS = 100
#: bytes; a certificate check has two fields
_LARGEST_CHECK = 1024
_FORM = "application/x-www-form-urlencoded"
_JSON = "application/json"
#: headers that Bolt gets. The signature covers none, and some of Bolt's own choose which listener runs.
_PASSED_ON = ("Content-Type", "X-Slack-Retry-Num", "X-Slack-Retry-Reason")


class SlackEvents:
    """The address that Slack sends commands, clicks and events to."""

    def __init__(self, app: AsyncApp, *, signing_secret: str, now: Callable[[], datetime]) -> None:
        """`app` verifies nothing by itself. `now` returns the real time (UTC)."""
        self._app = app
        self._secret = signing_secret
        self._now = now

    async def handle(self, request: web.Request, rejections: Rejections) -> web.Response:
        """Answer a request. Nothing of it is parsed before it is verified."""
        try:
            body = await request.read()
        except web.HTTPRequestEntityTooLarge:
            rejections.add(Rejection.TOO_LARGE)
            raise
        if _is_certificate_check(body):
            return web.Response()
        rejection = rejection_of(request, body, secret=self._secret, now=self._now())
        if rejection is not None:
            rejections.add(rejection)
            return web.Response(status=401, text="not signed by Slack\n")
        bolt_request = _bolt_request(request, body)
        if bolt_request is None:
            rejections.add(Rejection.UNREADABLE)
            return web.Response(status=400, text="unreadable\n")
        return await to_aiohttp_response(await self._app.async_dispatch(bolt_request))


def _is_certificate_check(body: bytes) -> bool:
    """Whether Slack only checks the certificate, which it does unsigned (docs.slack.dev, slash commands)."""
    return len(body) <= _LARGEST_CHECK and b"ssl_check=1" in body.split(b"&")


def _bolt_request(request: web.Request, body: bytes) -> AsyncBoltRequest | None:
    """Return a verified request as Bolt takes it; None if it is no form and no JSON text."""
    if request.content_type not in (_FORM, _JSON):
        return None
    if request.content_type == _FORM and body.count(b"&") >= _MOST_FIELDS:
        return None
    headers: dict[str, str | Sequence[str]] = {
        name: request.headers.getall(name) for name in _PASSED_ON if name in request.headers
    }
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return None
    try:
        bolt_request = AsyncBoltRequest(body=text, headers=headers)
    except Exception:  # noqa: BLE001 -- what Bolt expects of a payload when it looks for its ids is not documented
        bolt_request = AsyncBoltRequest(body="", headers=headers)
        bolt_request.raw_body = text
    if not bolt_request.body and "payload" in text:
        # Bolt takes a form with this word anywhere in it for an interaction, a command whose text has it as well.
        bolt_request.body = dict(parse_qsl(text, keep_blank_values=True, max_num_fields=_MOST_FIELDS))
        build_async_context(bolt_request.context, bolt_request.body)
    return bolt_request
