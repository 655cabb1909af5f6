"""Sends an answer of the simulated site, whole or broken in the way a fault says."""

import asyncio
from collections.abc import Mapping

from aiohttp import web

from sandbox.confluence import replies
from sandbox.confluence.faults import Fault, Form
from sandbox.confluence.replies import Reply

_CHUNK = 65_536


def answer_of(fault: Fault) -> Reply:
    """Build the answer that a fault puts in place of the real one."""
    headers = dict(fault.headers)
    body = fault.body.encode()
    if not body and fault.status in replies.ENVELOPES:
        standing = replies.ENVELOPES[fault.status]()
        return Reply(status=fault.status, body=standing.body, headers={**standing.headers, **headers})
    if not body and fault.status >= 500:
        standing = replies.server_error(fault.status)
        return Reply(status=fault.status, body=standing.body, headers={**standing.headers, **headers})
    headers.setdefault("Content-Type", "application/json" if body else "text/plain")
    return Reply(status=fault.status, body=body, headers=headers)


async def send(request: web.Request, reply: Reply, fault: Fault | None, extra: Mapping[str, str]) -> web.StreamResponse:
    """Send `reply`, broken by `fault` where its form breaks an answer."""
    headers = {**extra, **reply.headers}
    if fault is None or fault.form in (Form.ANSWER, Form.SLOW, Form.OTHER_ID):
        return web.Response(status=reply.status, body=reply.body, headers=headers)
    if fault.form is Form.TRUNCATED:
        return web.Response(status=reply.status, body=reply.body[: len(reply.body) // 2], headers=headers)
    if fault.form is Form.HUGE:
        return await _huge(request, fault.size, headers)
    if fault.form is Form.RESET_LATE:
        response = web.StreamResponse(status=reply.status, headers=headers)
        response.content_length = len(reply.body) + 1
        await response.prepare(request)
        await response.write(reply.body[: len(reply.body) // 2])
        # a moment for what was written to leave, so that it is the body that breaks off
        await asyncio.sleep(0)
        _abort(request)
        return response
    _abort(request)
    return web.Response(status=500)


async def _huge(request: web.Request, size: int, headers: Mapping[str, str]) -> web.StreamResponse:
    response = web.StreamResponse(headers={**headers, "Content-Type": "application/json"})
    response.enable_chunked_encoding()
    await response.prepare(request)
    await response.write(b'{"padding":"')
    chunk = b"a" * _CHUNK
    try:
        for _ in range(size // _CHUNK + 1):
            await response.write(chunk)
        await response.write(b'"}')
        await response.write_eof()
    except ConnectionError:
        # the client has heard enough
        _abort(request)
    return response


def _abort(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.abort()
