"""Refusals are logged once a minute and kind, with their number."""

from structlog.testing import capture_logs

from bot.web import Refusal, Refusals
from tests.support.clock import Clock


def test_a_thousand_refusals_are_one_line_a_minute_and_none_goes_uncounted(clock: Clock) -> None:
    refusals = Refusals(clock=clock.seconds)
    with capture_logs() as lines:
        for _ in range(1000):
            refusals.add(Refusal.UNSIGNED)
        refusals.add(Refusal.MALFORMED)
        clock.move(60)
        refusals.add(Refusal.UNSIGNED)
        clock.move(59)
        refusals.add(Refusal.UNSIGNED)

    assert [(line["reason"], line["count"]) for line in lines] == [
        (Refusal.UNSIGNED, 1),
        (Refusal.MALFORMED, 1),
        (Refusal.UNSIGNED, 1000),
    ]
