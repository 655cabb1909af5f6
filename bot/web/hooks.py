"""Take what scripts send to a hook's address, and answer in JSON. The address is a secret, and never logged."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, assert_never

from aiohttp import web

from bot.domain.hook_answer import CallResult
from bot.domain.hook_call import LABEL, VERBOSITY
from bot.follow import hook_calls
from bot.follow.hook_calls import HookCalls, IncomingCall
from bot.web.address_limit import AddressLimit, address_of
from bot.web.rejections import Rejection, Rejections

#: where scripts call; the token is a secret
PATH = "/hook/{token}"
#: bytes; what Confluence answers has a few hundred
LARGEST_BODY = 64 * 1024
#: seconds after which a call that was refused for now may be repeated
_REPEAT_AFTER = 60

#: what a call that leads to no thread is answered with
_STATUS: Mapping[CallResult, int] = {
    CallResult.ENDED: 200,
    CallResult.NOT_FOLLOWED: 422,
    CallResult.NOT_HERE: 403,
    CallResult.OVER: 410,
    CallResult.LATER: 503,
}


class Hooks:
    """The addresses that scripts call."""

    def __init__(self, calls: HookCalls, *, now: Callable[[], datetime]) -> None:
        """`now` returns UTC."""
        self._calls = calls
        self._limit = AddressLimit(now)

    async def handle(self, request: web.Request, rejections: Rejections) -> web.Response:
        """Answer a call: 201 with the thread's link, 202 with the id, 4xx with a sentence."""
        address = address_of(request)
        call = IncomingCall(
            token=request.match_info["token"],
            body=await _body(request),
            query={name: request.query[name] for name in (LABEL, VERBOSITY) if name in request.query},
            blocked_for=self._limit.blocked_for(address),
        )
        outcome = await self._calls.take(call)
        if isinstance(outcome, hook_calls.NoSuchHook):
            self._limit.missed(address)
            rejections.add(Rejection.NO_SUCH_HOOK)
        return _answer(outcome)


async def _body(request: web.Request) -> bytes | None:
    """The body; None if it is larger than any that is meant."""
    body = bytearray()
    async for chunk in request.content.iter_any():
        body += chunk
        if len(body) > LARGEST_BODY:
            return None
    return bytes(body)


def _answer(outcome: hook_calls.Outcome) -> web.Response:
    match outcome:
        case hook_calls.Followed(remote_id=remote_id, link=link):
            return _json(201 if outcome.is_new else 200, id=remote_id, link=link)
        case hook_calls.Accepted(remote_id=remote_id):
            return _json(202, id=remote_id)
        case hook_calls.Answered(remote_id=remote_id, answer=answer) if answer.result is CallResult.ENDED:
            ended = answer.outcome.value if answer.outcome is not None else None
            return _json(_STATUS[answer.result], id=remote_id, outcome=ended, message=answer.sentence)
        case hook_calls.Answered(answer=answer):
            again = _REPEAT_AFTER if answer.result is CallResult.LATER else None
            return _error(_STATUS[answer.result], answer.sentence, again=again)
        case hook_calls.BadRequest(sentence=sentence):
            return _error(413 if outcome.is_too_large else 400, sentence)
        case hook_calls.NoSuchHook(sentence=sentence):
            return _error(404, sentence)
        case hook_calls.TooOften(sentence=sentence, seconds=seconds):
            return _error(429, sentence, again=seconds)
        case hook_calls.NotStored(sentence=sentence):
            return _error(503, sentence, again=_REPEAT_AFTER)
        case _:
            assert_never(outcome)


def _error(status: int, sentence: str, *, again: int | None = None) -> web.Response:
    answer = _json(status, error=sentence)
    if again is not None:
        answer.headers["Retry-After"] = str(again)
    return answer


def _json(status: int, **fields: Any) -> web.Response:
    # In the language's own letters, since people read it in a terminal.
    text = json.dumps(fields, ensure_ascii=False) + "\n"
    return web.Response(status=status, text=text, content_type="application/json")
