"""Plan which messages a look, a command or a stop leads to."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from bot.domain import message_facts
from bot.domain.decide import phase_changed
from bot.domain.message_facts import Facts, TroubleOver, TroubleStarted
from bot.domain.message_kinds import MessageKind
from bot.domain.snapshot import FindingKind, Severity
from bot.domain.states import LostReason, Outcome, Titles, Verbosity
from bot.domain.task_state import Decision

#: findings of a kind that are named in a message; if there are more, the full list follows as a file
NAMED = 10
#: kinds of findings that have a reply of their own in one thread, and that the completion names; Confluence documents
#: ten, but whatever it sends is a kind
MAX_KINDS = 12


class Draft(Struct, frozen=True, kw_only=True):
    """A message to be planned."""

    kind: MessageKind
    facts: Facts
    user_id: str | None = None  #: recipient of a direct or private message


def list_follows(keys: Iterable[str], titles: Titles) -> bool:
    """Tell whether the full list of findings follows the completion; `keys`: the status key of each finding."""
    counted = Counter(keys)
    return titles is Titles.SHOWN and (len(counted) > MAX_KINDS or any(count > NAMED for count in counted.values()))


def errors_first(kinds: Iterable[FindingKind]) -> list[FindingKind]:
    """Kinds of findings in the order in which they are reported; `kinds`: in the order of their first findings."""
    return sorted(dict.fromkeys(kinds), key=lambda kind: kind.severity is not Severity.ERROR)


def for_follow(
    verbosity: Verbosity,
    *,
    kinds: Sequence[FindingKind],
    earlier: Collection[FindingKind],
    is_foreign: bool = False,
) -> tuple[Draft, ...]:
    """Messages of a new thread.

    `kinds`: of the findings so far, in the order of the first of each; `earlier`: those known before the thread began;
    `is_foreign`: the thread hangs from a message that is not ours, so that there is no root.
    """
    drafts = [] if is_foreign else [Draft(kind=MessageKind.ROOT, facts=message_facts.Root())]
    drafts.append(Draft(kind=MessageKind.CARD, facts=message_facts.Card()))
    if verbosity is not Verbosity.QUIET:
        drafts += _warnings(kinds, earlier=earlier)
    return tuple(drafts)


def for_decision(
    decision: Decision,
    *,
    verbosity: Verbosity,
    kinds: Sequence[FindingKind],
    replied: Collection[FindingKind],
    found: int,
    now: datetime,
) -> tuple[Draft, ...]:
    """Messages that one look leads to in one thread, in the order in which they are posted.

    `kinds`: of all findings, in the order of the first of each; `replied`: those that the thread has a reply about,
    posted or not; `found`: how many findings there are. What is first seen at the end is named by the completion.
    """
    drafts: list[Draft] = []
    quiet = verbosity is Verbosity.QUIET
    ended = decision.after.outcome is not Outcome.FOLLOWING
    if not quiet and not ended:
        drafts += _warnings(kinds, replied=replied)
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


def for_followers(followers: Sequence[str], *, found: int) -> tuple[Draft, ...]:
    """Direct messages about an end that the channel sees in numbers only: the names, for each follower.

    `found`: how many findings there are.
    """
    facts: list[Facts] = [message_facts.EndForFollower()]
    if found > NAMED:
        facts.append(message_facts.FindingsFile())
    return tuple(Draft(kind=MessageKind.DIRECT, facts=each, user_id=user) for user in followers for each in facts)


def for_trouble(trouble: TroubleStarted | TroubleOver) -> Draft:
    """The message about a trouble that many threads share."""
    return Draft(kind=MessageKind.TROUBLE, facts=trouble)


def for_stop(*, owner_id: str | None, stopped_by: str) -> tuple[Draft, ...]:
    """A direct message to the owner, unless the owner stopped the thread or there is none."""
    if owner_id in (None, stopped_by):
        return ()
    return (Draft(kind=MessageKind.DIRECT, facts=message_facts.StoppedByOther(by=stopped_by), user_id=owner_id),)


def for_lost_thread(
    reason: LostReason, *, starting: bool, invitable: bool, owner_id: str | None, followers: Sequence[str]
) -> tuple[Draft, ...]:
    """Messages to the people of a thread that takes no messages any more.

    `starting`: nothing was posted yet, so the person who asked and waits gets an answer; `invitable`: inviting the bot
    helps. If what the thread hangs from was deleted, every follower gets a message, else the owner does.
    """
    if owner_id is None:
        return _lost(reason, followers)
    if starting:
        facts: Facts = message_facts.InviteNeeded() if invitable else message_facts.ThreadLost(reason=reason)
        return (Draft(kind=MessageKind.PRIVATE, facts=facts, user_id=owner_id),)
    is_deleted = reason in (LostReason.DELETED, LostReason.THREAD_DELETED)
    return _lost(reason, followers if is_deleted else (owner_id,))


def _lost(reason: LostReason, people: Sequence[str]) -> tuple[Draft, ...]:
    facts = message_facts.ThreadLost(reason=reason)
    return tuple(Draft(kind=MessageKind.DIRECT, facts=facts, user_id=user) for user in people)


def for_closed_hook(maker_id: str) -> Draft:
    """A direct message to the maker of a hook that has ended with a thread."""
    return Draft(kind=MessageKind.DIRECT, facts=message_facts.HookClosed(), user_id=maker_id)


def for_set_aside(*, starting: bool, owner_id: str | None) -> Draft | None:
    """The one message about a message that kept failing inside the bot; None if nobody waits for its thread."""
    if starting:
        if owner_id is None:
            return None
        return Draft(kind=MessageKind.PRIVATE, facts=message_facts.FollowSetAside(), user_id=owner_id)
    return Draft(kind=MessageKind.TROUBLE, facts=message_facts.PostingSetAside())


def _warnings(
    kinds: Sequence[FindingKind],
    *,
    replied: Collection[FindingKind] = (),
    earlier: Collection[FindingKind] = (),
) -> list[Draft]:
    """A reply about each kind that has none yet, as long as there are not too many."""
    new = [kind for kind in errors_first(kinds) if kind not in replied]
    return [
        Draft(kind=MessageKind.WARNINGS, facts=message_facts.Warnings(kind=kind, earlier=kind in earlier))
        for kind in new[: max(MAX_KINDS - len(replied), 0)]
    ]


def _trouble(trouble: TroubleStarted | TroubleOver, now: datetime) -> Draft:
    return for_trouble(replace(trouble, since=trouble.since or now))
