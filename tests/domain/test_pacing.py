from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from benchmarks.pacing_alone import run
from bot.domain.pacing import EDITS, FAIR_AFTER, Budgets, Method, Telling, Urgency, Work, next_tellings

START = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)
#: so long after the start that every bucket is full
LATER = START + timedelta(minutes=5)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def work(
    number: int,
    kind: Telling = Telling.CARD_EDIT,
    urgency: Urgency = Urgency.PROGRESS,
    *,
    waits: float = 1.0,
    channel: str | None = None,
    change: float = 0.0,
    terminal: bool = False,
) -> Work:
    return Work(
        subscription_id=number,
        channel_id=channel or f"C{number}",
        kind=kind,
        urgency=urgency,
        since=LATER - timedelta(seconds=waits),
        change=change,
        terminal=terminal,
    )


def order(items: list[Work], turns: int = 50) -> list[int]:
    """The subscriptions in the order in which they are told, one call a turn, each as soon as it may be made."""
    budgets, now, told = Budgets.opened(START), LATER, list[int]()
    for _ in range(turns):
        chosen, budgets, until = next_tellings(items, budgets, now, 1)
        told += [item.subscription_id for item in chosen]
        items = [item for item in items if item not in chosen]
        now = until or now
    return told


def test_nothing_to_tell_is_nothing_to_wait_for() -> None:
    budgets = Budgets.opened(START)
    assert next_tellings((), budgets, LATER, 10) == ((), budgets, None)


def test_a_new_holder_starts_with_empty_budgets() -> None:
    items = [work(1), work(2, Telling.ROOT, Urgency.FIRST_CARD)]
    budgets = Budgets.opened(START)
    assert [budgets.tokens(method, START) for method in Method] == [0, 0, 0, 0]
    assert next_tellings(items, budgets, START, 10) == ((), budgets, at(1.1))
    chosen, _, _ = next_tellings(items, budgets, at(1.25), 10)
    assert chosen == (items[1], items[0])


def test_posts_go_by_urgency_and_then_by_age() -> None:
    items = [
        work(1, Telling.PHASE, Urgency.PROGRESS, waits=9),
        work(2, Telling.TROUBLE, Urgency.TROUBLE, waits=8),
        work(3, Telling.WARNINGS, Urgency.WARNING, waits=7),
        work(4, Telling.ROOT, Urgency.FIRST_CARD, waits=6),
        work(5, Telling.COMPLETION, Urgency.COMPLETION, waits=4),
        work(6, Telling.WARNINGS, Urgency.COMPLETION, waits=5),
    ]
    assert next_tellings(items, Budgets.opened(START), LATER, 10)[0] == tuple(reversed(items))


def test_one_post_a_channel_and_second() -> None:
    items = [work(number, Telling.ROOT, Urgency.FIRST_CARD, waits=9 - number, channel="C") for number in range(3)]
    chosen, budgets, until = next_tellings(items, Budgets.opened(START), LATER, 10)
    assert (chosen, until) == ((items[0],), None)
    chosen, budgets, until = next_tellings(items[1:], budgets, LATER, 10)
    assert (chosen, until) == ((), LATER + timedelta(seconds=1.1))
    assert next_tellings(items[1:], budgets, until, 10)[0] == (items[1],)


def test_a_busy_channel_holds_up_no_other() -> None:
    items = [
        work(1, Telling.COMPLETION, Urgency.COMPLETION, waits=3, channel="C"),
        work(2, Telling.COMPLETION, Urgency.COMPLETION, waits=2, channel="C"),
        work(3, Telling.WARNINGS, Urgency.WARNING, channel="D"),
    ]
    assert next_tellings(items, Budgets.opened(START), LATER, 10)[0] == (items[0], items[2])


def test_a_completion_is_passed_over_for_nothing_else() -> None:
    items = [work(n, Telling.COMPLETION, Urgency.COMPLETION, waits=1) for n in range(40)]
    items += [work(n, Telling.PHASE, Urgency.PROGRESS, waits=900) for n in range(40, 80)]
    assert order(items, 200)[:40] == list(range(40))


def test_the_edit_that_shows_the_end_goes_before_progress() -> None:
    assert order([work(1, waits=900, change=50), work(2, terminal=True)]) == [2, 1]


def test_a_starving_card_still_moves() -> None:
    items = [work(number, terminal=True, waits=20 - number) for number in range(10)]
    items += [work(10, waits=900), work(11, waits=800)]
    assert order(items) == [0, 1, 2, 3, 10, 4, 5, 6, 7, 11, 8, 9]
    assert FAIR_AFTER == 4


def test_progress_goes_by_staleness_and_by_the_size_of_the_change() -> None:
    assert order(
        [work(1, waits=60), work(2, waits=50), work(3, waits=50, change=10), work(4, waits=45, change=90)]
    ) == [
        4,
        3,
        1,
        2,
    ]


def test_posts_never_hold_up_the_cards() -> None:
    items = [work(number, Telling.WARNINGS, Urgency.WARNING) for number in range(20)] + [work(20)]
    assert next_tellings(items, Budgets.opened(START), LATER, 4)[0] == (*items[:3], items[20])


def test_a_paused_method_waits_and_pauses_no_other() -> None:
    items = [work(1), work(2, Telling.ROOT, Urgency.FIRST_CARD)]
    until = LATER + timedelta(seconds=30)
    budgets = Budgets.opened(START).paused(Method.UPDATE, until)
    chosen, budgets, _ = next_tellings(items, budgets, LATER, 10)
    assert chosen == (items[1],)
    assert next_tellings(items[:1], budgets, LATER, 10)[2] == until
    assert next_tellings(items[:1], budgets, until, 10)[0] == (items[0],)


def test_a_pause_that_outlived_its_holder_still_holds() -> None:
    until = START + timedelta(minutes=10)
    budgets = Budgets.opened(START, pauses={Method.POST: until})
    assert next_tellings([work(1, Telling.ROOT)], budgets, LATER, 10)[2] == until


def test_after_a_pause_there_is_no_burst() -> None:
    until = LATER + timedelta(seconds=30)
    assert Budgets.opened(START).paused(Method.POST, until).tokens(Method.POST, until) == 1


def test_a_call_that_was_not_needed_costs_nothing() -> None:
    budgets = Budgets.opened(START)
    for method in Method:
        assert budgets.spent(method, LATER).unspent(method).tokens(method, LATER) == budgets.tokens(method, LATER)


def test_calls_that_did_not_ask_are_counted_too() -> None:
    budgets = Budgets.opened(START)
    assert budgets.tokens(Method.USER_INFO, LATER) == 6
    assert budgets.spent(Method.USER_INFO, LATER).tokens(Method.USER_INFO, LATER) == 5
    spent = budgets.spent(Method.POST, LATER, "C1")
    assert next_tellings([work(1, Telling.ROOT)], spent, LATER, 10)[0] == ()


works = st.lists(
    st.builds(
        work,
        st.integers(0, 10**6),
        st.sampled_from(Telling),
        st.sampled_from(Urgency),
        waits=st.floats(0, 3600),
        channel=st.sampled_from(["C1", "C2", "C3", "C4"]),
        change=st.floats(0, 100),
        terminal=st.booleans(),
    ),
    max_size=60,
    unique_by=lambda item: item.subscription_id,
)


def drained(
    arrivals: list[list[Work]], sleeps: list[float], limit: int, seen: Callable[[Work, datetime, list[Work]], None]
) -> int:
    """Tell everything that arrives, in turns of any length; how many turns it took."""
    budgets, now, waiting, turns = Budgets.opened(LATER), LATER, list[Work](), 0
    while arrivals or waiting:
        waiting += arrivals.pop(0) if arrivals else []
        chosen, budgets, until = next_tellings(waiting, budgets, now, limit)
        assert len(chosen) <= limit
        assert bool(chosen) or until is not None or not waiting
        for item in chosen:
            seen(item, now, waiting)
        waiting = [item for item in waiting if item not in chosen]
        pause = sleeps[turns % len(sleeps)]
        now = max(now + timedelta(seconds=pause), until or now)
        turns += 1
    return turns


many_works = st.lists(works, max_size=5).map(
    lambda arrivals: [
        [replace(item, subscription_id=100 * turn + number) for number, item in enumerate(items)]
        for turn, items in enumerate(arrivals)
    ]
)
pauses = st.lists(st.floats(0, 30), min_size=1, max_size=5)


@settings(deadline=None)
@given(many_works, pauses, st.integers(1, 70))
def test_no_limit_is_ever_passed_and_everything_is_told(
    arrivals: list[list[Work]], sleeps: list[float], limit: int
) -> None:
    expected = sum(map(len, arrivals))
    calls: dict[str, list[datetime]] = {"edits": [], "posts": []}

    def seen(item: Work, now: datetime, _: list[Work]) -> None:
        if item.kind in EDITS:
            calls["edits"].append(now)
        else:
            calls["posts"].append(now)
            calls.setdefault(item.channel_id, []).append(now)

    drained(list(arrivals), sleeps, limit, seen)
    assert len(calls["edits"]) + len(calls["posts"]) == expected
    for key, times in calls.items():
        most, window = {"edits": (50, 61), "posts": (240, 60)}.get(key, (1, 1))
        for index, time in enumerate(times[most:]):
            assert time - times[index] > timedelta(seconds=window)


@settings(deadline=None)
@given(many_works, pauses)
def test_a_post_goes_only_where_no_completion_could(arrivals: list[list[Work]], sleeps: list[float]) -> None:
    def seen(item: Work, _: datetime, waiting: list[Work]) -> None:
        if item.kind not in EDITS and item.urgency is not Urgency.COMPLETION:
            in_channel = [other for other in waiting if other.channel_id == item.channel_id]
            posts = [other for other in in_channel if other.kind not in EDITS]
            assert [other for other in posts if other.urgency is Urgency.COMPLETION] == []

    drained(list(arrivals), sleeps, 64, seen)


@given(works, st.integers(2, 64))
def test_what_may_be_told_is_told(items: list[Work], limit: int) -> None:
    chosen, budgets, until = next_tellings(items, Budgets.opened(START), LATER, limit)
    left = [item for item in items if item not in chosen]
    blocked = {item.channel_id for item in chosen if item.kind not in EDITS}
    sendable = [item for item in left if item.kind not in EDITS and item.channel_id not in blocked]
    edits = [item for item in left if item.kind in EDITS] if budgets.tokens(Method.UPDATE, LATER) else []
    assert len(chosen) == limit or (sendable, edits) == ([], [])
    assert until is None


@pytest.mark.parametrize("kind", [Telling.CARD_EDIT, Telling.PHASE])
def test_what_waits_longest_is_told_although_more_urgent_work_never_ends(kind: Telling) -> None:
    patient = work(0, kind, waits=900)
    urgent_kind = Telling.WARNINGS if kind is Telling.PHASE else Telling.CARD_EDIT
    budgets, now, turns = Budgets.opened(START), LATER, 0
    chosen: tuple[Work, ...] = ()
    while patient not in chosen:
        pressing = [work(turns * 100 + n, urgent_kind, Urgency.WARNING, terminal=True) for n in range(1, 60)]
        chosen, budgets, _ = next_tellings([*pressing, patient], budgets, now, 1)
        now += timedelta(seconds=1.25)
        turns += 1
    assert turns == FAIR_AFTER + 1


def test_a_thousand_threads_are_told_in_time_and_within_the_limits() -> None:
    result = run(seed=1, lasts=1200.0)
    assert result.refused == 0
    assert len(result.completions) == 334
    assert result.completion_p99 <= 3.0
    assert result.age_of_best <= 1.9
