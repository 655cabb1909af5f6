"""Refuse what a person may not do, and log what a person has done."""

import structlog

from bot.domain.permissions import Act, may
from bot.follow.deps import Request
from bot.render import replies
from bot.render.message import Message

_log = structlog.get_logger(__name__)


def denial(request: Request, act: Act) -> Message | None:
    """The answer to a person who may not do this; None if the person may."""
    if may(request.person, act):
        return None
    _log.info(
        "refused",
        action=act.value,
        user=request.user_id,
        channel=request.channel_id,
        membership=request.person.membership.value,
    )
    return replies.may_not_stop(request.texts) if act is Act.STOP else replies.may_not_use(request.texts)


def log_act(request: Request, act: Act, *, subscription: int | None = None) -> None:
    """Log what a person has done: one line for each act."""
    _log.info(
        "acted", action=act.value, user=request.user_id, channel=request.target_channel, subscription=subscription
    )
