"""What differs between kinds of messages: one row of a table for each kind."""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum

from msgspec import Struct

from bot.domain.pacing import Urgency


class MessageKind(StrEnum):
    """What a message of the bot is."""

    ROOT = "root"  #: in the channel: what is followed, and how it ended; not in a thread of somebody else
    CARD = "card"  #: first in the thread: the progress, edited in place
    WARNINGS = "warnings"  #: findings, with the next step
    TROUBLE = "trouble"  #: a trouble begins or ends
    PHASE = "phase"  #: a new phase begins
    MILESTONE = "milestone"  #: the progress, for threads whose card cannot be edited
    COMPLETION = "completion"  #: the end, with mentions
    FILE = "file"  #: the full list of findings
    DIRECT = "direct"  #: a direct message
    WATCH_ROOT = "watch_root"  #: in the channel: which site it watches, and until when
    WATCH_DIGEST = "watch_digest"  #: in the thread of a watch: new tasks that got no thread of their own
    PRIVATE = "private"  #: an answer to the person who typed a command, by response URL
    HOME = "home"  #: the app's home, as one person sees it


class SubscriptionOwner(Struct, frozen=True, tag="subscription"):
    """A message of a thread, or about it."""

    id: int


class CommandOwner(Struct, frozen=True, tag="command"):
    """An answer to a command."""

    id: int


class WatchOwner(Struct, frozen=True, tag="watch"):
    """A message about a channel's watch of a site."""

    id: int


class PersonOwner(Struct, frozen=True, tag="person"):
    """What is shown to one person of a workspace: their home, or a direct message about nothing that there is still."""

    id: str  #: user id


#: what a message belongs to; messages of one owner are posted in order
Owner = SubscriptionOwner | CommandOwner | WatchOwner | PersonOwner


class Place(StrEnum):
    """Where a message is posted."""

    CHANNEL = "channel"
    THREAD = "thread"  #: only once there is a root, ours or that of somebody else
    PERSON = "person"  #: beside the thread, which does not wait for it


class Loss(StrEnum):
    """What a message that cannot be posted or edited any more means for its thread."""

    NOTHING = "nothing"
    END_THREAD = "end_thread"
    MILESTONES = "milestones"  #: replies at every quarter instead
    POST_AGAIN = "post_again"  #: once; the second time, milestones


class KindRules(Struct, frozen=True, kw_only=True):
    """How messages of one kind are posted and edited."""

    place: Place
    urgency: Urgency
    #: kept true: edited to the latest state; of several such messages of a thread the lowest is edited first
    edit_rank: int | None = None
    #: while its long task runs, an edit comes at least so long after the post or the edit before
    edited_every: timedelta | None = None
    refused: Loss = Loss.NOTHING  #: if Slack refuses the post for good, or the edit
    deleted: Loss = Loss.NOTHING  #: if somebody deleted the message in Slack


RULES: Mapping[MessageKind, KindRules] = {
    MessageKind.ROOT: KindRules(
        place=Place.CHANNEL, urgency=Urgency.ROOT, edit_rank=1, refused=Loss.END_THREAD, deleted=Loss.END_THREAD
    ),
    MessageKind.CARD: KindRules(
        place=Place.THREAD, urgency=Urgency.CARD, edit_rank=0, refused=Loss.MILESTONES, deleted=Loss.POST_AGAIN
    ),
    MessageKind.WARNINGS: KindRules(
        place=Place.THREAD, urgency=Urgency.WARNING, edit_rank=2, edited_every=timedelta(minutes=1)
    ),
    MessageKind.TROUBLE: KindRules(place=Place.THREAD, urgency=Urgency.TROUBLE),
    MessageKind.PHASE: KindRules(place=Place.THREAD, urgency=Urgency.PROGRESS),
    MessageKind.MILESTONE: KindRules(place=Place.THREAD, urgency=Urgency.PROGRESS),
    MessageKind.COMPLETION: KindRules(place=Place.THREAD, urgency=Urgency.COMPLETION),
    MessageKind.FILE: KindRules(place=Place.THREAD, urgency=Urgency.WARNING),
    MessageKind.DIRECT: KindRules(place=Place.PERSON, urgency=Urgency.WARNING),
    MessageKind.WATCH_ROOT: KindRules(place=Place.CHANNEL, urgency=Urgency.ROOT, edit_rank=3),
    MessageKind.WATCH_DIGEST: KindRules(
        place=Place.THREAD, urgency=Urgency.WARNING, edit_rank=4, edited_every=timedelta(minutes=1)
    ),
    MessageKind.PRIVATE: KindRules(place=Place.PERSON, urgency=Urgency.WARNING),
    MessageKind.HOME: KindRules(place=Place.PERSON, urgency=Urgency.PROGRESS, edit_rank=0),
}
