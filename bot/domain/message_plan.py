"""Plan which messages a look, a command or a stop leads to."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from bot.domain import message_facts
from bot.domain.decide import phase_changed
from bot.domain.message_facts import Facts, TroubleOver, TroubleStarted
from bot.domain.message_kinds import MessageKind
from bot.domain.states import LostReason, Outcome, Titles, Verbosity
from bot.domain.task_state import Decision

#: findings of a kind that are named in a message; if there are more, the full list follows as a file
NAMED = 10


class Draft(Struct, frozen=True, kw_only=True):
    """A message to be planned."""

    kind: MessageKind
    facts: Facts
    user_id: str | None = None  #: recipient of a direct or private message


def list_follows(keys: Iterable[str], titles: Titles) -> bool:
    """Tell whether the full list of findings follows the completion; `keys`: the status key of each finding."""
    return titles is Titles.SHOWN and any(count > NAMED for count in Counter(keys).values())


def for_follow(verbosity: Verbosity, *, found: int) -> tuple[Draft, ...]:
    """Messages of a new thread; `found`: sequence number of the last finding so far."""
    drafts = [
        Draft(kind=MessageKind.ROOT, facts=message_facts.Root()),
        Draft(kind=MessageKind.CARD, facts=message_facts.Card()),
    ]
    if found and verbosity is not Verbosity.QUIET:
        drafts.append(_warnings(1, found, earlier=True))
    return tuple(drafts)


def for_decision(
    decision: Decision, *, verbosity: Verbosity, announced: int, found: int, now: datetime
) -> tuple[Draft, ...]:
    """Messages that one look leads to in one thread, in the order in which they are posted.

    `announced`: sequence number of the last finding the thread has a message about; `found`: of the last there is.
    """
    drafts: list[Draft] = []
    quiet = verbosity is Verbosity.QUIET
    ended = decision.after.outcome is not Outcome.FOLLOWING
    if not quiet and found > announced:
        drafts.append(_warnings(announced + 1, found, earlier=False))
    if verbosity is Verbosity.ALL and phase_changed(decision.changes) and not ended:
        drafts.append(Draft(kind=MessageKind.PHASE, facts=message_facts.NewPhase()))
    if not quiet:
        drafts += [_trouble(trouble, now) for trouble in decision.troubles]
    if ended:
        drafts.append(Draft(kind=MessageKind.COMPLETION, facts=message_facts.Completion()))
        # Fewer findings cannot hold more than NAMED of one kind; whether these do is seen when the file's turn comes.
        if found > NAMED:
            drafts.append(Draft(kind=MessageKind.FILE, facts=message_facts.FindingsFile()))
    return tuple(drafts)


def for_followers(followers: Sequence[str], *, verbosity: Verbosity, found: int) -> tuple[Draft, ...]:
    """Direct messages about an end that the channel sees in numbers only: the names, for each follower.

    `found`: sequence number of the last finding.
    """
    facts: list[Facts] = [message_facts.EndForFollower()]
    if found and verbosity is not Verbosity.QUIET:
        facts.append(message_facts.Warnings(first=1, last=found))
    if found > NAMED:
        facts.append(message_facts.FindingsFile())
    return tuple(Draft(kind=MessageKind.DIRECT, facts=each, user_id=user) for user in followers for each in facts)


def for_trouble(trouble: TroubleStarted | TroubleOver) -> Draft:
    """The message about a trouble that many threads share."""
    return Draft(kind=MessageKind.TROUBLE, facts=trouble)


def for_stop(*, owner_id: str, stopped_by: str) -> tuple[Draft, ...]:
    """A direct message to the owner, unless the owner stopped the thread."""
    if owner_id == stopped_by:
        return ()
    return (Draft(kind=MessageKind.DIRECT, facts=message_facts.StoppedByOther(by=stopped_by), user_id=owner_id),)


def for_lost_thread(
    reason: LostReason, *, starting: bool, invitable: bool, owner_id: str, followers: Sequence[str]
) -> tuple[Draft, ...]:
    """Messages to the people of a thread that takes no messages any more.

    `starting`: its root was not posted yet, so the person who asked gets an answer; `invitable`: inviting the bot
    helps. If the root was deleted, every follower gets a message, else the owner does.
    """
    if starting:
        facts: Facts = message_facts.InviteNeeded() if invitable else message_facts.ThreadLost(reason=reason)
        return (Draft(kind=MessageKind.PRIVATE, facts=facts, user_id=owner_id),)
    people = followers if reason is LostReason.DELETED else (owner_id,)
    return tuple(
        Draft(kind=MessageKind.DIRECT, facts=message_facts.ThreadLost(reason=reason), user_id=user) for user in people
    )


def for_set_aside(*, starting: bool, owner_id: str) -> Draft:
    """The one message about a message that kept failing inside the bot."""
    if starting:
        return Draft(kind=MessageKind.PRIVATE, facts=message_facts.FollowSetAside(), user_id=owner_id)
    return Draft(kind=MessageKind.TROUBLE, facts=message_facts.PostingSetAside())


def _warnings(first: int, last: int, *, earlier: bool) -> Draft:
    return Draft(kind=MessageKind.WARNINGS, facts=message_facts.Warnings(first=first, last=last, earlier=earlier))


def _trouble(trouble: TroubleStarted | TroubleOver, now: datetime) -> Draft:
    return for_trouble(replace(trouble, since=trouble.since or now))
