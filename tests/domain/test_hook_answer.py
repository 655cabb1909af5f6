"""Ten calls are taken within any minute, and what a script is answered is stored and read back."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.hook_answer import CALLS, PERIOD, CallAnswer, CallResult, decode, encode, next_call, recent
from bot.domain.states import Outcome

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def ago(*seconds: float) -> list[datetime]:
    """Calls so many seconds ago."""
    return [NOW - timedelta(seconds=each) for each in seconds]


@pytest.mark.parametrize(
    ("calls", "wait"),
    [
        ([], None),
        (ago(*range(9)), None),
        (ago(*range(59, 49, -1)), 1.0),
        (ago(*[0] * 10), 60.0),
        (ago(60, *range(9)), None),
        (ago(59.5, *[1] * 9), 0.5),
    ],
)
def test_the_eleventh_call_waits_until_the_first_is_a_minute_old(calls: list[datetime], wait: float | None) -> None:
    at = next_call(sorted(calls), now=NOW)

    assert (None if at is None else (at - NOW).total_seconds()) == wait


@given(st.lists(st.floats(min_value=0, max_value=30), min_size=1, max_size=60))
def test_within_no_minute_more_than_ten_calls_are_taken(pauses: list[float]) -> None:
    taken: list[datetime] = []
    calls: list[datetime] = []
    now = NOW
    for pause in pauses:
        now += timedelta(seconds=pause)
        if next_call(calls, now=now) is None:
            calls = [*recent(calls, now=now), now]
            taken.append(now)

    assert len(calls) <= CALLS
    assert all(last - first >= PERIOD for first, last in zip(taken, taken[CALLS:], strict=False))


@pytest.mark.parametrize("result", list(CallResult))
def test_an_answer_is_stored_and_read_back(result: CallResult) -> None:
    answer = CallAnswer(result=result, sentence="Not “followed”.", outcome=Outcome.PROBLEMS)

    assert decode(encode(answer)) == answer
