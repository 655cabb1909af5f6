"""Ask in a modal which long task to follow, and where."""

from dataclasses import dataclass
from functools import partial

import msgspec

from bot.domain.permissions import Act
from bot.follow import running
from bot.follow.command_worker import CommandWorker
from bot.follow.deliveries import may_open_modal
from bot.follow.deps import COMMAND, Request
from bot.follow.modal_for_person import Asker, ModalFor, present
from bot.render import follow_modal
from bot.render.follow_modal import Asked
from bot.render.modal import View

MODAL = ModalFor(act=Act.FOLLOW, title=follow_modal.title, instead=f"{COMMAND} ID")


@dataclass(frozen=True, kw_only=True)
class AboutMessage:
    """The message of somebody in whose thread is followed what the modal asks for."""

    channel_id: str
    message_ts: str
    #: of the thread that it is in
    thread_ts: str | None = None


async def ask(worker: CommandWorker, asker: Asker, message: AboutMessage | None, *, trigger_id: str) -> None:
    """Open the modal, once for each use of a shortcut; without a message it asks for a channel, too."""
    if await may_open_modal(worker.deps, worker.start, asker.team_id, trigger_id):
        await present(worker, asker, MODAL, partial(_view, worker, message), trigger_id=trigger_id)


async def _view(worker: CommandWorker, message: AboutMessage | None, request: Request) -> View:
    lines, reasons = await running.choices(worker.deps, request)
    asked = Asked(
        running=lines,
        refused=reasons,
        has_message=message is not None,
        metadata="" if message is None else msgspec.json.encode(message).decode(),
    )
    return follow_modal.follow_modal(request.texts, asked)
