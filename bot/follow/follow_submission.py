"""Check what was filled in when a modal asked which long task to follow, and store it as a command."""

from dataclasses import dataclass
from typing import assert_never

import structlog

from bot.db.engine import DatabaseAway
from bot.domain.audience import is_direct_message
from bot.domain.command import Follow, NotUnderstood, Problem, Reference
from bot.domain.message_references import command_text, find_references
from bot.domain.states import Sharing
from bot.follow import running
from bot.follow.channels import NotSeen, find_sharing
from bot.follow.command_store import IncomingCommand
from bot.follow.command_worker import CommandWorker
from bot.follow.deps import COMMAND, Deps, Request
from bot.follow.follow_modal import MODAL, AboutMessage
from bot.follow.membership import Presence, presence
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
    #: the same however often Slack delivers it
    key: str
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
    if not typed:
        # Where nothing is offered to choose from, the field has to be filled in.
        return Errors(fields={Field.REFERENCE: follow_modal.nothing_chosen(texts)})
    command = deps.parse(typed)
    if isinstance(command, Follow):
        return typed
    found = find_references({"text": typed}, sites=deps.site_names)
    if found:
        return _of(deps, *found)
    if isinstance(command, Problem) and not isinstance(command, NotUnderstood):
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
        has_left = await _has_left(deps, request, request.channel_id, sharing)
        return follow_modal.left_channel(texts) if has_left else None
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


async def _has_left(deps: Deps, request: Request, channel_id: str, sharing: Sharing | NotSeen) -> bool:
    """Whether a person is no longer in the channel of a message whose shortcut they have used there.

    Not in a conversation of a few that Slack does not describe to the bot, since it would not name its people either.
    """
    is_channel = not is_direct_message(channel_id) and sharing in (Sharing.OWN, Sharing.SHARED)
    return is_channel and await presence(deps, request, channel_id) is Presence.ELSEWHERE


def _incoming(submission: Submission, ready: _Ready) -> IncomingCommand:
    message = submission.message
    return IncomingCommand(
        trigger_id=submission.key,
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
