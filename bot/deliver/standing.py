"""Edit what stands beside the card: the root, and replies whose counts have grown."""

import structlog

from bot.clients.slack.errors import Ambiguous, NotConnected, Refusal, Refused, SlackError
from bot.db import cards, claims, notices, subscriptions
from bot.db.engine import Connection, Row
from bot.deliver.compose import compose
from bot.deliver.deps import Called, ClaimLost, Hold, Tools, written
from bot.deliver.error_policy import lose, of_any, rest
from bot.deliver.thread import Thread, read_thread
from bot.render import card
from bot.render.message import Message

_log = structlog.get_logger(__name__)

#: an edit that did not arrive is made again after this
AGAIN_AFTER = rest(4)
_LOST = frozenset({Refusal.CHANNEL_GONE, Refusal.NOT_IN_CHANNEL, Refusal.ARCHIVED})
_PLAINER = frozenset({Refusal.BLOCKS_REFUSED, Refusal.TOO_LONG})


def _for_now(error: SlackError) -> bool:
    return isinstance(error, Ambiguous | NotConnected) or (
        isinstance(error, Refused) and error.refusal is Refusal.NOT_NOW
    )


async def edit_root(tools: Tools, hold: Hold, subscription_id: int) -> Called | None:
    """Let the message in the channel show how it ended; none where that needed no call. Raises ClaimLost."""
    async with tools.database.begin() as connection:
        await _claimed(connection, tools, hold)
        thread = await read_thread(connection, subscription_id, people_urls=tools.people_urls, now=tools.now())
    if thread is None or thread.row["root_ts"] is None:
        return None
    row = thread.row
    message = card.root(tools.catalogs.texts(row["language"]), thread.view)
    if row["root_form"] == "plain":
        message = card.plain(message)
    try:
        await tools.slack(hold.team_id).update(row["channel_id"], row["root_ts"], message.text, message.blocks)
    except SlackError as error:
        await written(tools, hold, _root_refused, tools, thread, error)
        return Called(error=error)
    await written(tools, hold, cards.root_shown, row["id"], thread.view.outcome)
    return Called()


async def _claimed(connection: Connection, tools: Tools, hold: Hold) -> None:
    """Raises ClaimLost unless a call that begins now ends while the workspace is held."""
    held = await claims.holds_workspace(connection, team_id=hold.team_id, claim_id=hold.claim_id)
    if not held or not hold.fresh(tools.monotonic()):
        raise ClaimLost


async def _root_refused(connection: Connection, tools: Tools, thread: Thread, error: SlackError) -> None:
    """Somebody may have deleted the message that the thread hangs on: then it is lost, as where its channel is."""
    row = thread.row
    if await of_any(connection, tools, row["team_id"], error):
        return
    refusal = error.refusal if isinstance(error, Refused) else Refusal.UNKNOWN
    if _for_now(error):
        await subscriptions.change(connection, row["id"], root_not_before=tools.now() + AGAIN_AFTER)
    elif refusal is Refusal.MESSAGE_GONE or refusal in _LOST:
        await lose(connection, tools, thread, error, starting=False)
    elif refusal in _PLAINER and row["root_form"] != "plain":
        await subscriptions.change(connection, row["id"], root_form="plain")
    else:
        _log.warning("root_edit_refused", subscription=row["id"], answer=error.answer)
        await subscriptions.change(connection, row["id"], root_outcome=row["outcome"])


async def edit_notice(tools: Tools, hold: Hold, notice_id: int) -> Called | None:
    """Edit a reply whose counts have grown; none where that needed no call. Raises ClaimLost."""
    message: Message | None = None
    async with tools.database.begin() as connection:
        await _claimed(connection, tools, hold)
        notice = await notices.find(connection, notice_id)
        if notice is None:
            return None
        thread = await read_thread(
            connection, notice["subscription_id"], people_urls=tools.people_urls, now=tools.now()
        )
        if thread is not None:
            message = await compose(connection, tools, thread, notice)
        if thread is None or message is None:
            await notices.fresh(connection, notice)
            return None
    try:
        await tools.slack(hold.team_id).update(thread.row["channel_id"], notice["ts"], message.text, message.blocks)
    except SlackError as error:
        await written(tools, hold, _notice_refused, tools, notice, error)
        return Called(error=error)
    await written(tools, hold, notices.fresh, notice)
    return Called()


async def _notice_refused(connection: Connection, tools: Tools, notice: Row, error: SlackError) -> None:
    """A reply that was deleted or cannot be edited is left as it is."""
    if await of_any(connection, tools, notice["team_id"], error):
        return
    if _for_now(error):
        await notices.change(connection, notice["id"], not_before=tools.now() + AGAIN_AFTER)
    elif isinstance(error, Refused) and error.refusal in _PLAINER and notice["form"] != "plain":
        await notices.change(connection, notice["id"], form="plain")
    else:
        await notices.fresh(connection, notice)
