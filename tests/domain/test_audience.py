"""Who reads a channel decides what may be said there."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.audience import Audience, KnownChannel, audience_of, is_to_be_asked
from bot.domain.channel_settings import ChannelSettings
from bot.domain.states import Sharing, Titles

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
SHOWN, COUNTS = Audience(titles=Titles.SHOWN), Audience(titles=Titles.COUNTS)
LACKING = Audience(titles=Titles.COUNTS, scope_missing=True)


def known(sharing: Sharing | None, *, hours: float = 0.0) -> KnownChannel:
    return KnownChannel(sharing=sharing, asked_at=NOW - timedelta(hours=hours))


@pytest.mark.parametrize(
    ("channel_id", "channel", "shown", "counts"),
    [
        ("C1", known(Sharing.OWN), SHOWN, COUNTS),
        ("C1", known(Sharing.OWN, hours=23.9), SHOWN, COUNTS),
        ("C1", known(Sharing.OWN, hours=24), COUNTS, COUNTS),
        ("C1", known(Sharing.SHARED), COUNTS, COUNTS),
        ("C1", known(Sharing.SHARED, hours=24), COUNTS, COUNTS),
        ("C1", known(Sharing.HIDDEN), LACKING, COUNTS),
        ("C1", known(Sharing.HIDDEN, hours=24), COUNTS, COUNTS),
        ("C1", known(None), COUNTS, COUNTS),
        ("C1", None, COUNTS, COUNTS),
        ("G1", None, COUNTS, COUNTS),
        ("D1", None, SHOWN, COUNTS),
        ("U1", None, SHOWN, COUNTS),
        ("W1", None, SHOWN, COUNTS),
        ("D1", known(Sharing.SHARED), SHOWN, COUNTS),
    ],
)
def test_titles_are_shown_only_where_no_other_organisation_reads_for_certain(
    channel_id: str, channel: KnownChannel | None, shown: Audience, counts: Audience
) -> None:
    audiences = [audience_of(channel_id, channel, setting=setting, now=NOW) for setting in Titles]
    assert audiences == [shown, counts]


@pytest.mark.parametrize("sharing", [None, *Sharing])
@pytest.mark.parametrize("setting", list(Titles))
def test_where_a_channel_is_set_to_numbers_only_no_thread_of_it_shows_titles(
    sharing: Sharing | None, setting: Titles
) -> None:
    channel = KnownChannel(sharing=sharing, asked_at=NOW, settings=ChannelSettings(titles=Titles.COUNTS))

    assert [audience_of(each, channel, setting=setting, now=NOW) for each in ("C1", "D1")] == [COUNTS, COUNTS]


@pytest.mark.parametrize(
    ("channel_id", "channel", "asked"),
    [
        ("C1", None, True),
        ("C1", known(None), True),
        ("C1", known(Sharing.OWN, hours=19.9), False),
        ("C1", known(Sharing.OWN, hours=20), True),
        ("C1", known(Sharing.SHARED, hours=19.9), False),
        ("C1", known(Sharing.SHARED, hours=20), True),
        ("C1", known(Sharing.HIDDEN, hours=0.9), False),
        ("C1", known(Sharing.HIDDEN, hours=1), True),
        ("D1", None, False),
        ("U1", None, False),
    ],
)
def test_slack_is_asked_before_its_answer_is_too_old(
    channel_id: str, channel: KnownChannel | None, asked: bool
) -> None:
    assert is_to_be_asked(channel_id, channel, now=NOW) is asked
