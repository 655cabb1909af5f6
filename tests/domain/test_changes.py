"""What differs between two snapshots of a long task."""

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.changes import Change, Finished, Found, Grown, PhaseChanged, Progressed, changes
from bot.domain.snapshot import Finding, Snapshot, StatusMessage
from bot.domain.states import Outcome

COPYING = StatusMessage(key="STATUS_COPYING_PAGES")
PART = StatusMessage(key="STATUS_COPIED_PAGES", args=("20", "42"))
COPIED = StatusMessage(key="STATUS_COPIED_PAGES", args=("42",))
RENAMED = Finding(key="WARN_RENAME_PAGE", args=("A", "B"), identity="renamed")
LEFT = Finding(key="WARN_IGNORE_VIEW_RESTRICTED", args=("3",), count=3, identity="left")
MORE_LEFT = Finding(key="WARN_IGNORE_VIEW_RESTRICTED", args=("5",), count=5, identity="left")


def between(before: Snapshot | None, after: Snapshot) -> tuple[Change, ...]:
    return changes(before, after, findings=(), known={})


def found(known: dict[str, int | None], *findings: Finding) -> tuple[Change, ...]:
    same = Snapshot(percent=10)
    return changes(same, same, findings=findings, known=known)


def test_everything_is_new_at_the_first_look() -> None:
    first = Snapshot(percent=10, done=4, total=42, status=COPYING)
    assert changes(None, first, findings=(RENAMED,), known={}) == (
        Progressed(before=None, after=10, done=4, total=42),
        PhaseChanged(before=None, after=COPYING),
        Found(finding=RENAMED),
    )


def test_a_first_look_that_says_nothing_finds_no_change() -> None:
    assert between(None, Snapshot()) == ()


def test_elapsed_time_alone_is_no_change() -> None:
    assert between(Snapshot(percent=10, elapsed_ms=5), Snapshot(percent=10, elapsed_ms=9)) == ()


def test_percent_may_go_backwards() -> None:
    assert between(Snapshot(percent=40), Snapshot(percent=30)) == (Progressed(before=40, after=30),)


def test_more_pages_are_progress() -> None:
    before, after = Snapshot(percent=10, done=4, total=9), Snapshot(percent=10, done=5, total=9)
    assert between(before, after) == (Progressed(before=10, after=10, done=5, total=9),)


def test_what_a_response_leaves_out_has_not_changed() -> None:
    assert between(Snapshot(percent=10, done=4, total=9, status=COPYING), Snapshot()) == ()


def test_more_pages_are_no_other_phase() -> None:
    before, after = Snapshot(percent=10, status=COPYING), Snapshot(percent=10, status=PART)
    assert between(before, after) == ()


def test_another_phase_is_a_change() -> None:
    relinking = StatusMessage(key="STATUS_RELINK_PAGES")
    before, after = Snapshot(percent=80, status=PART), Snapshot(percent=80, status=relinking)
    assert between(before, after) == (PhaseChanged(before=PART, after=relinking),)


def test_an_unknown_key_is_a_phase_of_its_own_whatever_its_arguments() -> None:
    old, new, newer = (
        StatusMessage(key=key, args=(arg,)) for key, arg in (("STATUS_A", "1"), ("STATUS_A", "2"), ("STATUS_B", "2"))
    )
    assert between(Snapshot(status=old), Snapshot(status=new)) == ()
    assert between(Snapshot(status=new), Snapshot(status=newer)) == (PhaseChanged(before=new, after=newer),)


def test_a_sentence_is_another_phase_only_if_more_than_its_numbers_change() -> None:
    old, new, newer = (StatusMessage(text=text) for text in ("Page 3 of 9", "Page 4 of 9", "Indexing"))
    assert between(Snapshot(status=old), Snapshot(status=new)) == ()
    assert between(Snapshot(status=new), Snapshot(status=newer)) == (PhaseChanged(before=new, after=newer),)


def test_a_finding_is_found_once() -> None:
    assert found({}, RENAMED, LEFT) == (Found(finding=RENAMED), Found(finding=LEFT))
    assert found({"left": 3, "renamed": None}, LEFT, RENAMED) == ()


def test_a_finding_that_was_gone_for_a_while_is_not_found_again() -> None:
    assert found({"renamed": None}) == ()
    assert found({"renamed": None}, RENAMED) == ()


def test_a_count_that_grew_is_the_same_finding_grown() -> None:
    assert found({"left": 3}, MORE_LEFT) == (Grown(finding=MORE_LEFT, before=3),)
    assert found({"left": None}, LEFT) == (Grown(finding=LEFT, before=None),)


def test_a_smaller_count_is_no_change() -> None:
    assert found({"left": 5}, LEFT) == ()


def test_findings_that_were_not_parsed_again_are_no_change() -> None:
    assert changes(Snapshot(), Snapshot(), findings=None, known={}) == ()


def test_the_end_comes_last_and_replaces_the_change_of_phase() -> None:
    before = Snapshot(percent=80, status=PART, finished=False)
    after = Snapshot(percent=100, status=COPIED, finished=True, successful=True, findings_count=1)
    assert changes(before, after, findings=(RENAMED,), known={}) == (
        Progressed(before=80, after=100),
        Found(finding=RENAMED),
        Finished(outcome=Outcome.PROBLEMS),
    )


def test_what_was_found_before_counts_at_the_end() -> None:
    after = Snapshot(finished=True, successful=True)
    assert changes(after, after, findings=(), known={"renamed": None}) == (Finished(outcome=Outcome.PROBLEMS),)
    assert changes(after, after, findings=(), known={}) == (Finished(outcome=Outcome.FINISHED),)


def test_findings_that_are_listed_but_not_parsed_count_at_the_end() -> None:
    after = Snapshot(finished=True, successful=True, findings_count=3)
    assert changes(after, after, findings=None, known={}) == (Finished(outcome=Outcome.PROBLEMS),)


def test_a_last_report_below_100_percent_is_no_end_yet() -> None:
    last = Snapshot(percent=80, successful=True, status=COPIED)
    assert between(Snapshot(percent=79), last) == (
        Progressed(before=79, after=80),
        PhaseChanged(before=None, after=COPIED),
    )
    assert between(last, last) == ()


SNAPSHOTS = st.builds(
    Snapshot,
    percent=st.none() | st.floats(0, 99),
    done=st.none() | st.integers(0, 50),
    status=st.sampled_from([None, COPYING, PART, COPIED, StatusMessage(text="x")]),
)
FINDINGS = st.lists(
    st.builds(
        Finding, key=st.just("WARN_NEW"), identity=st.sampled_from("abcdef"), count=st.none() | st.integers(1, 9)
    ),
    max_size=8,
    unique_by=lambda finding: finding.identity,
).map(tuple)


@given(SNAPSHOTS, FINDINGS)
def test_a_snapshot_that_says_nothing_new_is_no_change(snapshot: Snapshot, findings: tuple[Finding, ...]) -> None:
    known = {finding.identity: finding.count for finding in findings}
    assert changes(snapshot, snapshot, findings=tuple(reversed(findings)), known=known) == ()


@given(SNAPSHOTS, FINDINGS, FINDINGS)
def test_every_finding_is_found_exactly_once_over_two_looks(
    snapshot: Snapshot, first: tuple[Finding, ...], second: tuple[Finding, ...]
) -> None:
    first_found = [one for one in changes(snapshot, snapshot, findings=first, known={}) if isinstance(one, Found)]
    known = {one.finding.identity: one.finding.count for one in first_found}
    later = [one for one in changes(snapshot, snapshot, findings=second, known=known) if isinstance(one, Found)]
    identities = [one.finding.identity for one in first_found + later]
    assert sorted(identities) == sorted({finding.identity for finding in first + second})
