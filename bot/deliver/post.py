"""Post one message: planned → sending → posted, with one call of Slack in between."""

from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import structlog

from bot.clients.slack.errors import Ambiguous, NotConnected, Refusal, Refused, SlackError
from bot.db import coming, commands, messages, subscriptions, watches
from bot.db.engine import Connection
from bot.db.rows import Address, MessageRow
from bot.deliver import failures, findings_list
from bot.deliver.answer import answer
from bot.deliver.coming import AGAIN_AFTER, Later, thread_begun, words_for_caller
from bot.deliver.compose import Composed, compose
from bot.deliver.deps import Called, ClaimLost, Deps, Lease, check_claim, write
from bot.deliver.recipients import titles_for_recipient
from bot.deliver.thread import Thread, read_thread
from bot.domain.message_facts import Completion, FindingsFile, FollowSetAside, PostingSetAside
from bot.domain.message_kinds import RULES, MessageKind, Place, SubscriptionOwner
from bot.domain.message_plan import for_followers
from bot.domain.states import Titles
from bot.render.message import Message

_log = structlog.get_logger(__name__)

#: how far Slack's clock, by which messages are looked up, may differ from ours
CLOCK_SKEW = timedelta(minutes=2)
#: the reason of a message that was refused before the bot joined the channel
JOINED = "joined"
#: what is first in a thread of somebody else: the end, if that came first
_FIRST = (MessageKind.CARD, MessageKind.COMPLETION)


@dataclass(frozen=True, kw_only=True)
class Sent:
    """A message that is in Slack."""

    #: where it is, as far as it can be edited
    address: Address | None = None
    #: an earlier try arrived, with what that had been composed of
    earlier: bool = False
    #: it is an answer that went by the response URL
    used_url: bool = False


async def post(deps: Deps, lease: Lease, message_id: int) -> Called | None:
    """Post a message once; None if there was nothing to say any more.

    Raises ClaimLost if another process delivers for the workspace.
    """
    async with deps.database.read() as connection:
        planned = await messages.find(connection, message_id)
    try:
        titles = await titles_for_recipient(deps, lease, planned)
    except SlackError as unanswered:
        await write(deps, lease, _recipient_unknown, deps, message_id, unanswered)
        return Called(error=unanswered)
    words = await words_for_caller(deps, lease, planned)
    if isinstance(words, Later):
        await write(deps, lease, coming.put_off, message_id, deps.now() + AGAIN_AFTER)
        return None
    composed = await _begin(deps, lease, message_id, titles, words)
    if composed is None:
        return None
    message = composed.row
    put_back = partial(messages.post_later, message_id=message_id, at=None)
    if not lease.is_fresh(deps.monotonic()):
        await write(deps, lease, put_back)
        raise ClaimLost
    try:
        sent = await _call(deps, lease, composed)
    except SlackError as refused:
        error = await _unless_joined(deps, lease, composed, refused)
        if error is None:
            await write(deps, lease, partial(put_back, reason=JOINED))
            return Called()
        await write(deps, lease, failures.after_post, deps, message, composed.thread, error)
        if isinstance(error, Ambiguous):
            _log.warning("post_is_ambiguous", message=message_id, kind=message.kind, answer=error.answer)
        return Called(error=error)
    await write(deps, lease, _posted, deps, composed, sent)
    deps.metrics.slack.posted(message.kind, age=(deps.now() - message.created_at).total_seconds())
    return Called()


async def _recipient_unknown(connection: Connection, deps: Deps, message_id: int, error: SlackError) -> None:
    """Slack did not say who a person is: a try that failed."""
    message = await messages.begin_post(connection, message_id)
    if message is not None:
        await failures.after_post(connection, deps, message, None, error)


async def _begin(
    deps: Deps, lease: Lease, message_id: int, titles: Titles | None, words: Message | None
) -> Composed | None:
    """Begin the post and compose the message.

    `titles`: what its recipient may see, None for a channel's readers; `words`: what is composed already.
    """
    async with deps.database.begin() as connection:
        await check_claim(connection, lease)
        message = await messages.begin_post(connection, message_id)
        if message is None:
            return None
        thread = await _thread_of(connection, deps, message)
        if thread is not None and titles is not None:
            thread = thread.for_reader(titles)
        rootless = thread is not None and thread.row.subscription.thread_ts is None
        composed = None
        if not (rootless and RULES[message.kind].place is Place.THREAD):
            composed = await compose(connection, deps, message, thread, words)
        if composed is None:
            await messages.drop(connection, message_id, reason="nothing to say any more")
            return None
    return composed


async def _thread_of(connection: Connection, deps: Deps, message: MessageRow) -> Thread | None:
    if not isinstance(message.owner, SubscriptionOwner):
        return None
    return await read_thread(
        connection,
        message.owner.id,
        site_urls=deps.site_urls,
        now=deps.now(),
        shown_end=message.shown_end,
        bare=isinstance(message.facts, PostingSetAside | FollowSetAside),
    )


async def _call(deps: Deps, lease: Lease, composed: Composed) -> Sent:
    """Call Slack once. Raises SlackError."""
    message, thread, shown = composed.row, composed.thread, composed.message
    if message.kind is MessageKind.PRIVATE:
        return Sent(used_url=await answer(deps, lease, composed))
    if isinstance(message.facts, FindingsFile) and thread is not None:
        await findings_list.upload(deps, lease, message, thread, shown)
        return Sent()
    channel, thread_ts = _where(composed)
    if message.kind is not MessageKind.DIRECT and message.ambiguous and channel not in lease.unreadable:
        ts = await _look_up(deps, lease, message, channel=channel, thread_ts=thread_ts)
        if ts is not None:
            return Sent(address=Address(channel, ts), earlier=True)
    client = await deps.client(lease)
    posted = await client.post(
        channel,
        shown.text,
        shown.blocks,
        thread_ts=thread_ts,
        marker=message.marker,
        language=composed.language,
        broadcast=message.kind is MessageKind.COMPLETION and thread is not None and thread.settings.broadcasts,
    )
    return Sent(address=Address(posted.channel, posted.ts))


def _where(composed: Composed) -> tuple[str, str | None]:
    """The channel, or the person, and the thread in which a message is posted."""
    message, thread, watch = composed.row, composed.thread, composed.watch
    in_thread = RULES[message.kind].place is Place.THREAD
    if message.kind is MessageKind.DIRECT:
        return message.user_id or "", None
    if watch is not None:
        return watch.channel_id, watch.thread_ts if in_thread else None
    if thread is not None:
        subscription = thread.row.subscription
        return subscription.channel_id, subscription.thread_ts if in_thread else None
    return message.user_id or "", None


async def _unless_joined(deps: Deps, lease: Lease, composed: Composed, error: SlackError) -> SlackError | None:
    """Join a public channel that a person asked from, if that is why a thread's first message or a file was refused;
    None if the bot is in now.

    It is posted again in its turn, since a refused post has used up the channel's second.
    """
    message = composed.row
    not_in_channel = isinstance(error, Refused) and error.refusal is Refusal.NOT_IN_CHANNEL
    channel, _ = _where(composed)
    if not not_in_channel or message.reason == JOINED:
        return error
    if not await _needs_member(deps, message, composed.thread):
        return error
    try:
        lease.check_pauses("conversations.join", now=deps.now())
        await (await deps.client(lease)).join(channel)
    except Refused as refused:
        return refused if refused.refusal is Refusal.WORKSPACE_GONE else error
    except Ambiguous as unseen:
        # Joining twice is joining once.
        return NotConnected(unseen.method, unseen.answer)
    except SlackError as other:
        return other
    return None


async def _needs_member(deps: Deps, message: MessageRow, thread: Thread | None) -> bool:
    """Whether a message of a public channel may be refused because the bot is not a member yet.

    A file is, even where chat:write.public lets the bot post (https://github.com/getnao/nao/issues/1372).
    """
    if isinstance(message.facts, FindingsFile) or message.kind is MessageKind.WATCH_ROOT:
        return True
    if thread is None:
        return False
    async with deps.database.read() as connection:
        return await failures.begins_thread(connection, message, thread)


async def _look_up(deps: Deps, lease: Lease, message: MessageRow, *, channel: str, thread_ts: str | None) -> str | None:
    """The ts of an ambiguous post that arrived, if the history scope was granted. Raises SlackError."""
    lease.check_pauses("conversations.replies" if thread_ts else "conversations.history", now=deps.now())
    oldest = f"{(message.created_at - CLOCK_SKEW).timestamp():.6f}"
    client = await deps.client(lease)
    try:
        return await client.find_by_metadata(channel, thread_ts, message.marker, oldest=oldest)
    except Refused as error:
        if error.refusal is Refusal.MISSING_SCOPE:
            lease.unreadable.add(channel)
        return None


async def _posted(connection: Connection, deps: Deps, composed: Composed, sent: Sent) -> None:
    message, thread, address, now = composed.row, composed.thread, sent.address, deps.now()
    await messages.posted(connection, message, address=address, shows=None if sent.earlier else composed.shows, now=now)
    command_id = composed.command_id
    if sent.used_url and command_id is not None:
        await commands.response_url_used(connection, command_id)
    if message.kind is MessageKind.ROOT and address is not None and thread is not None:
        subscription_id = thread.row.subscription.id
        await subscriptions.root_posted(connection, subscription_id, channel_id=address.channel_id, ts=address.ts)
        await thread_begun(connection, deps, thread)
    if message.kind is MessageKind.WATCH_ROOT and address is not None and composed.watch is not None:
        await watches.root_posted(connection, composed.watch.id, channel_id=address.channel_id, ts=address.ts)
    if message.kind in _FIRST and thread is not None and thread.row.subscription.is_foreign:
        await subscriptions.thread_begun(connection, thread.row.subscription.id)
        await thread_begun(connection, deps, thread)
    if isinstance(message.facts, Completion) and thread is not None and thread.view.titles is Titles.COUNTS:
        drafts = for_followers(thread.view.followers, found=thread.row.task.findings_seq)
        planned = [messages.Planned(owner=message.owner, team_id=message.team_id, draft=draft) for draft in drafts]
        await messages.plan(connection, planned, now=now)
