"""Post the full list of findings: as a file, or as text if Slack takes none."""

import structlog

from bot.clients.slack.errors import Refused, SlackError
from bot.db import findings, messages, threads
from bot.db.engine import Connection
from bot.db.rows import Address, MessageRow
from bot.deliver.deps import Deps, Lease
from bot.deliver.thread import Thread
from bot.domain.message_facts import FindingsPage
from bot.domain.message_plan import Draft
from bot.render.findings_csv import file_name, findings_csv
from bot.render.findings_text import findings_text
from bot.render.message import Message

_log = structlog.get_logger(__name__)


async def upload(deps: Deps, lease: Lease, message: MessageRow, thread: Thread, shown: Message) -> None:
    """Upload the list as a CSV file into the thread, or under the last direct message to a follower.

    `shown` introduces the file. Raises SlackError; Refused if a follower got no direct message.
    """
    lease.check_pauses("files.getUploadURLExternal", "files.completeUploadExternal", now=deps.now())
    subscription, task = thread.row.subscription, thread.row.task
    async with deps.database.read() as connection:
        found = await findings.listed(connection, task.id)
        place: Address | None = Address(subscription.channel_id, subscription.thread_ts or "")
        if message.user_id is not None:
            place = await threads.direct_to(connection, subscription.id, message.user_id)
    if place is None:
        raise Refused("files.completeUploadExternal", "channel_not_found")
    texts = deps.catalogs.texts(subscription.language)
    name = file_name(texts, thread.view)
    content = findings_csv(texts, found, thread.view.site_url)
    client = await deps.client(lease)
    await client.upload_file(place.channel_id, place.ts, name, content, title=name, comment=shown.text)


async def post_as_text(
    connection: Connection, deps: Deps, message: MessageRow, thread: Thread, error: SlackError
) -> None:
    """The file cannot be shared: plan replies with the list, as far as it fits."""
    _log.warning("file_refused", message=message.id, method=error.method, answer=error.answer)
    await messages.drop(connection, message.id, reason=error.answer)
    subscription = thread.row.subscription
    found = await findings.listed(connection, thread.row.task.id)
    pages = findings_text(deps.catalogs.texts(subscription.language), found, thread.view.site_url)
    drafts = [
        Draft(kind=message.kind, facts=FindingsPage(page=page), user_id=message.user_id) for page in range(len(pages))
    ]
    planned = [messages.Planned(owner=message.owner, team_id=message.team_id, draft=draft) for draft in drafts]
    await messages.plan(connection, planned, now=deps.now())
