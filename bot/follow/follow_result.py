"""What comes of following one long task."""

from dataclasses import dataclass
from enum import Enum, auto

from bot.follow.first_look import LookAgain
from bot.render.mrkdwn import Mrkdwn
from bot.render.thread import ThreadView


@dataclass(frozen=True, kw_only=True)
class NotFollowed:
    """A long task that is not followed, and why."""

    remote_id: str
    reason: Mrkdwn
    #: Confluence could not say, so that the same request may succeed later
    may_succeed: bool = False


@dataclass(frozen=True, kw_only=True)
class Ended:
    """A long task that had ended before it could be followed."""

    view: ThreadView


@dataclass(frozen=True, kw_only=True)
class FollowedAlready:
    """A long task that the channel follows already; `link`: to its thread, if known."""

    remote_id: str
    link: str | None = None
    #: it was asked for in a thread of somebody else
    asked_in_thread: bool = False
    #: and is followed in that very thread
    is_here: bool = False
    #: None if it is not known what it is
    view: ThreadView | None = None


class Begun(Enum):
    """A long task whose root is the answer."""

    FOLLOWED = auto()


Result = Begun | FollowedAlready | Ended | NotFollowed | LookAgain
