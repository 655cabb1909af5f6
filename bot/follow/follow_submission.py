"""Check what was filled in when a modal asked which long task to follow, and store it as a command."""

from dataclasses import dataclass
from typing import assert_never

import structlog

from bot.db.engine import DatabaseAway
from bot.domain.command import Follow, NotUnderstood, Problem, Reference
from bot.domain.message_references import command_text, find_references
from bot.domain.states import Sharing
from bot.follow import running
from bot.follow.channels import NotSeen, Presence, find_sharing, presence
from bot.follow.command_store import IncomingCommand
from bot.follow.command_worker import CommandWorker
from bot.follow.deps import COMMAND, Deps, Request
from bot.follow.follow_modal import MODAL, AboutMessage
from bot.follow.modal_for_person import Asker, request_of
from bot.follow.modals import Errors, Late, Verdict, in_time
from bot.render import follow_modal, replies
from bot.render.follow_modal import Field
from bot.render.modal import View, error, notice

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class Submission:
    """What was filled in. It comes back from Slack as text from outside."""

    team_id: str
    enterprise_id: str | None
    user_id: str
    trigger_id: str
    typed: str
    #: the value of the option that was chosen
    chosen: str | None
    #: None if the modal was opened for a message
    channel_id: str | None
    message: AboutMessage | None


@dataclass(frozen=True, kw_only=True)
class _Ready:
    """What is to be carried out."""

    request: Request
    text: str


async def submit(worker: CommandWorker, submission: Submission) -> Verdict:
    """Check what was filled in, and store it as a command, which is then carried out like one that was typed.

    Slack waits three seconds for the verdict, so what is not known soon is an error that asks to send it again.
    """
    texts = worker.texts(submission.team_id, submission.user_id)
    try:
        checked = await in_time(worker.deps, worker.start, _check(worker, submission))
        if isinstance(checked, _Ready):
            await worker.store(_incoming(submission, checked), within=worker.deps.store_seconds)
            return None
    except DatabaseAway as away:
        _log.warning("command_not_stored", error=str(away))
        return Errors(fields={_place(submission): error(replies.nothing_started(texts).text)})
    if isinstance(checked, Late):
        return Errors(fields={_place(submission): error(replies.not_known(texts).text)})
    return checked


def _place(submission: Submission) -> Field:
    """The field under which errors are shown that are about none of them."""
    return Field.CHANNEL if submission.message is None else Field.REFERENCE


async def _check(worker: CommandWorker, submission: Submission) -> Errors | View | _Ready:
    deps, message = worker.deps, submission.message
    asker = Asker(
        team_id=submission.team_id,
        enterprise_id=submission.enterprise_id,
        user_id=submission.user_id,
        trigger_id=submission.trigger_id,
        channel_id=submission.channel_id if message is None else message.channel_id,
    )
    request = await request_of(worker, asker, act=MODAL.act)
    if not isinstance(request, Request):
        texts, refused = request
        return notice(texts, refused, title=MODAL.title(texts))
    text = _command(deps, request, submission)
    if isinstance(text, Errors):
        return text
    closed = await _closed(deps, request, submission)
    if closed is not None:
        return Errors(fields={_place(submission): closed})
    return _Ready(request=request, text=text)


def _command(deps: Deps, request: Request, submission: Submission) -> str | Errors:
    """The command that says what was filled in."""
    texts, typed = request.texts, submission.typed.strip()
    if submission.chosen is not None:
        if typed:
            return Errors(fields={Field.REFERENCE: follow_modal.two_named(texts)})
        ref = running.chosen(deps, request, submission.chosen)
        if ref is None:
            return Errors(fields={Field.RUNNING: error(replies.gone_wrong(texts).text)})
        return _of(deps, ref)
    command = deps.parse(typed)
    if isinstance(command, Follow):
        return typed
    found = find_references({"text": typed}, sites=deps.site_names)
    if found:
        return _of(deps, *found)
    if typed and isinstance(command, Problem) and not isinstance(command, NotUnderstood):
        return Errors(fields={Field.REFERENCE: error(replies.misread(texts, COMMAND, deps.example, command).text)})
    return Errors(fields={Field.REFERENCE: follow_modal.nothing_named(texts)})


def _of(deps: Deps, *refs: Reference) -> str:
    return command_text(refs, sites=deps.site_names)


async def _closed(deps: Deps, request: Request, submission: Submission) -> str | None:
    """Why nothing can be followed there by this person; None if nothing speaks against it."""
    texts = request.texts
    if request.channel_id is None:
        return follow_modal.not_in_channel(texts)
    sharing = await find_sharing(deps, request)
    if sharing is NotSeen.CLOSED:
        return follow_modal.bot_not_in_channel(texts, deps.bot_name)
    if submission.message is not None:
        return None
    if sharing is Sharing.SHARED:
        return follow_modal.shared_channel(texts, COMMAND)
    there = await presence(deps, request, request.channel_id)
    match there:
        case Presence.THERE:
            return None
        case Presence.ELSEWHERE:
            return follow_modal.not_in_channel(texts)
        case Presence.NOT_SAID:
            return follow_modal.not_said(texts)
        case Presence.SCOPE_MISSING:
            return follow_modal.scope_missing(texts, COMMAND)
        case _:
            assert_never(there)


def _incoming(submission: Submission, ready: _Ready) -> IncomingCommand:
    message = submission.message
    return IncomingCommand(
        trigger_id=submission.trigger_id,
        team_id=submission.team_id,
        enterprise_id=submission.enterprise_id,
        channel_id=ready.request.target_channel,
        user_id=submission.user_id,
        command=COMMAND,
        text=ready.text,
        response_url=None,
        message_ts=message.message_ts if message is not None else None,
        thread_ts=message.thread_ts if message is not None else None,
    )
