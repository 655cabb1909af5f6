from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from benchmarks.pacing_alone import run
from bot.domain.pacing import FAIR_AFTER, Budgets, Candidate, Method, Urgency, next_messages

START = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)
#: so long after the start that every bucket is full
LATER = START + timedelta(minutes=5)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def post(
    number: int,
    urgency: Urgency = Urgency.ROOT,
    *,
    waits: float = 1.0,
    channel: str | None = None,
    posts: int = 1,
) -> Candidate:
    """A message to be posted that has waited for so many seconds, into a channel of its own unless one is named."""
    return Candidate(
        message_id=number,
        channel_id=channel or f"C{number}",
        method=Method.POST,
        urgency=urgency,
        since=LATER - timedelta(seconds=waits),
        posts=posts,
    )


def edit(
    number: int,
    *,
    waits: float = 1.0,
    channel: str | None = None,
    change: float = 0.0,
    terminal: bool = False,
) -> Candidate:
    """A message to be edited that has been stale for so many seconds."""
    return Candidate(
        message_id=number,
        channel_id=channel or f"C{number}",
        method=Method.UPDATE,
        urgency=Urgency.COMPLETION if terminal else Urgency.PROGRESS,
        since=LATER - timedelta(seconds=waits),
        change=change,
        terminal=terminal,
    )


def home(number: int, *, waits: float = 1.0) -> Candidate:
    """A person's home that has waited for so many seconds to be published."""
    return Candidate(
        message_id=number,
        channel_id=f"U{number}",
        method=Method.PUBLISH,
        urgency=Urgency.PROGRESS,
        since=LATER - timedelta(seconds=waits),
    )


def order(items: list[Candidate], turns: int = 50) -> list[int]:
    """The message ids in the order of their calls, one call a turn, each as soon as it may be made."""
    budgets, now, called = Budgets.opened(START), LATER, list[int]()
    for _ in range(turns):
        chosen, budgets, until = next_messages(items, budgets, now, 1)
        called += [item.message_id for item in chosen]
        items = [item for item in items if item not in chosen]
        now = until or now
    return called


def test_without_messages_there_is_nothing_to_wait_for() -> None:
    budgets = Budgets.opened(START)
    assert next_messages((), budgets, LATER, 10) == ((), budgets, None)


def test_after_a_take_over_budgets_are_empty() -> None:
    items = [edit(1), post(2)]
    budgets = Budgets.opened(START)
    assert [budgets.tokens(method, START) for method in Method] == [0, 0, 0]
    assert next_messages(items, budgets, START, 10) == ((), budgets, at(1.1))
    chosen, _, _ = next_messages(items, budgets, at(1.25), 10)
    assert chosen == (items[1], items[0])


def test_posts_go_by_urgency_and_then_by_age() -> None:
    items = [
        post(0, Urgency.PROGRESS, waits=10),
        post(1, Urgency.CARD, waits=9),
        post(2, Urgency.TROUBLE, waits=8),
        post(3, Urgency.WARNING, waits=7),
        post(4, Urgency.ROOT, waits=6),
        post(5, Urgency.COMPLETION, waits=4),
        post(6, Urgency.COMPLETION, waits=5),
    ]
    assert next_messages(items, Budgets.opened(START), LATER, 10)[0] == tuple(reversed(items))


def test_of_ends_of_about_the_same_age_the_one_with_the_fewest_posts_goes_first() -> None:
    ends = [
        post(1, Urgency.COMPLETION, waits=5, posts=3),
        post(2, Urgency.COMPLETION, waits=4, posts=2),
        post(3, Urgency.COMPLETION, waits=3.5, posts=1),
        post(4, Urgency.COMPLETION, waits=1, posts=1),
    ]
    assert order([post(5, waits=900), *ends]) == [3, 2, 1, 4, 5]


def test_no_end_is_passed_over_for_long_by_ends_with_fewer_posts() -> None:
    of_three = post(0, Urgency.COMPLETION, waits=4.1, posts=3)
    assert order([of_three, *(post(n, Urgency.COMPLETION, waits=0) for n in range(1, 9))])[0] == 0


def test_a_card_that_began_with_roots_goes_after_them_and_one_that_waits_long_does_not() -> None:
    roots = [post(number, waits=20) for number in range(10)]
    assert order([*roots, post(10, Urgency.CARD, waits=59.9)]) == list(range(11))
    assert order([*roots, post(10, Urgency.CARD, waits=60)]) == [0, 1, 2, 3, 10, *range(4, 10)]


def test_the_methods_are_named_as_slack_names_them() -> None:
    assert [method.value for method in Method] == ["chat.postMessage", "chat.update", "views.publish"]


def test_of_two_posts_that_wait_equally_long_the_first_listed_goes_first() -> None:
    urgent = [post(number, Urgency.ROOT) for number in range(FAIR_AFTER + 1)]
    equal = [post(number, Urgency.PROGRESS, waits=90, channel="D") for number in (100, 101)]
    assert order([*urgent, *equal])[FAIR_AFTER] == 100


def test_only_posts_into_a_known_channel_keep_that_channel_waiting() -> None:
    budgets = Budgets.opened(START)
    kept = [
        sorted(budgets.spent(method, LATER, channel_id).channels)
        for method, channel_id in ((Method.POST, "C"), (Method.UPDATE, "C"), (Method.POST, None))
    ]
    assert kept == [["C"], [], []]


def test_one_post_a_channel_and_second() -> None:
    items = [post(number, waits=9 - number, channel="C") for number in range(3)]
    chosen, budgets, until = next_messages(items, Budgets.opened(START), LATER, 10)
    assert (chosen, until) == ((items[0],), None)
    chosen, budgets, until = next_messages(items[1:], budgets, LATER, 10)
    assert (chosen, until) == ((), LATER + timedelta(seconds=1.1))
    assert until is not None
    assert next_messages(items[1:], budgets, until, 10)[0] == (items[1],)


def test_a_busy_channel_holds_up_no_other() -> None:
    items = [
        post(1, Urgency.COMPLETION, waits=3, channel="C"),
        post(2, Urgency.COMPLETION, waits=2, channel="C"),
        post(3, Urgency.WARNING, channel="D"),
    ]
    assert next_messages(items, Budgets.opened(START), LATER, 10)[0] == (items[0], items[2])


def test_a_completion_is_never_passed_over() -> None:
    items = [post(n, Urgency.COMPLETION, waits=1) for n in range(40)]
    items += [post(n, Urgency.PROGRESS, waits=900) for n in range(40, 80)]
    assert order(items, 200)[:40] == list(range(40))


def test_the_edit_that_shows_the_end_goes_before_progress() -> None:
    assert order([edit(1, waits=900, change=50), edit(2, terminal=True)]) == [2, 1]


def test_a_starving_card_still_moves() -> None:
    items = [edit(number, terminal=True, waits=20 - number) for number in range(10)]
    items += [edit(10, waits=900), edit(11, waits=800)]
    assert order(items) == [0, 1, 2, 3, 10, 4, 5, 6, 7, 11, 8, 9]
    assert FAIR_AFTER == 4


def test_progress_goes_by_staleness_and_by_the_size_of_the_change() -> None:
    assert order(
        [edit(1, waits=60), edit(2, waits=50), edit(3, waits=50, change=10), edit(4, waits=45, change=90)]
    ) == [
        4,
        3,
        1,
        2,
    ]


def test_a_change_of_twenty_points_counts_in_full_and_one_of_nineteen_does_not() -> None:
    assert order([edit(1, waits=59.9), edit(2, waits=40, change=20)]) == [2, 1]
    assert order([edit(1, waits=59.5), edit(2, waits=40, change=19)]) == [1, 2]


def test_a_post_goes_before_progress_where_only_one_call_fits() -> None:
    items = [edit(1), post(2)]
    assert next_messages(items, Budgets.opened(START), LATER, 1)[0] == (items[1],)


def test_posts_never_hold_up_the_cards() -> None:
    items = [post(number, Urgency.WARNING) for number in range(20)] + [edit(20)]
    assert next_messages(items, Budgets.opened(START), LATER, 4)[0] == (*items[:3], items[20])


def test_a_paused_method_waits_and_pauses_no_other() -> None:
    items = [edit(1), post(2)]
    until = LATER + timedelta(seconds=30)
    budgets = Budgets.opened(START).paused(Method.UPDATE, until)
    chosen, budgets, _ = next_messages(items, budgets, LATER, 10)
    assert chosen == (items[1],)
    assert next_messages(items[:1], budgets, LATER, 10)[2] == until
    assert next_messages(items[:1], budgets, until, 10)[0] == (items[0],)


def test_a_pause_from_before_a_take_over_still_holds() -> None:
    until = START + timedelta(minutes=10)
    budgets = Budgets.opened(START, pauses={Method.POST: until})
    assert next_messages([post(1)], budgets, LATER, 10)[2] == until


def test_after_a_pause_there_is_no_burst() -> None:
    until = LATER + timedelta(seconds=30)
    assert Budgets.opened(START).paused(Method.POST, until).tokens(Method.POST, until) == 1


def test_a_call_that_was_not_needed_costs_nothing() -> None:
    budgets = Budgets.opened(START)
    for method in Method:
        assert budgets.spent(method, LATER).unspent(method).tokens(method, LATER) == budgets.tokens(method, LATER)


def test_calls_that_were_not_chosen_are_counted_too() -> None:
    budgets = Budgets.opened(START)
    assert budgets.tokens(Method.UPDATE, LATER) == 2
    assert budgets.spent(Method.UPDATE, LATER).tokens(Method.UPDATE, LATER) == 1
    spent = budgets.spent(Method.POST, LATER, "C1")
    assert next_messages([post(1)], spent, LATER, 10)[0] == ()


waits, channels = st.floats(0, 3600), st.sampled_from(["C1", "C2", "C3", "C4"])
candidates = st.lists(
    st.one_of(
        st.builds(
            post,
            st.integers(0, 10**6),
            st.sampled_from(Urgency),
            waits=waits,
            channel=channels,
            posts=st.integers(1, 5),
        ),
        st.builds(
            edit,
            st.integers(0, 10**6),
            waits=waits,
            channel=channels,
            change=st.floats(0, 100),
            terminal=st.booleans(),
        ),
    ),
    max_size=60,
    unique_by=lambda item: item.message_id,
)


def drain(
    arrivals: list[list[Candidate]],
    sleeps: list[float],
    limit: int,
    seen: Callable[[Candidate, datetime, list[Candidate]], None],
) -> None:
    """Choose everything that arrives, in turns of any length."""
    budgets, now, waiting, turns = Budgets.opened(LATER), LATER, list[Candidate](), 0
    while arrivals or waiting:
        waiting += arrivals.pop(0) if arrivals else []
        chosen, budgets, until = next_messages(waiting, budgets, now, limit)
        assert len(chosen) <= limit
        assert bool(chosen) or until is not None or not waiting
        for item in chosen:
            seen(item, now, waiting)
        waiting = [item for item in waiting if item not in chosen]
        pause = sleeps[turns % len(sleeps)]
        now = max(now + timedelta(seconds=pause), until or now)
        turns += 1


arriving = st.lists(candidates, max_size=5).map(
    lambda arrivals: [
        [replace(item, message_id=100 * turn + number) for number, item in enumerate(items)]
        for turn, items in enumerate(arrivals)
    ]
)
pauses = st.lists(st.floats(0, 30), min_size=1, max_size=5)


@settings(deadline=None)
@given(arriving, pauses, st.integers(1, 70))
def test_no_limit_is_ever_passed_and_every_message_is_chosen(
    arrivals: list[list[Candidate]], sleeps: list[float], limit: int
) -> None:
    expected = sum(map(len, arrivals))
    calls: dict[str, list[datetime]] = {"edits": [], "posts": []}

    def seen(item: Candidate, now: datetime, _: list[Candidate]) -> None:
        if item.method is Method.UPDATE:
            calls["edits"].append(now)
        else:
            calls["posts"].append(now)
            calls.setdefault(item.channel_id, []).append(now)

    drain(list(arrivals), sleeps, limit, seen)
    assert len(calls["edits"]) + len(calls["posts"]) == expected
    for key, times in calls.items():
        most, window = {"edits": (50, 61), "posts": (240, 60)}.get(key, (1, 1))
        for index, time in enumerate(times[most:]):
            assert time - times[index] > timedelta(seconds=window)


@settings(deadline=None)
@given(arriving, pauses)
def test_a_post_goes_only_where_no_completion_could(arrivals: list[list[Candidate]], sleeps: list[float]) -> None:
    def seen(item: Candidate, _: datetime, waiting: list[Candidate]) -> None:
        if item.method is Method.POST and item.urgency is not Urgency.COMPLETION:
            in_channel = [other for other in waiting if other.channel_id == item.channel_id]
            posts = [other for other in in_channel if other.method is Method.POST]
            assert [other for other in posts if other.urgency is Urgency.COMPLETION] == []

    drain(list(arrivals), sleeps, 64, seen)


@given(candidates, st.integers(2, 64))
def test_every_message_that_may_be_sent_is_chosen(items: list[Candidate], limit: int) -> None:
    chosen, budgets, until = next_messages(items, Budgets.opened(START), LATER, limit)
    left = [item for item in items if item not in chosen]
    blocked = {item.channel_id for item in chosen if item.method is Method.POST}
    sendable = [item for item in left if item.method is Method.POST and item.channel_id not in blocked]
    edits = [item for item in left if item.method is Method.UPDATE] if budgets.tokens(Method.UPDATE, LATER) else []
    assert len(chosen) == limit or (sendable, edits) == ([], [])
    assert until is None


@pytest.mark.parametrize("method", [Method.POST, Method.UPDATE])
def test_the_longest_waiting_message_is_chosen_although_more_urgent_ones_keep_coming(method: Method) -> None:
    if method is Method.POST:
        patient, urgent = post(0, Urgency.PROGRESS, waits=900), post(1, Urgency.WARNING)
    else:
        patient, urgent = edit(0, waits=900), edit(1, terminal=True)
    budgets, now, turns = Budgets.opened(START), LATER, 0
    chosen: tuple[Candidate, ...] = ()
    while patient not in chosen:
        numbers = range(turns * 100 + 1, turns * 100 + 60)
        pressing = [replace(urgent, message_id=number, channel_id=f"C{number}") for number in numbers]
        chosen, budgets, _ = next_messages([*pressing, patient], budgets, now, 1)
        now += timedelta(seconds=1.25)
        turns += 1
    assert turns == FAIR_AFTER + 1


def test_a_thousand_threads_are_delivered_in_time_and_within_the_limits() -> None:
    result = run(seed=1, lasts=1200.0)
    assert result.refused == 0
    assert len(result.completions) == 334
    assert result.completion_p99 <= 3.0
    assert result.age_of_best <= 1.9


@pytest.mark.parametrize(
    ("method", "seconds", "calls"),
    [(Method.POST, 60, 238), (Method.UPDATE, 61, 50), (Method.PUBLISH, 60, 94)],
)
def test_full_budgets_stay_below_slacks_limits(method: Method, seconds: float, calls: int) -> None:
    budgets, count, end = Budgets.opened(START), 0, LATER.timestamp() + seconds + 1e-4
    while (ready := max(budgets.ready_at(method), LATER.timestamp())) <= end:
        budgets = budgets.spent(method, datetime.fromtimestamp(ready, UTC))
        count += 1
    assert count == calls


def test_a_shorter_pause_does_not_end_a_longer_one() -> None:
    until = LATER + timedelta(seconds=100)
    budgets = Budgets.opened(START).paused(Method.POST, until).paused(Method.POST, LATER)
    assert budgets.ready_at(Method.POST) == until.timestamp()
    assert [budgets.tokens(Method.POST, until + timedelta(seconds=seconds)) for seconds in (-1, 0)] == [0, 1]


def test_homes_go_by_wait_in_the_places_that_posts_and_edits_leave() -> None:
    homes = [home(1, waits=1), home(2, waits=3), home(3, waits=2)]
    chosen, budgets, _ = next_messages([*homes, edit(4), post(5)], Budgets.opened(START), LATER, 4)
    assert [item.message_id for item in chosen] == [5, 4, 2, 3]
    assert budgets.tokens(Method.PUBLISH, LATER) == 2


def test_homes_take_no_calls_from_messages_and_wait_for_their_own() -> None:
    budgets, published = Budgets.opened(START), 0
    while budgets.tokens(Method.PUBLISH, LATER):
        (_,), budgets, _ = next_messages([home(published)], budgets, LATER, 8)
        published += 1
    assert published == 4
    assert next_messages([home(9)], budgets, LATER, 8) == ((), budgets, LATER + timedelta(seconds=60 / 90))
    assert len(next_messages([home(9), edit(1), edit(2), post(3)], budgets, LATER, 8)[0]) == 3


def test_homes_rest_while_slack_says_so() -> None:
    until = LATER + timedelta(seconds=30)
    budgets = Budgets.opened(START).paused(Method.PUBLISH, until)
    assert next_messages([home(1)], budgets, LATER, 8) == ((), budgets, until)
