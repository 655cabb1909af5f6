"""Write a response of the simulated site, whole or broken by a fault."""

import asyncio
from collections.abc import Mapping

from aiohttp import web

from sandbox.confluence import site_responses
from sandbox.confluence.faults import Fault, FaultKind
from sandbox.confluence.site_responses import SiteResponse

_CHUNK = 65_536


def fault_response(fault: Fault) -> SiteResponse:
    """Build the response that a fault sends instead of the real one."""
    headers = dict(fault.headers)
    body = fault.body.encode()
    if not body and fault.status in site_responses.ENVELOPES:
        usual = site_responses.ENVELOPES[fault.status]()
        return SiteResponse(status=fault.status, body=usual.body, headers={**usual.headers, **headers})
    if not body and fault.status >= 500:
        usual = site_responses.server_error(fault.status)
        return SiteResponse(status=fault.status, body=usual.body, headers={**usual.headers, **headers})
    headers.setdefault("Content-Type", "application/json" if body else "text/plain")
    return SiteResponse(status=fault.status, body=body, headers=headers)


async def write_response(
    request: web.Request, reply: SiteResponse, fault: Fault | None, extra: Mapping[str, str]
) -> web.StreamResponse:
    """Send a response, broken by `fault` if that is of a kind that breaks responses."""
    headers = {**extra, **reply.headers}
    if fault is None or fault.kind in (FaultKind.ANSWER, FaultKind.SLOW, FaultKind.OTHER_ID):
        return web.Response(status=reply.status, body=reply.body, headers=headers)
    if fault.kind is FaultKind.TRUNCATED:
        return web.Response(status=reply.status, body=reply.body[: len(reply.body) // 2], headers=headers)
    if fault.kind is FaultKind.HUGE:
        return await _huge(request, fault.size, headers)
    if fault.kind is FaultKind.RESET_LATE:
        response = web.StreamResponse(status=reply.status, headers=headers)
        response.content_length = len(reply.body) + 1
        await response.prepare(request)
        await response.write(reply.body[: len(reply.body) // 2])
        # let what was written leave first, so that it is the body that breaks off
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
        # the client has hung up
        _abort(request)
    return response


def _abort(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.abort()
