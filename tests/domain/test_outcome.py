"""Whether and how a long task ended."""

from itertools import product

import pytest

from bot.domain.outcome import outcome_of
from bot.domain.snapshot import Snapshot, StatusMessage
from bot.domain.states import Outcome

COPIED = StatusMessage(key="STATUS_COPIED_PAGES", args=("42",))
COPYING = StatusMessage(key="STATUS_COPIED_PAGES", args=("20", "42"))
DELETED = StatusMessage(key="STATUS_DELETED_PAGES", args=("20",))


@pytest.mark.parametrize(
    ("snapshot", "outcome"),
    [
        # Cloud: `finished` decides
        (Snapshot(finished=True, successful=True, percent=100), Outcome.FINISHED),
        (Snapshot(finished=True, successful=True, percent=80), Outcome.FINISHED),
        (Snapshot(finished=True, successful=False, percent=100), Outcome.FAILED),
        (Snapshot(finished=True, successful=False), Outcome.FAILED),
        (Snapshot(finished=True, percent=100), Outcome.FINISHED),
        (Snapshot(finished=True, status=COPIED), Outcome.FINISHED),
        (Snapshot(finished=True, percent=60), Outcome.UNKNOWN),
        (Snapshot(finished=True), Outcome.UNKNOWN),
        (Snapshot(finished=False, successful=False, percent=10), None),
        (Snapshot(finished=False, successful=True, percent=100, status=COPIED), None),
        # Data Center: no `finished`
        (Snapshot(successful=True, percent=0), None),
        (Snapshot(successful=True, percent=38, status=COPYING), None),
        (Snapshot(successful=True, percent=99.9), None),
        (Snapshot(successful=True, percent=100), Outcome.FINISHED),
        (Snapshot(percent=100), Outcome.FINISHED),
        (Snapshot(successful=False, percent=100), Outcome.FAILED),
        (Snapshot(successful=False, percent=34, status=COPIED), Outcome.FAILED),
        (Snapshot(successful=False, percent=0), Outcome.FAILED),
        (Snapshot(successful=True, percent=80, status=COPIED), None),
        (Snapshot(successful=True), None),
        (Snapshot(), None),
    ],
)
def test_an_end_is_recognized_as_confluence_reports_it(snapshot: Snapshot, outcome: Outcome | None) -> None:
    assert outcome_of(snapshot, problems=False, unchanged_seconds=0) == outcome


@pytest.mark.parametrize(
    ("status", "seconds", "outcome"),
    [
        (COPIED, 119.9, None),
        (COPIED, 120, Outcome.FINISHED),
        (DELETED, 120, Outcome.FINISHED),
        (COPYING, 999, None),
        (StatusMessage(text="Deleting space"), 999, None),
        (None, 999, None),
    ],
)
def test_a_last_report_below_100_percent_is_the_end_once_it_has_settled(
    status: StatusMessage | None, seconds: float, outcome: Outcome | None
) -> None:
    snapshot = Snapshot(successful=True, percent=80, status=status)
    assert outcome_of(snapshot, problems=False, unchanged_seconds=seconds) == outcome


def test_no_last_report_is_the_end_while_finished_is_false() -> None:
    snapshot = Snapshot(finished=False, successful=True, percent=80, status=COPIED)
    assert outcome_of(snapshot, problems=False, unchanged_seconds=999) is None


def test_problems_change_only_a_success() -> None:
    states = product((None, False, True), (None, False, True), (None, 0.0, 80.0, 100.0), (None, COPYING, COPIED))
    for finished, successful, percent, status in states:
        snapshot = Snapshot(finished=finished, successful=successful, percent=percent, status=status)
        clean, troubled = (outcome_of(snapshot, problems=some, unchanged_seconds=0) for some in (False, True))
        assert troubled == (Outcome.PROBLEMS if clean is Outcome.FINISHED else clean)
