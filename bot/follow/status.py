"""Show a long task to the caller alone, without following it."""

from bot.domain.command import ShowStatus
from bot.domain.permissions import Act
from bot.domain.poll_result import Seen
from bot.domain.states import Outcome
from bot.follow.deps import Deps, Request
from bot.follow.first_look import LookAgain, first_decision, look, refusal, view_of
from bot.follow.permissions import log_act
from bot.render import replies
from bot.render.message import Message


async def show(deps: Deps, request: Request, command: ShowStatus) -> Message | LookAgain:
    """Look once, and show what the look found."""
    log_act(request, Act.STATUS)
    result = await look(deps, request, command.ref)
    if isinstance(result, LookAgain):
        return result
    if not isinstance(result, Seen):
        return refusal(deps, request, command.ref, result)
    decision = first_decision(deps, command.ref, result, now=deps.now())
    view = view_of(deps, request, command.ref, decision, result)
    if decision.after.outcome is Outcome.FOLLOWING:
        return replies.status(request.texts, view)
    return replies.ended(request.texts, view)
