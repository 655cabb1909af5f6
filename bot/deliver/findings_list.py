"""Post the full list of findings: as a file, or as text if Slack takes none."""

import structlog

from bot.clients.slack.errors import Refusal, Refused
from bot.db import findings, messages
from bot.db.engine import Connection
from bot.db.rows import MessageRow
from bot.deliver.deps import Deps, Lease
from bot.deliver.thread import Thread
from bot.domain.message_facts import FindingsFile, FindingsPage
from bot.domain.message_kinds import MessageKind
from bot.domain.message_plan import Draft
from bot.render.findings_csv import findings_csv
from bot.render.findings_text import findings_text

_log = structlog.get_logger(__name__)

#: refusals after which text is refused as well
_NO_TEXT = frozenset({Refusal.NOT_IN_CHANNEL, Refusal.CHANNEL_GONE, Refusal.ARCHIVED, Refusal.THREAD_GONE})


async def upload(deps: Deps, lease: Lease, thread: Thread) -> None:
    """Upload the list as a CSV file into the thread. Raises SlackError."""
    lease.check_pauses("files.getUploadURLExternal", "files.completeUploadExternal", now=deps.now())
    subscription, task = thread.row.subscription, thread.row.task
    async with deps.database.read() as connection:
        found = await findings.listed(connection, task.id)
    name = f"longtask-{task.remote_id}.csv"
    content = findings_csv(deps.catalogs.texts(subscription.language), found, thread.view.site_url)
    client = await deps.client(lease)
    await client.upload_file(subscription.channel_id, subscription.thread_ts or "", name, content, title=name)


async def post_as_text(connection: Connection, deps: Deps, message: MessageRow, thread: Thread, error: Refused) -> None:
    """Slack refuses the file: plan replies with the list, as far as it fits."""
    _log.warning("file_refused", message=message.id, method=error.method, answer=error.answer)
    await messages.drop(connection, message.id, reason=error.answer)
    if not isinstance(message.facts, FindingsFile) or error.refusal in _NO_TEXT:
        return
    subscription = thread.row.subscription
    found = await findings.listed(connection, thread.row.task.id)
    pages = findings_text(deps.catalogs.texts(subscription.language), found, thread.view.site_url)
    drafts = [Draft(kind=MessageKind.FILE, facts=FindingsPage(page=page)) for page in range(len(pages))]
    planned = [messages.Planned(owner=message.owner, team_id=message.team_id, draft=draft) for draft in drafts]
    await messages.plan(connection, planned, now=deps.now())
