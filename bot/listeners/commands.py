"""Slash commands: written down, then acknowledged."""

import re
from typing import Any

import structlog
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck

from bot.db.engine import DatabaseAway
from bot.domain.command import Follow
from bot.follow import Answerer
from bot.follow.command_worker import Typed, needs_looking, said_at_once
from bot.render import replies

_log = structlog.get_logger(__name__)

#: seconds that a command waits for the database; Slack waits three for all of it
PATIENCE = 1.0
#: characters of a command's text that are kept: more than any ten references, less than a nuisance
TEXT_KEPT = 8_000


def register(app: AsyncApp, answerer: Answerer) -> None:
    """Listen to the command under whatever name the operator gave it."""

    async def listen(ack: AsyncAck, command: dict[str, Any]) -> None:
        await take(ack, command, answerer)

    app.command(re.compile(r"/.*"))(listen)


async def take(ack: AsyncAck, command: dict[str, Any], answerer: Answerer) -> None:
    """Keep a command, then say that it was heard; what needs no looking is answered at once."""
    texts = answerer.texts(command["team_id"], command["user_id"])
    text = str(command.get("text", ""))[:TEXT_KEPT]
    wish = answerer.parse(text)
    if not needs_looking(wish):
        answer = said_at_once(texts, command["command"], wish)
        await ack(text=answer.text, blocks=list(answer.blocks), response_type="ephemeral")
        return
    try:
        await answerer.keep(_typed(command, text), within=PATIENCE)
    except DatabaseAway as error:
        _log.warning("command_not_kept", error=str(error))
        sorry = replies.nothing_started(texts)
        await ack(text=sorry.text, blocks=list(sorry.blocks), response_type="ephemeral")
        return
    if isinstance(wish, Follow):
        heard = replies.looking(texts, len(wish.refs))
        await ack(text=heard.text, response_type="ephemeral")
    else:
        await ack()


def _typed(command: dict[str, Any], text: str) -> Typed:
    return Typed(
        trigger_id=command["trigger_id"],
        team_id=command["team_id"],
        enterprise_id=command.get("enterprise_id"),
        channel_id=command["channel_id"],
        user_id=command["user_id"],
        user_team_id=command.get("user_team_id"),
        command=command["command"],
        text=text,
        response_url=command["response_url"],
    )
