"""Answer a person who pressed a button."""

import structlog

from bot.clients.slack.responses import RespondStatus
from bot.follow.deps import Deps
from bot.render.message import Message

_log = structlog.get_logger(__name__)


async def respond(
    deps: Deps, response_url: str | None, message: Message, *, team_id: str, enterprise_id: str | None
) -> None:
    """Answer by the response URL, to this person alone; a press without one gets no answer."""
    if not response_url:
        return
    client = await deps.slack.client(team_id, enterprise_id)
    answer = await client.respond(response_url, message.text, message.blocks)
    if answer.status is not RespondStatus.DELIVERED:
        _log.warning("press_not_answered", team=team_id, answer=answer.answer)
