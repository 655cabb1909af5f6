from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from bot.domain.changes import Finished, Found, PhaseChanged, Progressed
from bot.domain.decide import DEFAULT_PAUSE, MAX_CRASHES, SHORTEST_PAUSE, decide, decide_after_crash, phase_changed
from bot.domain.message_facts import TroubleOver, TroubleStarted
from bot.domain.poll_interval import LONGEST, Bounds
from bot.domain.poll_result import (
    AccessDenied,
    Misconfigured,
    NotFound,
    PauseScope,
    PollResult,
    RateLimited,
    Seen,
    Unavailable,
    Unreadable,
)
from bot.domain.samples import Sample
from bot.domain.snapshot import Finding, Kind, Snapshot, StatusMessage
from bot.domain.states import Outcome, Trouble
from bot.domain.task_state import Decision, Pause, TaskState, found_nothing_new

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
BOUNDS = Bounds(min_seconds=2, max_seconds=60)
NEW = TaskState(remote_id="1", created_at=NOW)
COPYING = Snapshot(
    remote_id="1",
    kind=Kind.COPY,
    percent=40,
    finished=False,
    successful=False,
    status=StatusMessage(key="STATUS_COPIED_PAGES", args=("40", "100")),
    done=40,
    total=100,
)
LOST = Finding(key="WARN_RENAME_PAGE", args=("A", "B"), identity="a")
DOWN = Unavailable(reason="HTTP 503")


def at(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def look(
    before: TaskState,
    answer: PollResult,
    *,
    seconds: float = 0,
    known: dict[str, int | None] | None = None,
    down: bool = False,
) -> Decision:
    return decide(before, answer, known=known or {}, now=at(seconds), bounds=BOUNDS, jitter=1.0, site_down=down)


def seen(snapshot: Snapshot = COPYING, *found: Finding) -> Seen:
    digest = "".join(finding.identity for finding in found)
    listed = replace(snapshot, findings_digest=digest, findings_count=len(found))
    return Seen(snapshot=listed, findings=found)


FIRST = look(NEW, seen()).after


def test_the_first_look_is_the_beginning() -> None:
    assert look(NEW, seen()) == Decision(
        after=TaskState(
            remote_id="1",
            created_at=NOW,
            snapshot=COPYING,
            samples=(Sample(at=NOW.timestamp(), percent=40, done=40),),
            checked_at=NOW,
            moved_at=NOW,
            unchanged_since=NOW,
        ),
        due_at=at(2),
        changes=(
            Progressed(before=None, after=40, done=40, total=100),
            PhaseChanged(before=None, after=COPYING.status),
        ),
        findings=(),
        card_changed=True,
        site_healthy=True,
        credential_accepted=True,
    )


def test_a_look_that_finds_nothing_new_changes_the_time_alone() -> None:
    later = look(FIRST, seen(replace(COPYING, elapsed_ms=20_000)), seconds=20)
    assert (later.changes, later.card_changed, later.troubles) == ((), False, ())
    assert replace(later.after, snapshot=COPYING, checked_at=NOW) == FIRST
    assert found_nothing_new(FIRST, later.after)


@pytest.mark.parametrize("place", [{"destination_url": "/spaces/DEST/pages/7/Handbook"}, {"destination_id": "7"}])
def test_a_card_changes_as_soon_as_the_place_is_known(place: dict[str, str]) -> None:
    known = replace(COPYING, **place)
    first = look(FIRST, seen(known), seconds=5)
    again = look(first.after, seen(known), seconds=10)
    assert [(one.changes, one.card_changed) for one in (first, again)] == [((), True), ((), False)]
    assert not found_nothing_new(FIRST, first.after)


@pytest.mark.parametrize(
    "after",
    [
        look(FIRST, seen(replace(COPYING, percent=41)), seconds=9).after,
        look(FIRST, seen(COPYING, LOST), seconds=9).after,
        look(FIRST, DOWN, seconds=9).after,
        look(FIRST, NotFound(), seconds=9).after,
        look(NEW, DOWN).after,
    ],
)
def test_whatever_differs_is_something_new(after: TaskState) -> None:
    assert not found_nothing_new(FIRST, after)


def test_a_new_finding_is_found_once() -> None:
    one = look(FIRST, seen(COPYING, LOST), seconds=5)
    again = look(one.after, seen(COPYING, LOST), seconds=10, known={"a": None})
    assert (one.changes, one.after.found, again.changes, again.after.found) == ((Found(finding=LOST),), 1, (), 1)


def test_the_end_is_the_last_look() -> None:
    done = replace(COPYING, percent=100, finished=True, successful=True)
    last = look(FIRST, seen(done), seconds=30)
    assert (last.after.outcome, last.due_at, last.card_changed) == (Outcome.FINISHED, None, True)
    assert last.changes[-1] == Finished(outcome=Outcome.FINISHED)
    assert look(last.after, seen(), seconds=60) == Decision(after=last.after, due_at=None)
    assert decide_after_crash(last.after, now=at(60), bounds=BOUNDS, jitter=0) == Decision(
        after=last.after, due_at=None
    )


def test_an_earlier_finding_makes_the_end_one_with_problems() -> None:
    done = replace(COPYING, percent=100, finished=True, successful=True)
    before = look(FIRST, seen(COPYING, LOST), seconds=5).after
    assert look(before, seen(done), seconds=30, known={"a": None}).after.outcome is Outcome.PROBLEMS


def test_a_final_report_below_100_is_the_end_after_two_minutes_without_change() -> None:
    report = replace(
        COPYING,
        percent=80,
        finished=None,
        successful=True,
        status=StatusMessage(key="STATUS_COPIED_PAGES", args=("42",)),
    )
    before = look(FIRST, seen(report), seconds=10).after
    assert look(before, seen(report), seconds=129).after.outcome is Outcome.FOLLOWING
    assert look(before, seen(report), seconds=130).after.outcome is Outcome.FINISHED
    moved = look(before, seen(replace(report, percent=81)), seconds=129).after
    assert look(moved, seen(replace(report, percent=81)), seconds=130).after.outcome is Outcome.FOLLOWING


@pytest.mark.parametrize(
    ("misses", "outcome"),
    [
        ((0, 15), Outcome.FOLLOWING),
        ((0, 1, 2, 3, 29.9), Outcome.FOLLOWING),
        ((0, 29, 30), Outcome.UNKNOWN),
        ((0, 30), Outcome.FOLLOWING),
    ],
)
def test_three_404_in_a_row_over_half_a_minute_are_the_end(misses: tuple[float, ...], outcome: Outcome) -> None:
    state = FIRST
    for seconds in misses:
        state = look(state, NotFound(), seconds=60 + seconds).after
    assert (state.outcome, state.snapshot, state.samples) == (outcome, FIRST.snapshot, FIRST.samples)


@pytest.mark.parametrize("between", [seen(), DOWN, Unreadable(reason="a page"), Misconfigured(status=302)])
def test_any_other_result_between_them_restarts_the_count(between: PollResult) -> None:
    state = FIRST
    for number, answer in enumerate((NotFound(), NotFound(), between, NotFound())):
        state = look(state, answer, seconds=60 + 20 * number).after
    assert (state.outcome, state.misses, state.missed_since) == (Outcome.FOLLOWING, 1, at(120))


@pytest.mark.parametrize(
    ("answer", "trouble", "error"),
    [
        (DOWN, Trouble.DOWN, "HTTP 503"),
        (Unreadable(reason="a page"), Trouble.UNREADABLE, "a page"),
        (Misconfigured(status=410), Trouble.MISCONFIGURED, "HTTP 410"),
    ],
)
def test_a_long_task_that_alone_keeps_failing_is_announced_after_five_minutes(
    answer: PollResult, trouble: Trouble, error: str
) -> None:
    first = look(FIRST, answer, seconds=60)
    assert (first.troubles, first.site_healthy, first.credential_accepted, first.error) == ((), False, None, error)
    soon = look(first.after, answer, seconds=359)
    announced = look(soon.after, answer, seconds=360)
    again = look(announced.after, answer, seconds=420)
    assert (soon.troubles, announced.troubles, again.troubles) == (
        (),
        (TroubleStarted(trouble=trouble, since=at(60)),),
        (),
    )
    assert (announced.after.trouble_since, announced.card_changed, again.card_changed) == (at(60), True, False)
    back = look(again.after, seen(), seconds=480)
    assert (back.troubles, back.after.trouble) == ((TroubleOver(trouble=trouble, since=at(60)),), None)


def test_while_the_site_is_down_a_long_task_is_not_announced_and_goes_behind_the_others() -> None:
    failing = look(FIRST, DOWN, seconds=60).after
    later = look(failing, DOWN, seconds=1000, down=True)
    assert later == Decision(after=failing, due_at=at(1002), site_healthy=False, error="HTTP 503")


def test_the_retry_after_of_a_503_is_respected() -> None:
    assert look(FIRST, Unavailable(reason="HTTP 503", retry_after=900), seconds=60).due_at == at(960)


@pytest.mark.parametrize("status", [401, 403])
def test_a_refusal_concerns_the_account_and_not_the_site(status: int) -> None:
    refused = look(FIRST, AccessDenied(status=status), seconds=60)
    assert refused == Decision(
        after=replace(FIRST, failing_since=at(60)),
        due_at=at(90),
        site_healthy=True,
        credential_accepted=False,
        error=f"HTTP {status}",
    )


def test_a_refusal_that_lasts_is_asked_about_less_often_and_announced_after_five_minutes() -> None:
    times, waits, troubles = (60, 90, 120, 180, 359, 360, 1800), [], []
    before = FIRST
    for seconds in times:
        decision = look(before, AccessDenied(status=403), seconds=seconds)
        assert decision.due_at is not None
        waits.append((decision.due_at - at(seconds)).total_seconds())
        troubles.append((decision.troubles, decision.card_changed))
        before = decision.after
    quiet = ((), False)
    started = ((TroubleStarted(trouble=Trouble.ACCESS_LOST, since=at(60)),), True)
    assert waits == [30, 30, 60, 120, 299, 300, 900]
    assert troubles == [quiet, quiet, quiet, quiet, quiet, started, quiet]
    assert (before.trouble, before.trouble_since) == (Trouble.ACCESS_LOST, at(60))
    back = look(before, seen(), seconds=2000)
    assert back.troubles == (TroubleOver(trouble=Trouble.ACCESS_LOST, since=at(60)),)
    assert (back.after.trouble, back.after.failing_since) == (None, None)


def test_a_404_that_not_every_account_got_does_not_count_and_is_announced_like_a_refusal() -> None:
    missed = look(FIRST, NotFound(), seconds=60).after
    partly = look(missed, NotFound(by_all=False), seconds=75)
    assert partly == Decision(
        after=replace(FIRST, failing_since=at(75)),
        due_at=at(105),
        site_healthy=True,
        credential_accepted=True,
        error="HTTP 404",
    )
    assert look(partly.after, NotFound(by_all=False), seconds=375).troubles == (
        TroubleStarted(trouble=Trouble.ACCESS_LOST, since=at(75)),
    )


@pytest.mark.parametrize(
    ("retry_after", "length"),
    [(1847.0, timedelta(seconds=1847)), (None, DEFAULT_PAUSE), (0.0, SHORTEST_PAUSE), (86_400.0, timedelta(days=1))],
)
@pytest.mark.parametrize("scope", PauseScope)
def test_a_429_is_a_pause_for_as_long_as_it_says(
    retry_after: float | None, length: timedelta, scope: PauseScope
) -> None:
    limited = look(FIRST, RateLimited(retry_after=retry_after, scope=scope, reason="why"), seconds=60)
    pause = Pause(scope=scope, until=at(60) + length, reason="why")
    assert limited == Decision(after=FIRST, due_at=pause.until, pause=pause, error="HTTP 429")


def test_a_stall_begins_once_and_ends_with_movement() -> None:
    almost = look(FIRST, seen(), seconds=899)
    began = look(almost.after, seen(), seconds=900)
    later = look(began.after, seen(), seconds=5000)
    moved = look(later.after, seen(replace(COPYING, percent=41)), seconds=6000)
    assert [one.troubles for one in (almost, began, later, moved)] == [
        (),
        (TroubleStarted(trouble=Trouble.STALLED, since=NOW),),
        (),
        (TroubleOver(trouble=Trouble.STALLED, since=NOW),),
    ]
    assert (began.after.trouble_since, later.due_at, later.after.outcome) == (NOW, at(5000 + 720), Outcome.FOLLOWING)


def test_a_stall_needs_five_usual_steps_where_the_steps_are_long() -> None:
    state = NEW
    for number in range(4):
        state = look(state, seen(replace(COPYING, percent=number)), seconds=1200 * number).after
    assert look(state, seen(replace(COPYING, percent=3)), seconds=3600 + 5999).troubles == ()
    assert look(state, seen(replace(COPYING, percent=3)), seconds=3600 + 6000).troubles != ()


def test_after_seven_days_without_movement_the_result_is_unknown() -> None:
    week = 7 * 86_400
    assert look(FIRST, seen(), seconds=week - 1).after.outcome is Outcome.FOLLOWING
    last = look(FIRST, seen(), seconds=week)
    assert (last.after.outcome, last.due_at, last.card_changed, last.after.snapshot) == (
        Outcome.UNKNOWN,
        None,
        True,
        COPYING,
    )


def test_five_crashes_set_it_aside() -> None:
    state, dues = FIRST, []
    for number in range(MAX_CRASHES):
        crashed = decide_after_crash(state, now=at(60 * number), bounds=BOUNDS, jitter=1.0)
        state = crashed.after
        dues.append(crashed.due_at)
    assert dues == [at(2), at(64), at(128), at(196), None]
    assert (state.outcome, state.trouble, state.trouble_since, state.snapshot) == (
        Outcome.UNKNOWN,
        Trouble.SET_ASIDE,
        at(240),
        COPYING,
    )


def test_a_good_look_forgets_the_crashes_before() -> None:
    crashed = decide_after_crash(FIRST, now=at(10), bounds=BOUNDS, jitter=1.0).after
    assert (crashed.crashes, look(crashed, seen(), seconds=20).after.crashes) == (1, 0)


def test_only_a_change_of_phase_counts_as_one() -> None:
    relinking = replace(COPYING, status=StatusMessage(key="STATUS_RELINK_PAGES"), percent=80)
    assert phase_changed(look(FIRST, seen(relinking), seconds=5).changes)
    assert not phase_changed(look(FIRST, seen(replace(COPYING, percent=41)), seconds=5).changes)


_percents = st.none() | st.floats(0, 100)
_keys = st.sampled_from(["STATUS_COPYING_PAGES", "STATUS_COPIED_PAGES", "STATUS_RELINK_PAGES", "STATUS_ODD"])
_snapshots = st.builds(
    Snapshot,
    percent=_percents,
    elapsed_ms=st.none() | st.integers(0, 10**12),
    finished=st.sampled_from([None, False, False, False, True]),
    successful=st.sampled_from([None, True, False]),
    status=st.none() | st.builds(StatusMessage, key=_keys, args=st.sampled_from([(), ("1",), ("1", "2")])),
    done=st.none() | st.integers(0, 10**9),
    findings_digest=st.sampled_from(["", "a", "b"]),
)
_findings = st.lists(
    st.builds(Finding, key=st.just("WARN_X"), identity=st.sampled_from("abcde"), count=st.none() | st.integers(1, 9)),
    max_size=4,
    unique_by=lambda finding: finding.identity,
).map(tuple)
_results = st.one_of(
    st.builds(Seen, snapshot=_snapshots, findings=st.none() | _findings),
    st.just(NotFound()),
    st.builds(AccessDenied, status=st.sampled_from([401, 403])),
    st.builds(Misconfigured, status=st.sampled_from([302, 410])),
    st.builds(RateLimited, retry_after=st.none() | st.floats(0, 31 * 86_400), scope=st.sampled_from(list(PauseScope))),
    st.builds(Unavailable, reason=st.just("x"), retry_after=st.none() | st.floats(0, 86_400)),
    st.builds(Unreadable, reason=st.just("y")),
    st.none(),
)
_courses = st.lists(
    st.tuples(_results, st.sampled_from([0.0, 0.5, 20.0, 400.0, 1000.0, 90_000.0]), st.booleans(), st.floats(0, 1)),
    max_size=30,
)


#: results (None: a crash), each with the seconds before it, whether the site is down, and the jitter
Moves = list[tuple[PollResult | None, float, bool, float]]


def course_of(moves: Moves) -> list[tuple[datetime, TaskState, PollResult | None, Decision]]:
    """Looks one after another: the time, the state before, the result, the decision."""
    state, now, known = NEW, NOW, dict[str, int | None]()
    course = []
    for result, wait, down, jitter in moves:
        now += timedelta(seconds=wait)
        if result is None:
            found = decide_after_crash(state, now=now, bounds=BOUNDS, jitter=jitter)
        else:
            found = decide(state, result, known=known, now=now, bounds=BOUNDS, jitter=jitter, site_down=down)
        known |= {
            change.finding.identity: change.finding.count for change in found.changes if isinstance(change, Found)
        }
        course.append((now, state, result, found))
        state = found.after
    return course


@given(_courses)
def test_a_terminal_outcome_stays(moves: Moves) -> None:
    course = course_of(moves)
    for (*_, earlier), (*_, later) in pairwise(course):
        if earlier.after.outcome is not Outcome.FOLLOWING:
            assert later == Decision(after=earlier.after, due_at=None)


@given(_courses)
def test_what_goes_on_is_due_within_bounds_and_what_has_ended_never(moves: Moves) -> None:
    for now, _, result, found in course_of(moves):
        if found.after.outcome is not Outcome.FOLLOWING:
            assert found.due_at is None
            continue
        assert found.due_at is not None
        asked = getattr(result, "retry_after", None) or 0.0
        latest = max(LONGEST.total_seconds(), asked)
        assert BOUNDS.min_seconds <= (found.due_at - now).total_seconds() <= latest + 0.001


@given(_courses)
def test_troubles_begin_and_end_by_turns(moves: Moves) -> None:
    troubles = [trouble for *_, found in course_of(moves) for trouble in found.troubles]
    for number, trouble in enumerate(troubles):
        assert isinstance(trouble, TroubleOver if number % 2 else TroubleStarted)
        if number % 2:
            assert trouble.trouble is troubles[number - 1].trouble


@given(_courses)
def test_every_finding_is_found_once_and_counted(moves: Moves) -> None:
    course = course_of(moves)
    found = [change.finding.identity for *_, one in course for change in one.changes if isinstance(change, Found)]
    assert len(found) == len(set(found))
    if course:
        assert course[-1][3].after.found == len(found)


@given(_courses)
def test_only_a_good_look_moves_what_is_known(moves: Moves) -> None:
    for _, before, result, found in course_of(moves):
        if not isinstance(result, Seen):
            kept = ("snapshot", "samples", "found", "checked_at", "moved_at", "unchanged_since")
            assert [getattr(before, name) for name in kept] == [getattr(found.after, name) for name in kept]


@given(_courses)
def test_a_card_changes_whenever_what_it_shows_does(moves: Moves) -> None:
    for _, before, _, found in course_of(moves):
        same = (before.outcome, before.trouble) == (found.after.outcome, found.after.trouble) and not found.changes
        assert found.card_changed or same
