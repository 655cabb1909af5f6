"""Compose what is said to one person about the threads of a command: that they are coming, and where they are."""

from contextlib import suppress
from datetime import timedelta
from enum import Enum

from bot.clients.slack.errors import SlackError
from bot.db import coming, commands, people
from bot.db.coming import BegunThread
from bot.db.engine import Connection
from bot.db.rows import CommandRow, MessageRow
from bot.deliver.deps import Deps, Lease
from bot.deliver.thread import Thread
from bot.domain.message_facts import Arrived, Coming
from bot.domain.message_kinds import CommandOwner
from bot.domain.states import MessageState
from bot.render import replies
from bot.render.i18n import Texts
from bot.render.message import Message

_METHOD = "chat.getPermalink"
#: how long a person of whom no language is known is waited for
PATIENCE = timedelta(seconds=20)
#: time between two looks whether it is known
AGAIN_AFTER = timedelta(seconds=1)


class Later(Enum):
    """The message is not composed yet."""

    LANGUAGE_UNKNOWN = "language_unknown"  #: Slack has not said yet which language the person speaks


async def words_for_caller(deps: Deps, lease: Lease, message: MessageRow | None) -> Message | Later | None:
    """What the message says now; None if there is nothing to say, or it is another kind of message."""
    if message is None or not isinstance(message.owner, CommandOwner):
        return None
    if not isinstance(message.facts, Coming | Arrived):
        return None
    async with deps.database.read() as connection:
        command = await commands.find(connection, message.owner.id)
        if command is None:
            return None
        begun = await coming.threads_begun(connection, command.id)
        texts = await _texts(connection, deps, command)
    match message.facts:
        case Coming():
            return _coming(texts, message.facts, command, begun)
        case Arrived():
            return await _arrived(deps, lease, texts or deps.catalogs.texts(deps.default_language), begun)


def _coming(
    texts: Texts | None, facts: Coming, command: CommandRow, begun: list[BegunThread]
) -> Message | Later | None:
    answered = command.language is not None
    states = {thread.remote_id: thread.is_coming for thread in begun}
    on_their_way = [remote_id for remote_id, is_coming in states.items() if is_coming]
    open_ids = [remote_id for remote_id in facts.remote_ids if not answered and remote_id not in states]
    not_found = open_ids if command.looks else []
    if facts.begins and not command.looks:
        on_their_way += open_ids
    if not on_their_way and not not_found:
        return None
    if texts is None:
        return Later.LANGUAGE_UNKNOWN
    return replies.coming(texts, on_their_way, not_found=not_found, in_thread=command.message_ts is not None)


async def _arrived(deps: Deps, lease: Lease, texts: Texts, begun: list[BegunThread]) -> Message | None:
    followed = [
        replies.Followed(remote_id=thread.remote_id, link=await _link(deps, lease, thread))
        for thread in begun
        if thread.has_begun
    ]
    return replies.arrived(texts, followed) if followed else None


async def _link(deps: Deps, lease: Lease, thread: BegunThread) -> str | None:
    with suppress(SlackError):
        lease.check_pauses(_METHOD, now=deps.now())
        client = await deps.client(lease)
        return await client.permalink(thread.channel_id, thread.thread_ts or "")
    return None


async def _texts(connection: Connection, deps: Deps, command: CommandRow) -> Texts | None:
    """The caller's language; None while Slack may still say which that is."""
    person = await people.find(connection, command.team_id, command.user_id)
    if command.language is None and person is None and deps.now() - command.created_at < PATIENCE:
        return None
    preferred = person.languages if person is not None else ()
    return deps.catalogs.texts(command.language, *preferred, deps.default_language)


async def thread_begun(connection: Connection, deps: Deps, thread: Thread) -> None:
    """The first message of a thread is in Slack: that it is coming need not be said, or is followed by where it is."""
    command_id = thread.row.subscription.command_id
    message = None if command_id is None else await coming.find(connection, command_id)
    if command_id is None or message is None or not isinstance(message.facts, Coming):
        return
    if message.state is MessageState.PLANNED:
        # Of several threads the last may still be coming, which is seen when the message's turn comes.
        if len(message.facts.remote_ids) == 1:
            await coming.drop(connection, command_id)
    elif message.state is not MessageState.DROPPED:
        begun = await coming.threads_begun(connection, command_id)
        if message.user_id is not None and not any(each.is_coming for each in begun):
            await coming.plan_arrival(
                connection, command_id, team_id=message.team_id, user_id=message.user_id, now=deps.now()
            )
