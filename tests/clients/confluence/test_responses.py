"""Waits that a server asks for are read within bounds, whatever it writes."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.clients.confluence.responses import rate_limited, retry_after
from bot.domain.decide import DEFAULT_PAUSE, SHORTEST_PAUSE, pause_of
from bot.domain.poll_result import PauseScope, RateLimited

DATE = "Thu, 26 Nov 2026 12:00:00 GMT"
MONTH = 31 * 86_400
NOW = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("1847", 1847.0),
        ("0", 0.0),
        ("1.5", 1.5),
        (str(MONTH), float(MONTH)),
        (str(MONTH + 1), None),
        ("9" * 400, None),
        ("-5", None),
        ("soon", None),
        ("", None),
        ("Thu, 26 Nov 2026 12:30:47 GMT", 1847.0),
        ("Thu, 26 Nov 2026 14:30:47 +0200", 1847.0),
        ("Thu, 26 Nov 2026 11:00:00 GMT", 0.0),
        ("Sun, 01 Jan 9999 00:00:00 GMT", None),
        ("Mon, 01 Jan 0001 00:00:00 +2359", 0.0),
        ("Mon, 01 Jan 99999 00:00:00 GMT", None),
    ],
)
def test_retry_after_is_a_number_of_seconds_or_a_date_by_the_servers_clock(value: str, seconds: float | None) -> None:
    assert retry_after({"Retry-After": value, "Date": DATE}) == seconds


def test_a_date_without_the_servers_clock_says_nothing() -> None:
    assert retry_after({"Retry-After": "Thu, 26 Nov 2026 12:30:47 GMT"}) is None


@pytest.mark.parametrize(
    ("retry_after", "pause"), [(None, DEFAULT_PAUSE), (0.0, SHORTEST_PAUSE), (float(MONTH), timedelta(days=31))]
)
def test_a_pause_lasts_as_long_as_was_asked_for_within_what_makes_sense(
    retry_after: float | None, pause: timedelta
) -> None:
    asked = RateLimited(retry_after=retry_after, scope=PauseScope.APP)
    assert pause_of(asked, now=NOW).until == NOW + pause


TEXTS = st.text(max_size=60) | st.integers().map(str) | st.floats().map(str) | st.datetimes().map(str) | st.just(DATE)


@given(st.dictionaries(st.sampled_from(["Retry-After", "Date", "X-RateLimit-Reset", "RateLimit-Reason"]), TEXTS))
def test_whatever_the_headers_say_the_pause_is_a_date(headers: dict[str, str]) -> None:
    until = pause_of(rate_limited(headers), now=NOW).until
    assert NOW + SHORTEST_PAUSE <= until <= NOW + timedelta(seconds=MONTH)
