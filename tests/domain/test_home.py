from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.home import (
    CHANNELS_HOLD,
    KEPT_FOR,
    ROWS,
    SPACING,
    SPACING_AFTER_PRESS,
    Channels,
    Home,
    Notice,
    Page,
    Running,
    RunningTask,
    channels_known,
    look_again_at,
    page_of,
    publish_at,
)
from bot.domain.message_facts import decode, encode
from bot.domain.snapshot import Kind, Snapshot
from bot.render.mrkdwn import Mrkdwn

NOW = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
ids = st.lists(st.integers(1, 60), max_size=70)


def ago(**time: float) -> datetime:
    return NOW - timedelta(**time)


def opened(at: datetime, asked_at: datetime | None = None) -> Home:
    return Home(opened_at=at, channels=None if asked_at is None else Channels(at=asked_at, ids=("C1",)))


# -- which lines on which page


@given(ids, ids)
def test_every_thread_is_on_exactly_one_page_with_ones_own_first(mine: list[int], of_others: list[int]) -> None:
    pages = [page_of(mine, of_others, number) for number in range(1, page_of(mine, of_others, 1).pages + 1)]
    own = list(dict.fromkeys(mine))
    others = [row for row in dict.fromkeys(of_others) if row not in own]

    assert [row for page in pages for row in page.mine] == own
    assert [row for page in pages for row in page.of_others] == others
    assert [len(page.mine) + len(page.of_others) for page in pages[:-1]] == [ROWS] * (len(pages) - 1)
    assert [(page.number, page.pages) for page in pages] == [(n + 1, len(pages)) for n in range(len(pages))]


@given(ids, ids, st.integers(-3, 2**31 - 1))
def test_a_page_that_there_is_not_is_the_nearest(mine: list[int], of_others: list[int], number: int) -> None:
    page = page_of(mine, of_others, number)
    assert page == page_of(mine, of_others, min(max(number, 1), page.pages))


def test_a_page_may_hold_the_last_of_ones_own_and_the_first_of_others() -> None:
    mine, of_others = list(range(1, 26)), list(range(101, 141))
    assert page_of(mine, of_others, 2) == Page(
        mine=(21, 22, 23, 24, 25), of_others=tuple(range(101, 116)), number=2, pages=4
    )


# -- when to publish


def test_a_home_that_was_never_published_is_published_at_once() -> None:
    assert publish_at(None, SPACING, now=NOW) == NOW


@given(st.floats(0, 3600), st.sampled_from([SPACING, SPACING_AFTER_PRESS]))
def test_between_two_times_is_the_spacing_and_no_more_than_that(seconds: float, spacing: timedelta) -> None:
    shown_at = ago(seconds=seconds)
    at = publish_at(shown_at, spacing, now=NOW)
    assert at == max(NOW, shown_at + spacing)


@pytest.mark.parametrize(
    ("home", "again"),
    [
        (opened(NOW), NOW + SPACING),
        (opened(ago(minutes=9, seconds=44)), NOW + SPACING),
        (opened(ago(minutes=9, seconds=45)), None),
        (opened(ago(hours=3)), None),
        # What Slack said about the channels holds for ten minutes; a line must not vanish for that.
        (opened(NOW, asked_at=ago(minutes=9, seconds=44)), NOW + SPACING),
        (opened(NOW, asked_at=ago(minutes=9, seconds=45)), None),
    ],
)
def test_a_home_is_looked_at_again_for_ten_minutes(home: Home, again: datetime | None) -> None:
    assert look_again_at(home, now=NOW) == again


@given(st.floats(0, 1200), st.one_of(st.none(), st.floats(0, 1200)))
def test_while_a_home_is_kept_true_the_channels_on_it_are_known(opened_ago: float, asked_ago: float | None) -> None:
    home = opened(ago(seconds=opened_ago), None if asked_ago is None else ago(seconds=asked_ago))
    again = look_again_at(home, now=NOW)
    if again is not None:
        assert again < home.opened_at + KEPT_FOR
        assert asked_ago is None or channels_known(home, now=again) == {"C1"}


def test_channels_are_known_for_ten_minutes_and_not_known_is_not_none() -> None:
    assert channels_known(opened(NOW), now=NOW) is None
    assert channels_known(opened(NOW, NOW), now=NOW + CHANNELS_HOLD - timedelta(seconds=1)) == {"C1"}
    assert channels_known(opened(NOW, NOW), now=NOW + CHANNELS_HOLD) is None
    nothing = Home(opened_at=NOW, channels=Channels(at=NOW))
    assert channels_known(nothing, now=NOW) == frozenset()


# -- what is stored


def test_a_home_is_stored_and_read() -> None:
    home = Home(
        opened_at=NOW,
        page=3,
        channels=Channels(at=NOW, ids=("C1", "G2"), scope_missing=True),
        running=Running(
            at=NOW,
            tasks=(RunningTask(1, Snapshot(remote_id="900400", kind=Kind.COPY, percent=12.5)),),
            others=2,
            has_more=True,
            refused=(Mrkdwn("no"),),
        ),
        notice=Notice(text=Mrkdwn("done"), blocks=({"type": "section"},)),
    )
    assert decode(encode(home)) == home
