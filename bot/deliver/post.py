"""Tell one notice: planned → sending → sent, with one call of Slack in between."""

from dataclasses import dataclass
from datetime import timedelta

import structlog

from bot.clients.slack.errors import Ambiguous, NotConnected, Refusal, Refused, SlackError, SlackRateLimited
from bot.clients.slack.responses import Delivery, Posted
from bot.db import cards, claims, findings, notices, subscriptions
from bot.db import commands as command_rows
from bot.db.engine import Connection, Row
from bot.db.secrets import SecretsError
from bot.deliver import error_policy
from bot.deliver.compose import compose, facts_of, shown
from bot.deliver.deps import Called, ClaimLost, Hold, Tools, written
from bot.deliver.thread import Thread, read_thread
from bot.domain.pacing import Telling
from bot.render.findings_csv import findings_csv
from bot.render.message import Message

_log = structlog.get_logger(__name__)

#: a response URL works for half an hour; a little less, so that it is not tried in its last moment
RESPONSE_URL_LASTS = timedelta(minutes=29)
#: Slack's clock, by which messages are looked up, and ours
CLOCKS_DIFFER = timedelta(minutes=2)
#: noted on a root that was refused before the bot joined the channel
JOINED = "joined"
#: what is told outside a thread
_OUTSIDE = frozenset({Telling.ROOT, Telling.DM, Telling.CALLER})


@dataclass(frozen=True, kw_only=True)
class _Begun:
    """A notice that is being told."""

    notice: Row
    thread: Thread
    message: Message


async def tell(tools: Tools, hold: Hold, notice_id: int) -> Called | None:
    """Tell a notice once; none where there was nothing to say any more.

    Raises ClaimLost where somebody else delivers for the workspace.
    """
    begun = await _begin(tools, hold, notice_id)
    if begun is None:
        return None
    if not hold.fresh(tools.monotonic()):
        await written(tools, hold, _put_back, notice_id, None)
        raise ClaimLost
    try:
        posted = await _call(tools, hold, begun)
    except SlackError as refused:
        error = await _unless_joined(tools, hold, begun, refused)
        if error is None:
            await written(tools, hold, _put_back, notice_id, JOINED)
            return Called()
        await written(tools, hold, error_policy.of_post, tools, begun.thread, begun.notice, error)
        if isinstance(error, Ambiguous):
            _log.warning("post_is_ambiguous", notice=notice_id, kind=begun.notice["kind"], answer=error.answer)
        return Called(error=error)
    await written(tools, hold, _sent, tools, begun, posted)
    tools.metrics.told(begun.notice["kind"], age=(tools.now() - begun.notice["created_at"]).total_seconds())
    return Called()


async def _begin(tools: Tools, hold: Hold, notice_id: int) -> _Begun | None:
    async with tools.database.begin() as connection:
        if not await claims.holds_workspace(connection, team_id=hold.team_id, claim_id=hold.claim_id):
            raise ClaimLost
        if not await notices.begin(connection, notice_id):
            return None
        notice = await notices.find(connection, notice_id)
        if notice is None:
            return None
        thread = await read_thread(
            connection,
            notice["subscription_id"],
            people_urls=tools.people_urls,
            now=tools.now(),
            bare=facts_of(notice).get("bare", False),
        )
        message = None
        if thread is not None and (thread.row["thread_ts"] is not None or notice["kind"] in _OUTSIDE):
            message = await compose(connection, tools, thread, notice)
        if thread is None or message is None:
            await notices.change(connection, notice_id, state="dropped", reason="nothing to say any more")
            return None
    return _Begun(notice=notice, thread=thread, message=message)


async def _put_back(connection: Connection, notice_id: int, reason: str | None) -> None:
    await notices.change(connection, notice_id, state="planned", reason=reason)


async def _call(tools: Tools, hold: Hold, begun: _Begun) -> Posted | None:
    """The one call. Raises SlackError."""
    notice, thread, message = begun.notice, begun.thread, begun.message
    kind, facts = Telling(notice["kind"]), facts_of(notice)
    client = tools.slack(hold.team_id)
    if kind is Telling.FILE and "page" not in facts:
        await _upload(tools, hold, thread)
        return None
    if kind is Telling.CALLER:
        await _answer_caller(tools, hold, begun)
        return None
    if kind is Telling.DM:
        return await client.dm(facts["user"], message.text, message.blocks, metadata_id=notice["marker"])
    channel = thread.row["channel_id"]
    thread_ts = None if kind is Telling.ROOT else thread.row["thread_ts"]
    if notice["may_stand"] and channel not in hold.blind:
        ts = await _look_up(tools, hold, notice, channel=channel, thread_ts=thread_ts)
        if ts is not None:
            return Posted(channel=channel, ts=ts)
    return await client.post(channel, message.text, message.blocks, thread_ts=thread_ts, metadata_id=notice["marker"])


async def _unless_joined(tools: Tools, hold: Hold, begun: _Begun, error: SlackError) -> SlackError | None:
    """None where the bot was only not yet a member of a public channel in which a person asked for it, and is now.

    The post is made anew in its turn: one that was refused has used up the channel's second.
    """
    notice = begun.notice
    not_in = isinstance(error, Refused) and error.refusal is Refusal.NOT_IN_CHANNEL
    if not not_in or notice["kind"] != Telling.ROOT or notice["reason"] == JOINED:
        return error
    try:
        hold.heed("conversations.join", now=tools.now())
        await tools.slack(hold.team_id).join(begun.thread.row["channel_id"])
    except Refused:
        return error
    except Ambiguous as unseen:
        # Joining twice is joining once.
        return NotConnected(unseen.method, unseen.answer)
    except SlackError as other:
        return other
    return None


async def _look_up(tools: Tools, hold: Hold, notice: Row, *, channel: str, thread_ts: str | None) -> str | None:
    """Whether an ambiguous post stands after all, where the history scope was granted. Raises SlackError."""
    hold.heed("conversations.replies" if thread_ts else "conversations.history", now=tools.now())
    oldest = f"{(notice['created_at'] - CLOCKS_DIFFER).timestamp():.6f}"
    try:
        return await tools.slack(hold.team_id).find_by_metadata(channel, thread_ts, notice["marker"], oldest=oldest)
    except Refused as error:
        if error.refusal is Refusal.MISSING_SCOPE:
            hold.blind.add(channel)
        return None


async def _upload(tools: Tools, hold: Hold, thread: Thread) -> None:
    hold.heed("files.getUploadURLExternal", "files.completeUploadExternal", now=tools.now())
    async with tools.database.read() as connection:
        listed = await findings.listed(connection, thread.row["long_task_id"])
    texts = tools.catalogs.texts(thread.row["language"])
    name = f"longtask-{thread.view.remote_id}.csv"
    content = findings_csv(texts, listed, thread.view.site_url)
    await tools.slack(hold.team_id).upload_file(
        thread.row["channel_id"], thread.row["thread_ts"], name, content, title=name
    )


async def _answer_caller(tools: Tools, hold: Hold, begun: _Begun) -> None:
    """To whoever typed the command, through its response URL. Raises SlackError; Refused where that is used up."""
    async with tools.database.read() as connection:
        command = await command_rows.find(connection, begun.thread.row["command_id"])
    if command is None or command["uses_left"] < 1 or tools.now() - command["created_at"] >= RESPONSE_URL_LASTS:
        raise Refused("response_url", "expired_url")
    try:
        url = tools.secrets.open(command["response_url"])
    except SecretsError as error:
        raise Refused("response_url", "unreadable") from error
    answer = await tools.slack(hold.team_id).respond(url, begun.message.text, begun.message.blocks)
    if answer.retry_after is not None:
        raise SlackRateLimited("response_url", answer.answer, retry_after=answer.retry_after)
    if answer.delivery is Delivery.LATER:
        raise Ambiguous("response_url", answer.answer)
    if answer.delivery is not Delivery.DELIVERED:
        raise Refused("response_url", answer.answer)


async def _sent(connection: Connection, tools: Tools, begun: _Begun, posted: Posted | None) -> None:
    now, notice, row = tools.now(), begun.notice, begun.thread.row
    ts = posted.ts if posted is not None else None
    await notices.change(connection, notice["id"], state="sent", ts=ts, told_at=now, not_before=None)
    if notice["kind"] == Telling.CALLER:
        await command_rows.spent(connection, row["command_id"])
    if notice["kind"] == Telling.ROOT and posted is not None:
        await cards.root_stands(
            connection, row["id"], channel_id=posted.channel, ts=posted.ts, outcome=begun.thread.view.outcome
        )
    elif notice["kind"] == Telling.CARD and posted is not None:
        texts = tools.catalogs.texts(row["language"])
        await subscriptions.change(
            connection,
            row["id"],
            card_ts=posted.ts,
            card_shown=shown(tools, texts, begun.thread),
            card_percent=row["task_percent"],
            card_checked_at=begun.thread.view.checked_at,
            card_expected_end=begun.thread.view.expected_end,
            # Whatever has changed since the card was composed is seen by comparing it anew.
            card_dirty_since=now,
        )
