"""Show long tasks to the caller alone, without following them."""

from bot.domain.command import ListFollowed, Reference, Scope, ShowStatus
from bot.domain.permissions import Act
from bot.domain.poll_result import Seen
from bot.follow import listing
from bot.follow.deps import Deps, Request
from bot.follow.first_look import LookAgain, first_decision, look, refusal, view_of
from bot.follow.permissions import log_act
from bot.render import replies
from bot.render.message import Message


async def show(deps: Deps, request: Request, command: ShowStatus) -> Message | LookAgain:
    """Show one long task, else all that the channel follows."""
    if command.ref is None:
        return await listing.show(deps, request, ListFollowed(scope=Scope.CHANNEL))
    log_act(request, Act.STATUS)
    return await _look_once(deps, request, command.ref)


async def _look_once(deps: Deps, request: Request, ref: Reference) -> Message | LookAgain:
    result = await look(deps, request, ref)
    if isinstance(result, LookAgain):
        return result
    if not isinstance(result, Seen):
        return replies.not_shown(refusal(deps, request, result))
    decision = first_decision(deps, ref, result, now=deps.now())
    return replies.status(request.texts, view_of(deps, request, ref, decision, result))
