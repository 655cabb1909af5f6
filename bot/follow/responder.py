"""Answer a person who pressed a button."""

import structlog

from bot.clients.slack.responses import RespondStatus
from bot.follow.deps import Deps, Request
from bot.render.message import Message

_log = structlog.get_logger(__name__)


async def respond(deps: Deps, request: Request, response_url: str | None, message: Message) -> None:
    """Answer by the response URL, to this person alone; a press without one gets no answer."""
    if not response_url:
        return
    client = await deps.slack.client(request.team_id, request.enterprise_id)
    answer = await client.respond(response_url, message.text, message.blocks)
    if answer.status is not RespondStatus.DELIVERED:
        _log.warning("press_not_answered", user=request.user_id, answer=answer.answer)
