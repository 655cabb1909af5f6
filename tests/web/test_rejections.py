"""Rejections are logged once a minute and kind, with their number."""

from structlog.testing import capture_logs

from bot.web import Rejection, Rejections
from tests.support.clock import Clock


def test_a_thousand_rejections_are_one_line_a_minute_and_none_goes_uncounted(clock: Clock) -> None:
    rejections = Rejections(clock=clock.seconds)
    with capture_logs() as lines:
        for _ in range(1000):
            rejections.add(Rejection.UNSIGNED)
        rejections.add(Rejection.MALFORMED)
        clock.move(60)
        rejections.add(Rejection.UNSIGNED)
        clock.move(59)
        rejections.add(Rejection.UNSIGNED)

    assert [(line["reason"], line["count"]) for line in lines] == [
        (Rejection.UNSIGNED, 1),
        (Rejection.MALFORMED, 1),
        (Rejection.UNSIGNED, 1000),
    ]
