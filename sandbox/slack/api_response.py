"""Answer a call of the bot over HTTP, disturbed by whatever fault is planned for it."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field

from aiohttp import web

from sandbox.slack.faults import Fault, Faults
from sandbox.slack.records import Json
from sandbox.slack.state import SlackState


@dataclass(frozen=True, kw_only=True)
class ApiResponse:
    """What goes back to the bot."""

    body: Json | str
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = "application/json"

    def to_http(self) -> web.Response:
        """Return it as aiohttp sends it."""
        text = self.body if isinstance(self.body, str) else json.dumps(self.body, ensure_ascii=False)
        return web.Response(text=text, status=self.status, headers=self.headers, content_type=self.content_type)


@dataclass(frozen=True, kw_only=True)
class IncomingCall:
    """One request of the bot, as the log has it."""

    request: web.Request
    method: str
    team_id: str | None
    arguments: Json
    #: the HTTP status of a scripted `{"ok": false}`
    error_status: int = 200


async def respond(
    state: SlackState, faults: Faults, incoming: IncomingCall, process: Callable[[], ApiResponse]
) -> web.StreamResponse:
    """Carry the call out and answer it; a fault may prevent either, or delay it.

    The call is logged before the bot gets its answer.
    """
    fault = faults.draw(incoming.method, incoming.team_id)
    if fault is None:
        response = process()
        _log(state, incoming, processed=response, sent=response, fault=None)
        return response.to_http()
    await asyncio.sleep(fault.delay_before)
    processed = process() if fault.processed else None
    sent = None if fault.hangs_up else _response_of(fault, incoming.error_status) or processed
    _log(state, incoming, processed=processed, sent=sent, fault=fault)
    await asyncio.sleep(fault.delay_after)
    return _hang_up(incoming.request) if sent is None else sent.to_http()


def _log(
    state: SlackState,
    incoming: IncomingCall,
    *,
    processed: ApiResponse | None,
    sent: ApiResponse | None,
    fault: Fault | None,
) -> None:
    response = processed or sent
    state.log_call(
        incoming.method,
        team_id=incoming.team_id,
        arguments=incoming.arguments,
        status=sent.status if sent else None,
        answer=response.body if response else None,
        fault=fault.name if fault else None,
    )


def _hang_up(request: web.Request) -> web.StreamResponse:
    """Close the connection without an answer."""
    if request.transport is not None:
        request.transport.close()
    return web.Response()


def _response_of(fault: Fault, error_status: int) -> ApiResponse | None:
    """Return the answer a fault sends instead of Slack's; None if it sends none of its own."""
    if fault.error_name is not None:
        headers = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
        return ApiResponse(
            body={"ok": False, "error": fault.error_name}, status=fault.http_status or error_status, headers=headers
        )
    if fault.http_status is not None:
        return ApiResponse(body=fault.html, status=fault.http_status, content_type="text/html")
    return None
