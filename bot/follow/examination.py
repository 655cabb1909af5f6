"""Show the checks of the installation to a workspace admin alone."""

from bot.domain.command import ShowChecks
from bot.domain.permissions import Act
from bot.follow.deps import Deps, Request
from bot.follow.permissions import log_act
from bot.render import replies
from bot.render.message import Message


async def show(deps: Deps, request: Request, _command: ShowChecks) -> Message:
    """Run every check, and show what each has found."""
    log_act(request, Act.DOCTOR)
    return replies.checks(request.texts, await deps.examine())
