"""Which messages a look, a command or a stop leads to."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from bot.domain import message_facts
from bot.domain.changes import PhaseChanged
from bot.domain.message_facts import TroubleOver, TroubleStarted
from bot.domain.message_kinds import MessageKind
from bot.domain.message_plan import (
    MAX_KINDS,
    NAMED,
    Draft,
    for_closed_hook,
    for_decision,
    for_follow,
    for_followers,
    for_lost_thread,
    for_set_aside,
    for_stop,
    for_trouble,
    list_follows,
)
from bot.domain.snapshot import FindingKind, Severity, StatusMessage
from bot.domain.states import LostReason, Outcome, Titles, Trouble, Verbosity
from bot.domain.task_state import Decision, TaskState

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
EARLIER = NOW - timedelta(minutes=5)
ROOT = Draft(kind=MessageKind.ROOT, facts=message_facts.Root())
CARD = Draft(kind=MessageKind.CARD, facts=message_facts.Card())
PHASE = Draft(kind=MessageKind.PHASE, facts=message_facts.NewPhase())
COMPLETION = Draft(kind=MessageKind.COMPLETION, facts=message_facts.Completion())
FILE = Draft(kind=MessageKind.FILE, facts=message_facts.FindingsFile())

NOTHING_NEW = Decision(after=TaskState(remote_id="1", created_at=NOW), due_at=NOW)
RELINKING = replace(NOTHING_NEW, changes=(PhaseChanged(before=None, after=StatusMessage(key="STATUS_RELINK_PAGES")),))
ENDED = replace(RELINKING, after=TaskState(remote_id="1", created_at=NOW, outcome=Outcome.FINISHED), due_at=None)

RENAMED, LEFT = "WARN_RENAME_PAGE", "WARN_IGNORE_VIEW_RESTRICTED"


@pytest.mark.parametrize(
    ("keys", "follows"),
    [
        ((), False),
        ((RENAMED,) * NAMED, False),
        ((RENAMED,) * (NAMED + 1), True),
        ((RENAMED, LEFT) * NAMED, False),
        ((*(RENAMED, LEFT) * NAMED, LEFT), True),
        (tuple(f"WARN_{number}" for number in range(MAX_KINDS)), False),
        (tuple(f"WARN_{number}" for number in range(MAX_KINDS + 1)), True),
    ],
)
def test_the_full_list_follows_if_more_were_found_of_one_kind_or_more_kinds_than_are_named(
    keys: tuple[str, ...], follows: bool
) -> None:
    assert list_follows(keys, Titles.SHOWN) is follows
    assert list_follows(iter(keys), Titles.COUNTS) is False


RENAMES, LEFT_KIND = FindingKind(RENAMED, Severity.WARNING), FindingKind(LEFT, Severity.WARNING)
FAILED = FindingKind("ERROR_COPY_PAGE", Severity.ERROR)


def warnings(kind: FindingKind, *, earlier: bool = False) -> Draft:
    return Draft(kind=MessageKind.WARNINGS, facts=message_facts.Warnings(kind=kind, earlier=earlier))


def planned(
    decision: Decision,
    verbosity: Verbosity,
    *,
    kinds: Sequence[FindingKind] = (),
    replied: Collection[FindingKind] = (),
    found: int = 0,
) -> list[Draft]:
    return list(for_decision(decision, verbosity=verbosity, kinds=kinds, replied=replied, found=found, now=NOW))


@pytest.mark.parametrize(
    ("verbosity", "kinds", "drafts"),
    [
        (Verbosity.NORMAL, (), (ROOT, CARD)),
        (Verbosity.NORMAL, (RENAMES, FAILED), (ROOT, CARD, warnings(FAILED), warnings(RENAMES, earlier=True))),
        (Verbosity.ALL, (RENAMES,), (ROOT, CARD, warnings(RENAMES, earlier=True))),
        (Verbosity.QUIET, (RENAMES, FAILED), (ROOT, CARD)),
    ],
)
def test_a_new_thread_has_root_and_card_and_a_reply_about_each_kind_so_far(
    verbosity: Verbosity, kinds: tuple[FindingKind, ...], drafts: tuple[Draft, ...]
) -> None:
    assert for_follow(verbosity, kinds=kinds, earlier=(RENAMES,)) == drafts


def test_in_a_thread_of_somebody_else_there_is_no_root() -> None:
    drafts = for_follow(Verbosity.NORMAL, kinds=(RENAMES,), earlier=(), is_foreign=True)

    assert drafts == (CARD, warnings(RENAMES))


@pytest.mark.parametrize("verbosity", Verbosity)
def test_a_look_that_finds_nothing_new_leads_to_no_message(verbosity: Verbosity) -> None:
    assert planned(NOTHING_NEW, verbosity, kinds=(RENAMES,), replied=(RENAMES,), found=3) == []


@pytest.mark.parametrize(
    ("verbosity", "drafts"),
    [
        (Verbosity.QUIET, []),
        (Verbosity.NORMAL, [warnings(FAILED), warnings(LEFT_KIND)]),
        (Verbosity.ALL, [warnings(FAILED), warnings(LEFT_KIND), PHASE]),
    ],
)
def test_new_kinds_and_a_new_phase_are_announced_as_the_verbosity_says(
    verbosity: Verbosity, drafts: list[Draft]
) -> None:
    assert planned(RELINKING, verbosity, kinds=(RENAMES, LEFT_KIND, FAILED), replied={RENAMES}, found=5) == drafts


def test_a_thread_has_replies_about_so_many_kinds_at_most() -> None:
    many = [FindingKind(f"WARN_{number}", Severity.WARNING) for number in range(MAX_KINDS + 5)]
    assert planned(NOTHING_NEW, Verbosity.NORMAL, kinds=many) == [warnings(kind) for kind in many[:MAX_KINDS]]
    assert planned(NOTHING_NEW, Verbosity.NORMAL, kinds=many, replied=many[2 : MAX_KINDS + 1]) == [warnings(many[0])]
    assert planned(NOTHING_NEW, Verbosity.NORMAL, kinds=many, replied=many[:MAX_KINDS]) == []
    # Errors of a later look than so many warnings are named by the completion.
    assert planned(NOTHING_NEW, Verbosity.NORMAL, kinds=[*many, FAILED], replied=many[:MAX_KINDS]) == []
    assert planned(NOTHING_NEW, Verbosity.NORMAL, kinds=[*many, FAILED], replied=()) == [
        warnings(kind) for kind in (FAILED, *many[: MAX_KINDS - 1])
    ]


@pytest.mark.parametrize(
    ("verbosity", "found", "drafts"),
    [
        (Verbosity.QUIET, 0, [COMPLETION]),
        (Verbosity.QUIET, NAMED + 1, [COMPLETION, FILE]),
        (Verbosity.NORMAL, NAMED, [COMPLETION]),
        (Verbosity.ALL, NAMED + 1, [COMPLETION, FILE]),
    ],
)
def test_the_end_comes_with_no_new_phase_and_no_reply_about_what_it_brings(
    verbosity: Verbosity, found: int, drafts: list[Draft]
) -> None:
    assert planned(ENDED, verbosity, kinds=(RENAMES, FAILED), replied=(RENAMES,), found=found) == drafts


def test_troubles_are_announced_with_the_time_at_which_they_began() -> None:
    over = TroubleOver(trouble=Trouble.DOWN, since=EARLIER)
    decision = replace(NOTHING_NEW, troubles=(over, TroubleStarted(trouble=Trouble.STALLED)))
    drafts = [for_trouble(over), for_trouble(TroubleStarted(trouble=Trouble.STALLED, since=NOW))]
    assert [draft.kind for draft in drafts] == [MessageKind.TROUBLE] * 2
    assert {verbosity: planned(decision, verbosity) for verbosity in Verbosity} == {
        Verbosity.QUIET: [],
        Verbosity.NORMAL: drafts,
        Verbosity.ALL: drafts,
    }


@pytest.mark.parametrize(
    ("found", "facts"),
    [
        (NAMED, [message_facts.EndForFollower()]),
        (NAMED + 1, [message_facts.EndForFollower(), message_facts.FindingsFile()]),
    ],
)
def test_each_follower_gets_what_the_channel_may_not_see(found: int, facts: list[message_facts.Facts]) -> None:
    assert for_followers(("U1", "U2"), found=found) == tuple(
        Draft(kind=MessageKind.DIRECT, facts=each, user_id=user) for user in ("U1", "U2") for each in facts
    )


def test_the_owner_gets_a_direct_message_if_another_person_stops_the_thread() -> None:
    facts = message_facts.StoppedByOther(by="U2")
    assert for_stop(owner_id="U1", stopped_by="U1") == ()
    assert for_stop(owner_id="U1", stopped_by="U2") == (Draft(kind=MessageKind.DIRECT, facts=facts, user_id="U1"),)


@pytest.mark.parametrize(
    ("reason", "people"),
    [
        (LostReason.DELETED, ("U1", "U2")),
        (LostReason.THREAD_DELETED, ("U1", "U2")),
        (LostReason.ARCHIVED, ("U1",)),
    ],
)
def test_the_people_of_a_lost_thread_get_direct_messages(reason: LostReason, people: tuple[str, ...]) -> None:
    facts = message_facts.ThreadLost(reason=reason)
    drafts = for_lost_thread(reason, starting=False, invitable=True, owner_id="U1", followers=("U1", "U2"))
    assert drafts == tuple(Draft(kind=MessageKind.DIRECT, facts=facts, user_id=user_id) for user_id in people)


@pytest.mark.parametrize(
    ("invitable", "facts"),
    [(True, message_facts.InviteNeeded()), (False, message_facts.ThreadLost(reason=LostReason.GONE))],
)
def test_a_thread_that_is_lost_before_it_begins_is_answered_to_the_person_who_asked(
    invitable: bool, facts: message_facts.Facts
) -> None:
    drafts = for_lost_thread(LostReason.GONE, starting=True, invitable=invitable, owner_id="U1", followers=("U1", "U2"))
    assert drafts == (Draft(kind=MessageKind.PRIVATE, facts=facts, user_id="U1"),)


def test_the_maker_of_a_hook_that_ends_with_a_thread_gets_a_direct_message() -> None:
    facts = message_facts.HookClosed()
    assert for_closed_hook("U2") == Draft(kind=MessageKind.DIRECT, facts=facts, user_id="U2")


def test_a_message_that_is_set_aside_is_reported_in_its_thread_or_to_its_owner() -> None:
    assert [for_set_aside(starting=starting, owner_id="U1") for starting in (True, False)] == [
        Draft(kind=MessageKind.PRIVATE, facts=message_facts.FollowSetAside(), user_id="U1"),
        Draft(kind=MessageKind.TROUBLE, facts=message_facts.PostingSetAside()),
    ]
