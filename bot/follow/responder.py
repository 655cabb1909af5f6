"""Answer a person who pressed a button, where they pressed it."""

from collections.abc import Awaitable, Callable
from functools import partial

import structlog

from bot.clients.slack.client import SlackClient
from bot.clients.slack.errors import SlackError
from bot.clients.slack.responses import RespondStatus
from bot.follow.deps import Deps
from bot.follow.press import Press
from bot.render import replies
from bot.render.i18n import Texts
from bot.render.message import Message

_log = structlog.get_logger(__name__)

#: Slack's word if it did not show an answer; None if it did
_Refusal = str | None


async def respond(deps: Deps, pressed: Press, message: Message, *, texts: Texts, replaces: bool) -> None:
    """Answer the person alone, by the first way that Slack takes.

    The ways are: in the thread of the button, by the response URL, in a direct message. `replaces`: an answer to a
    button of a private message of ours takes its place, which only the response URL can do, so that is tried first.
    """
    client = await deps.slack.client(pressed.team_id, pressed.enterprise_id)
    in_thread = partial(_in_thread, client, pressed, message)
    by_url = partial(_by_response_url, client, pressed.response_url, message, replace=pressed.is_private and replaces)
    ways: list[Callable[[], Awaitable[_Refusal]]] = [in_thread, by_url]
    if pressed.is_private and replaces:
        ways.reverse()
    ways.append(partial(_in_direct_message, client, pressed, message, texts))
    answers = []
    for way in ways:
        refused = await way()
        if refused is None:
            return
        answers.append(refused)
    _log.warning("press_not_answered", team=pressed.team_id, action=pressed.action, answers=answers)


async def respond_to_url(
    deps: Deps, response_url: str, message: Message, *, team_id: str, enterprise_id: str | None
) -> None:
    """Answer a request of which only the response URL is known."""
    client = await deps.slack.client(team_id, enterprise_id)
    refused = await _by_response_url(client, response_url, message, replace=False)
    if refused is not None:
        _log.warning("request_not_answered", team=team_id, answer=refused)


async def _in_thread(client: SlackClient, pressed: Press, message: Message) -> _Refusal:
    if pressed.channel_id is None:
        return "no channel"
    try:
        await client.ephemeral(
            pressed.channel_id, pressed.user_id, message.text, message.blocks, thread_ts=pressed.thread_ts
        )
    except SlackError as error:
        return error.answer
    return None


async def _by_response_url(client: SlackClient, url: str | None, message: Message, *, replace: bool) -> _Refusal:
    if url is None:
        return "no response URL"
    result = await client.respond(url, message.text, message.blocks, replace=replace)
    return None if result.status is RespondStatus.DELIVERED else result.answer


async def _in_direct_message(client: SlackClient, pressed: Press, message: Message, texts: Texts) -> _Refusal:
    """The buttons are left out: they count in the channel of their thread only."""
    shown = Message(text=message.text, blocks=tuple(block for block in message.blocks if block["type"] != "actions"))
    if pressed.channel_id is not None:
        shown = replies.together(texts, [replies.pressed_in(texts, pressed.channel_id), shown])
    try:
        await client.post(pressed.user_id, shown.text, shown.blocks)
    except SlackError as error:
        return error.answer
    return None
