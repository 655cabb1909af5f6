"""Tell one notice: planned → sending → sent, with one call of Slack in between."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.clients.slack import SlackClient
from bot.clients.slack_answers import Delivery, Posted
from bot.clients.slack_errors import Ambiguous, Refusal, Refused, SlackError
from bot.db import claims, findings, notices, subscriptions
from bot.db import commands as command_rows
from bot.db.secrets import SecretsError
from bot.deliver import consequences
from bot.deliver.composing import compose, facts_of, more_than_named
from bot.deliver.tools import ClaimLost, Hold, Tools, written
from bot.deliver.views import Thread, read_thread
from bot.domain.pacing import Telling
from bot.render import card
from bot.render.message import Message
from bot.render.notices import findings_csv

_log = structlog.get_logger(__name__)

#: a response URL works for half an hour; a little less, so that it is not tried in its last moment
RESPONSE_URL_LASTS = timedelta(minutes=29)


@dataclass(frozen=True, kw_only=True)
class _Begun:
    """A notice that is being told."""

    notice: RowMapping
    thread: Thread
    message: Message


async def tell(tools: Tools, hold: Hold, notice_id: int) -> SlackError | None:
    """Tell a notice once; the error where Slack did not take it, already written down.

    Raises ClaimLost where somebody else delivers for the workspace.
    """
    begun = await _begin(tools, hold, notice_id)
    if begun is None:
        return None
    if not hold.fresh(tools.monotonic()):
        await written(tools, hold, _put_back, notice_id)
        raise ClaimLost
    try:
        posted = await _call(tools, hold, begun)
    except SlackError as error:
        await written(tools, hold, consequences.of_post, tools, begun.thread, begun.notice, error)
        if isinstance(error, Ambiguous):
            _log.warning("post_is_ambiguous", notice=notice_id, kind=begun.notice["kind"], answer=error.answer)
        return error
    await written(tools, hold, _sent, tools, begun, posted)
    tools.metrics.told(begun.notice["kind"], age=(tools.now() - begun.notice["created_at"]).total_seconds())
    return None


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
            connection, notice["subscription_id"], people_urls=tools.people_urls, now=tools.now()
        )
        message = None
        if thread is not None and not await _needless(connection, thread, notice):
            message = (
                Message(text="") if notice["kind"] == Telling.FILE else await compose(connection, tools, thread, notice)
            )
        if thread is None or message is None:
            await notices.change(connection, notice_id, state="dropped", reason="nothing to say any more")
            return None
    return _Begun(notice=notice, thread=thread, message=message)


async def _needless(connection: AsyncConnection, thread: Thread, notice: RowMapping) -> bool:
    """A file that says no more than the thread does."""
    if notice["kind"] != Telling.FILE:
        return False
    listed = await findings.listed(connection, thread.row["long_task_id"])
    return not more_than_named(thread, [finding.key for finding in listed])


async def _put_back(connection: AsyncConnection, notice_id: int) -> None:
    await notices.change(connection, notice_id, state="planned")


async def _call(tools: Tools, hold: Hold, begun: _Begun) -> Posted | None:
    """The one call. Raises SlackError."""
    notice, thread, message = begun.notice, begun.thread, begun.message
    kind = Telling(notice["kind"])
    client = tools.slack(hold.team_id)
    if kind is Telling.FILE:
        await _upload(tools, hold, thread)
        return None
    if kind is Telling.CALLER:
        return await _answer_caller(tools, hold, begun)
    if kind is Telling.DM:
        user = facts_of(notice)["user"]
        return await client.dm(user, message.text, message.blocks, metadata_id=notice["marker"])
    channel = thread.row["channel_id"]
    thread_ts = None if kind is Telling.ROOT else thread.row["thread_ts"]
    if notice["may_stand"] and hold.may_look_up:
        ts = await _look_up(tools, hold, notice, channel=channel, thread_ts=thread_ts)
        if ts is not None:
            return Posted(channel=channel, ts=ts)
    try:
        return await client.post(
            channel, message.text, message.blocks, thread_ts=thread_ts, metadata_id=notice["marker"]
        )
    except Refused as error:
        if kind is not Telling.ROOT or error.refusal is not Refusal.NOT_IN_CHANNEL:
            raise
        await _join(client, channel, error)
    return await client.post(channel, message.text, message.blocks, metadata_id=notice["marker"])


async def _join(client: SlackClient, channel: str, refused: Refused) -> None:
    """Into a public channel, because a person asked in it. Raises what the post was refused with where it may not."""
    try:
        await client.join(channel)
    except Refused as error:
        raise refused from error


async def _look_up(tools: Tools, hold: Hold, notice: RowMapping, *, channel: str, thread_ts: str | None) -> str | None:
    """Whether an ambiguous post stands after all, where the history scope was granted."""
    oldest = f"{notice['created_at'].timestamp():.6f}"
    try:
        return await tools.slack(hold.team_id).find_by_metadata(channel, thread_ts, notice["marker"], oldest=oldest)
    except Refused as error:
        hold.may_look_up = error.refusal is not Refusal.MISSING_SCOPE
        return None


async def _upload(tools: Tools, hold: Hold, thread: Thread) -> None:
    async with tools.database.read() as connection:
        listed = await findings.listed(connection, thread.row["long_task_id"])
    words = tools.catalogs.words(thread.row["language"])
    name = f"longtask-{thread.view.remote_id}.csv"
    content = findings_csv(words, listed, thread.view.site_url)
    await tools.slack(hold.team_id).upload_file(
        thread.row["channel_id"], thread.row["thread_ts"], name, content, title=name
    )


async def _answer_caller(tools: Tools, hold: Hold, begun: _Begun) -> Posted | None:
    """To whoever typed the command: through its response URL while that works, else as a direct message."""
    client = tools.slack(hold.team_id)
    async with tools.database.read() as connection:
        command = await command_rows.find(connection, begun.thread.row["command_id"])
    if command is not None and command["uses_left"] > 0 and _lasts(command["created_at"], tools.now()):
        try:
            url = tools.secrets.open(command["response_url"])
        except SecretsError:
            url = None
        if url is not None:
            answer = await client.respond(url, begun.message.text, begun.message.blocks)
            if answer.delivery is Delivery.DELIVERED:
                return None
    return await client.dm(begun.thread.row["owner_id"], begun.message.text, begun.message.blocks)


def _lasts(created_at: datetime, now: datetime) -> bool:
    return now - created_at < RESPONSE_URL_LASTS


async def _sent(connection: AsyncConnection, tools: Tools, begun: _Begun, posted: Posted | None) -> None:
    now, notice, row = tools.now(), begun.notice, begun.thread.row
    ts = posted.ts if posted is not None else None
    await notices.change(connection, notice["id"], state="sent", ts=ts, told_at=now, not_before=None)
    if notice["kind"] == Telling.ROOT and posted is not None:
        await subscriptions.root_stands(
            connection, row["id"], channel_id=posted.channel, ts=posted.ts, outcome=begun.thread.view.outcome
        )
    elif notice["kind"] == Telling.CARD and posted is not None:
        words = tools.catalogs.words(row["language"])
        await subscriptions.change(
            connection,
            row["id"],
            card_ts=posted.ts,
            card_shown=card.fingerprint(words, begun.thread.view),
            card_percent=row["task_percent"],
            card_checked_at=begun.thread.view.checked_at,
            card_expected_end=begun.thread.view.expected_end,
            # Whatever has changed since the card was composed is seen by comparing it anew.
            card_dirty_since=now,
        )
