"""Turns what a call came to into HTTP, through whatever fault was scripted for it."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field

from aiohttp import web

from sandbox.slack.faults import Fault, Faults
from sandbox.slack.records import Json
from sandbox.slack.world import World


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What goes back to the bot."""

    body: Json | str
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = "application/json"

    def response(self) -> web.Response:
        """The same as HTTP."""
        text = self.body if isinstance(self.body, str) else json.dumps(self.body, ensure_ascii=False)
        return web.Response(text=text, status=self.status, headers=self.headers, content_type=self.content_type)


@dataclass(frozen=True, kw_only=True)
class Incoming:
    """One request of the bot, as the log has it."""

    request: web.Request
    method: str
    team_id: str | None
    arguments: Json
    #: the HTTP status of a scripted `{"ok": false}`
    refusal_status: int = 200


async def serve(world: World, faults: Faults, incoming: Incoming, process: Callable[[], Answer]) -> web.StreamResponse:
    """Carry the call out, unless a fault is against it, and answer, unless a fault hangs up.

    It is logged before the bot can know of it.
    """
    fault = faults.draw(incoming.method, incoming.team_id)
    if fault is None:
        answer = process()
        _log(world, incoming, done=answer, told=answer, fault=None)
        return answer.response()
    await asyncio.sleep(fault.delay_before)
    done = process() if fault.processed else None
    told = None if fault.hangs_up else _instead(fault, incoming.refusal_status) or done
    _log(world, incoming, done=done, told=told, fault=fault)
    await asyncio.sleep(fault.delay_after)
    return hang_up(incoming.request) if told is None else told.response()


def _log(world: World, incoming: Incoming, *, done: Answer | None, told: Answer | None, fault: Fault | None) -> None:
    answer = done or told
    world.log_call(
        incoming.method,
        team_id=incoming.team_id,
        arguments=incoming.arguments,
        status=told.status if told else None,
        answer=answer.body if answer else None,
        fault=fault.name if fault else None,
    )


def hang_up(request: web.Request) -> web.StreamResponse:
    """Close the connection without a word."""
    if request.transport is not None:
        request.transport.close()
    return web.Response()


def _instead(fault: Fault, refusal_status: int) -> Answer | None:
    if fault.error_name is not None:
        headers = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
        return Answer(
            body={"ok": False, "error": fault.error_name}, status=fault.http_status or refusal_status, headers=headers
        )
    if fault.http_status is not None:
        return Answer(body=fault.html, status=fault.http_status, content_type="text/html")
    return None
