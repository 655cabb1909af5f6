"""Make one call of Slack's Web API: sent, counted, and its answer read or its failure raised."""

from collections.abc import Mapping

import aiohttp

from bot.clients.proxy import proxy_for
from bot.clients.slack.errors import (
    FAILURES,
    LABELS,
    Ambiguous,
    NotConnected,
    error_from_exception,
    error_from_response,
)
from bot.clients.slack.responses import JsonObject
from bot.clients.slack.session import web_client
from bot.metrics import Metrics

#: methods by whose refusals an alert goes
_WATCHED = ("chat.postMessage", "chat.update")


class Calls:
    """Calls for one workspace. Each is counted in `metrics`."""

    def __init__(self, session: aiohttp.ClientSession, *, token: str, base_url: str, metrics: Metrics) -> None:
        self._session = session
        self._client = web_client(session, token=token, base_url=base_url)
        self._metrics = metrics
        for method in _WATCHED:
            metrics.slack.expect(method, LABELS)

    async def _call_unseen(self, method: str, query: JsonObject) -> JsonObject:
        """Make a call whose effect nobody sees: an ambiguous one counts as never made."""
        try:
            return await self._call(method, query, read=True)
        except Ambiguous as error:
            raise NotConnected(method, error.answer) from None

    async def _send_bytes(self, url: str, content: bytes) -> None:
        method = "files.upload"
        error = None
        try:
            with self._metrics.slack.in_flight():
                async with self._session.post(url, data=content, proxy=proxy_for(url)) as response:
                    if response.status != 200:
                        error = error_from_response(method, response.status, None, response.headers)
        except (*FAILURES, ValueError) as broken:
            error = error_from_exception(method, broken)
        self._metrics.slack.call(method, error.label if error else "ok")
        if error is not None:
            raise NotConnected(method, error.answer) if isinstance(error, Ambiguous) else error

    async def _call(self, method: str, arguments: JsonObject, *, read: bool = False) -> JsonObject:
        return (await self._answer(method, arguments, read=read))[0]

    async def _answer(
        self, method: str, arguments: JsonObject, *, read: bool = False
    ) -> tuple[JsonObject, Mapping[str, str]]:
        """The body and headers of an answer that says ok."""
        try:
            with self._metrics.slack.in_flight():
                if read:
                    response = await self._client.api_call(method, http_verb="GET", params=dict(arguments))
                else:
                    response = await self._client.api_call(method, json=dict(arguments))
            if not isinstance(response.data, dict):
                raise Ambiguous(method, "no JSON object")
        except (*FAILURES, Ambiguous) as error:
            failure = error if isinstance(error, Ambiguous) else error_from_exception(method, error)
            self._metrics.slack.call(method, failure.label)
            raise failure from None
        self._metrics.slack.call(method, "ok")
        return response.data, response.headers
