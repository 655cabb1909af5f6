"""Answer the person who asked, and nobody else: in the thread they asked in, or by the response URL of the command."""

from datetime import timedelta

from bot.clients.slack.errors import Ambiguous, Refused, SlackRateLimited
from bot.clients.slack.responses import RespondStatus
from bot.db import commands
from bot.db.rows import CommandRow
from bot.db.secrets import SecretsError
from bot.deliver.compose import Composed
from bot.deliver.deps import Deps, Lease

#: a response URL works for 30 minutes (docs.slack.dev/interactivity/handling-user-interaction); a little less, so that
#: it is not used in its last moment
RESPONSE_URL_LASTS = timedelta(minutes=29)
_EPHEMERAL = "chat.postEphemeral"


async def answer(deps: Deps, lease: Lease, composed: Composed) -> bool:
    """Post a private answer; whether the response URL was used for it.

    Raises SlackError; Refused if neither way is left, so that a direct message is posted instead.
    """
    async with deps.database.read() as connection:
        command = await commands.find(connection, composed.command_id)
    if command is None:
        raise Refused("response_url", "expired_url")
    if command.message_ts is not None or command.response_url is None:
        try:
            await _in_thread(deps, lease, command, composed)
        except Refused:
            if command.response_url is None:
                raise
        else:
            return False
    await _by_url(deps, lease, command, composed)
    return True


async def _in_thread(deps: Deps, lease: Lease, command: CommandRow, composed: Composed) -> None:
    """Post it where the person asked: a response URL answers outside of threads (slackapi/bolt-js, issue 963).

    Slack shows such a message in a thread only if that has replies already, so that under a message without any it is
    shown in the channel (docs.slack.dev/reference/methods/chat.postEphemeral).
    """
    lease.check_pauses(_EPHEMERAL, now=deps.now())
    client = await deps.client(lease)
    shown = composed.message
    await client.ephemeral(command.channel_id, command.user_id, shown.text, shown.blocks, thread_ts=command.thread_ts)


async def _by_url(deps: Deps, lease: Lease, command: CommandRow, composed: Composed) -> None:
    if command.response_url is None or command.uses_left < 1:
        raise Refused("response_url", "expired_url")
    if deps.now() - command.created_at >= RESPONSE_URL_LASTS:
        raise Refused("response_url", "expired_url")
    try:
        url = deps.secrets.open(command.response_url)
    except SecretsError as error:
        raise Refused("response_url", "unreadable") from error
    client = await deps.client(lease)
    answered = await client.respond(url, composed.message.text, composed.message.blocks)
    if answered.retry_after is not None:
        raise SlackRateLimited("response_url", answered.answer, retry_after=answered.retry_after)
    if answered.status is RespondStatus.LATER:
        raise Ambiguous("response_url", answered.answer)
    if answered.status is not RespondStatus.DELIVERED:
        raise Refused("response_url", answered.answer)
