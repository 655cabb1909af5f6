"""The states and kinds that rows of the database are in, as enums."""

from enum import StrEnum


class Outcome(StrEnum):
    """How a followed long task ended; every value but FOLLOWING is terminal."""

    FOLLOWING = "following"
    FINISHED = "finished"
    PROBLEMS = "finished with problems"
    FAILED = "failed"
    UNKNOWN = "result unknown"
    STOPPED = "stopped"


class Trouble(StrEnum):
    """Why the bot cannot see a long task move on."""

    DOWN = "down"
    UNREADABLE = "unreadable"
    RATE_LIMITED = "rate_limited"
    ACCESS_LOST = "access_lost"
    MISCONFIGURED = "misconfigured"
    STALLED = "stalled"
    MISSING = "missing"
    SET_ASIDE = "set_aside"


class Verbosity(StrEnum):
    """How much a thread says."""

    QUIET = "quiet"  #: start and end
    NORMAL = "normal"  #: and warnings
    ALL = "all"  #: and changes of phase


class Titles(StrEnum):
    """Whether a channel sees page titles, or numbers only."""

    SHOWN = "shown"
    COUNTS = "counts"


class Editors(StrEnum):
    """Who may change the settings of a channel."""

    ADMINS = "admins"  #: admins of the workspace
    MEMBERS = "members"  #: people of the workspace, not guests


class Sharing(StrEnum):
    """Whether other organisations read a channel, as far as Slack says."""

    OWN = "own"  #: only the own organisation
    SHARED = "shared"  #: another organisation reads it, or was invited to
    HIDDEN = "hidden"  #: Slack may not be asked, because a scope is missing


class SubscriptionState(StrEnum):
    """Where a subscription is in its life."""

    STARTING = "starting"  #: its first message is not posted yet
    FOLLOWING = "following"  #: its first message is posted, its long task runs
    ENDED = "ended"  #: its long task has ended, or the end cannot be seen
    STOPPED = "stopped"  #: a person stopped it
    LOST = "lost"  #: Slack takes no messages in its channel or thread


class WatchState(StrEnum):
    """Where a channel's watch of a site is in its life."""

    WATCHING = "watching"
    ENDED = "ended"  #: a person ended it
    SHARED = "shared"  #: another organization reads the channel now
    LOST = "lost"  #: Slack takes no messages in its channel
    WITHDRAWN = "withdrawn"  #: the operator no longer lets its channel see what begins on the site


class MessageState(StrEnum):
    """Where a message is on its way to Slack."""

    PLANNED = "planned"  #: to be posted
    SENDING = "sending"  #: the post was begun; its end is not known yet
    POSTED = "posted"  #: in Slack
    EDITING = "editing"  #: in Slack; an edit was begun, its end is not known yet
    DROPPED = "dropped"  #: not needed any more, or refused for good
    GONE = "gone"  #: deleted in Slack by somebody


class MessageForm(StrEnum):
    """In which form Slack takes a message."""

    BLOCKS = "blocks"
    PLAIN = "plain"  #: blocks were refused
    MILESTONES = "milestones"  #: a card that cannot be posted or edited: replies at every quarter instead


class LostReason(StrEnum):
    """Why nothing can be posted in a thread any more."""

    DELETED = "deleted"  #: the root message was deleted
    THREAD_DELETED = "thread_deleted"  #: the message of somebody else, from which the thread hangs, was deleted
    ARCHIVED = "archived"  #: the channel was archived
    REMOVED = "removed"  #: the bot was removed from the channel
    GONE = "gone"  #: the channel is gone, or hidden from the bot
    REFUSED = "refused"  #: a rule of the channel or workspace


class HookEnd(StrEnum):
    """Why a hook ends without a person ending it."""

    LEFT = "left"  #: its maker is no longer in the channel
    NOT_MEMBER = "not_member"  #: its maker is no longer of the workspace, or a guest
    CLOSED = "closed"  #: the channel was archived or deleted, or the bot removed from it


class WorkspaceState(StrEnum):
    """Whether the bot may call Slack for a workspace."""

    ACTIVE = "active"
    RESTING = "resting"  #: Slack refuses the token; it is tried again from time to time


class Membership(StrEnum):
    """Whether a person belongs to the workspace where the app is installed."""

    MEMBER = "member"
    GUEST = "guest"  #: of one channel or several
    STRANGER = "stranger"  #: of another workspace or organization
    BOT = "bot"
    DELETED = "deleted"  #: deactivated
    ABSENT = "absent"  #: Slack knows no such person there


class AccountState(StrEnum):
    """Whether Confluence accepts the credential of an account."""

    ACTIVE = "active"
    REFUSED = "refused"


class AccountKind(StrEnum):
    """Whose credential an account is."""

    OPERATOR = "operator"  #: from the environment
    PERSON = "person"  #: a person's own Atlassian account
