"""Publish a person's home: rendered from the latest state, compared, published or left."""

from dataclasses import dataclass
from functools import partial

from bot.clients.slack.errors import Refusal, Refused, SlackError
from bot.db import homes, messages, people
from bot.db.engine import Connection
from bot.db.rows import Address, MessageRow
from bot.deliver import failures
from bot.deliver.deps import Called, ClaimLost, Deps, Lease, check_claim, write
from bot.deliver.home_view import HomeRows, find_links, read_rows, view_of
from bot.domain.home import Home, look_again_at
from bot.domain.permissions import Act, may
from bot.domain.person import Person
from bot.domain.states import MessageForm
from bot.render.blocks import sections
from bot.render.home import home as render
from bot.render.home import home_for_members_only, home_of_unknown
from bot.render.message import Message, digest
from bot.render.mrkdwn import Mrkdwn


@dataclass(frozen=True, kw_only=True)
class _Composed:
    """A home as Slack is to show it."""

    row: MessageRow
    facts: Home
    message: Message


async def publish(deps: Deps, lease: Lease, message_id: int) -> Called | None:
    """Bring a home up to date; None if that needed no call.

    Raises ClaimLost if another process delivers for the workspace.
    """
    composed = await _compose(deps, lease, message_id)
    row = None if composed is None else await _begin(deps, lease, composed)
    if composed is None or row is None:
        return None
    if not lease.is_fresh(deps.monotonic()):
        await write(deps, lease, partial(messages.edit_later, message=row, failed=False))
        raise ClaimLost
    try:
        address = await _call(deps, lease, row, composed.message)
    except SlackError as error:
        await write(deps, lease, failures.after_edit, deps, row, None, error)
        return Called(error=error)
    await write(deps, lease, _published, deps, composed, row, address)
    deps.metrics.slack.edited(row.kind)
    return Called()


async def _compose(deps: Deps, lease: Lease, message_id: int) -> _Composed | None:
    async with deps.database.read() as connection:
        message = await messages.find(connection, message_id)
        if message is None or not isinstance(message.facts, Home):
            return None
        person = await people.find(connection, message.team_id, message.user_id or "")
        rows = None
        if person is not None and may(person, Act.HOME):
            rows = await read_rows(connection, deps, message, message.facts)
    links = {} if rows is None else await find_links(deps, lease, rows.rows.values())
    return _Composed(row=message, facts=message.facts, message=_render(deps, person, rows, links))


def _render(deps: Deps, person: Person | None, rows: HomeRows | None, links: dict[int, str]) -> Message:
    if person is None:
        return home_of_unknown(deps.catalogs.texts(deps.default_language))
    texts = deps.catalogs.texts_for(person, deps.default_language)
    return home_for_members_only(texts) if rows is None else render(texts, view_of(deps, rows, links))


async def _begin(deps: Deps, lease: Lease, composed: _Composed) -> MessageRow | None:
    """Begin the call, unless the home shows all of it or was changed since it was composed."""
    async with deps.database.begin() as connection:
        await check_claim(connection, lease)
        message = await messages.begin_edit(connection, composed.row.id)
        if message is None:
            return None
        if message.facts != composed.facts:
            await messages.edit_later(connection, message, at=deps.now(), failed=False)
            return None
        if message.shown == digest(composed.message):
            now = deps.now()
            again_at = look_again_at(composed.facts, now=now)
            await homes.unchanged(connection, message, again_at=again_at, now=now)
            return None
    return message


async def _call(deps: Deps, lease: Lease, row: MessageRow, shown: Message) -> Address:
    """Publish once, or once more if something else was published meanwhile: only the newest counts. Raises SlackError.

    A call of a process that has lost the workspace, or whose end was not seen, may arrive late: it names an older hash,
    and Slack refuses it.
    """
    client = await deps.client(lease)
    blocks = (
        shown.blocks if row.form is MessageForm.BLOCKS else sections([Mrkdwn(line) for line in shown.text.split("\n")])
    )
    known = row.address.ts if row.address is not None and not row.edit_ambiguous else None
    try:
        view = await client.publish_view(row.user_id or "", blocks, replacing=known or None)
    except Refused as error:
        if error.refusal is not Refusal.VIEW_CHANGED or known is None:
            raise
        view = await client.publish_view(row.user_id or "", blocks)
    return Address(view.view_id, view.hash)


async def _published(
    connection: Connection, deps: Deps, composed: _Composed, row: MessageRow, address: Address
) -> None:
    now = deps.now()
    await homes.published(
        connection,
        row,
        address=address,
        digest=digest(composed.message),
        again_at=look_again_at(composed.facts, now=now),
        now=now,
    )
