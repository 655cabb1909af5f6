"""Post the full list of findings: as a file, or as text if Slack takes none."""

import structlog

from bot.clients.slack.errors import SlackError
from bot.db import findings, messages
from bot.db.engine import Connection
from bot.db.rows import MessageRow
from bot.deliver.deps import Deps, Lease
from bot.deliver.thread import Thread
from bot.domain.message_facts import FindingsPage
from bot.domain.message_kinds import MessageKind
from bot.domain.message_plan import Draft
from bot.render.findings_csv import findings_csv
from bot.render.findings_text import findings_text
from bot.render.message import Message

_log = structlog.get_logger(__name__)


async def upload(deps: Deps, lease: Lease, thread: Thread, message: Message) -> None:
    """Upload the list as a CSV file into the thread, introduced by a message. Raises SlackError."""
    lease.check_pauses("files.getUploadURLExternal", "files.completeUploadExternal", now=deps.now())
    subscription, task = thread.row.subscription, thread.row.task
    async with deps.database.read() as connection:
        found = await findings.listed(connection, task.id)
    name = f"longtask-{task.remote_id}.csv"
    content = findings_csv(deps.catalogs.texts(subscription.language), found, thread.view.site_url)
    client = await deps.client(lease)
    await client.upload_file(
        subscription.channel_id, subscription.thread_ts or "", name, content, title=name, comment=message.text
    )


async def post_as_text(
    connection: Connection, deps: Deps, message: MessageRow, thread: Thread, error: SlackError
) -> None:
    """The file cannot be shared: plan replies with the list, as far as it fits."""
    _log.warning("file_refused", message=message.id, method=error.method, answer=error.answer)
    await messages.drop(connection, message.id, reason=error.answer)
    subscription = thread.row.subscription
    found = await findings.listed(connection, thread.row.task.id)
    pages = findings_text(deps.catalogs.texts(subscription.language), found, thread.view.site_url)
    drafts = [Draft(kind=MessageKind.FILE, facts=FindingsPage(page=page)) for page in range(len(pages))]
    planned = [messages.Planned(owner=message.owner, team_id=message.team_id, draft=draft) for draft in drafts]
    await messages.plan(connection, planned, now=deps.now())
