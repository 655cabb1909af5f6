"""Every sample body in tests/fixtures/longtasks has its meaning; no other body is taken for a long task."""

import json
from pathlib import Path

import pytest
from msgspec import Struct
from msgspec.structs import replace

from bot.domain.outcome import outcome_of
from bot.domain.parsing.response import NO_LONG_TASK, NOT_JSON, parse_response
from bot.domain.poll_result import Seen, Unreadable
from bot.domain.snapshot import Finding, Kind, Severity, Snapshot, StatusMessage
from bot.domain.states import Outcome

FIXTURES = Path(__file__).parents[2] / "fixtures"
SAMPLES = sorted((FIXTURES / "longtasks").glob("*.json"))
OTHERS = sorted((FIXTURES / "not_longtasks").glob("*.json"))


class Meaning(Struct, frozen=True, kw_only=True):
    """What a body says. `settled`: its outcome if it stays the same for two minutes."""

    snapshot: Snapshot
    findings: tuple[Finding, ...] = ()
    outcome: Outcome | None = None
    settled: Outcome | None = None


CLOUD_COPY = Snapshot(
    remote_id="3145728001",
    name_key="com.atlassian.confluence.example.copypagehierarchy",
    kind=Kind.COPY,
    successful=False,
    finished=False,
)
CLOUD_DELETE = replace(
    CLOUD_COPY,
    remote_id="3145728002",
    name_key="com.atlassian.confluence.example.deletepagetree",
    kind=Kind.DELETE,
)
CLOUD_SPACE_DELETE = replace(
    CLOUD_COPY,
    remote_id="3145728004",
    name_key="com.atlassian.confluence.spaces.actions.RemoveSpaceAction.action.name",
    kind=Kind.SPACE_DELETE,
    status=StatusMessage(text="Deleting space"),
)
DC_COPY = Snapshot(
    remote_id="3f0c6a52-7d0e-4b21-9a77-0f5f1c0f9e11",
    name_text="Copy page hierarchy long running task",
    kind=Kind.COPY,
    successful=True,
)
DC_DELETE = replace(DC_COPY, name_text="Delete page hierarchy long running task", kind=Kind.DELETE)


def copied(*args: str) -> StatusMessage:
    return StatusMessage(key="STATUS_COPIED_PAGES", args=args)


def warning(key: str, *args: str, count: int | None = None) -> Finding:
    return Finding(key=key, args=args, count=count)


def error(key: str, *args: str) -> Finding:
    return Finding(key=key, args=args, severity=Severity.ERROR)


BUDGET = error("ERROR_COPY_PAGE", "Budget 2026", "12345679", "/display/SRC/Budget+2026")

MEANINGS = {
    "cloud-archive-01-in-progress": Meaning(
        snapshot=replace(
            CLOUD_COPY,
            remote_id="3145728003",
            name_key="com.atlassian.confluence.example.archivepages",
            kind=Kind.ARCHIVE,
            percent=30,
            elapsed_ms=900,
        )
    ),
    "cloud-copy-01-initializing": Meaning(
        snapshot=replace(CLOUD_COPY, percent=0, elapsed_ms=120, status=StatusMessage(key="INITIALIZING_TASK"))
    ),
    "cloud-copy-02-copying": Meaning(
        snapshot=replace(
            CLOUD_COPY, percent=12, elapsed_ms=4210, status=StatusMessage(key="STATUS_COPYING_PAGES"), total=42
        )
    ),
    "cloud-copy-03-copied-n-of-m": Meaning(
        snapshot=replace(CLOUD_COPY, percent=38, elapsed_ms=9875, status=copied("20", "42"), done=20, total=42)
    ),
    "cloud-copy-04-relinking": Meaning(
        snapshot=replace(
            CLOUD_COPY, percent=80, elapsed_ms=21440, status=StatusMessage(key="STATUS_RELINK_PAGES"), total=42
        )
    ),
    "cloud-copy-05-done-with-warnings": Meaning(
        snapshot=replace(
            CLOUD_COPY,
            percent=100,
            elapsed_ms=24010,
            successful=True,
            finished=True,
            status=copied("42"),
            done=42,
            total=42,
            destination_id="98765433",
            destination_url="/spaces/DEST/pages/98765433/Team+handbook+2",
            findings_count=4,
        ),
        findings=(
            warning("WARN_RENAME_PAGE", "Team handbook", "Team handbook (2)"),
            warning("WARN_RENAME_PAGE", "On-call <rota> & *escalation*", "On-call <rota> & *escalation* (2)"),
            warning("WARN_IGNORE_COPY_PERMISSION"),
            warning("WARN_IGNORE_COPY_ATTACHMENT"),
        ),
        outcome=Outcome.PROBLEMS,
    ),
    "cloud-copy-08-done-partial-error-copy-page": Meaning(
        snapshot=replace(
            CLOUD_COPY,
            percent=100,
            elapsed_ms=26333,
            successful=True,
            finished=True,
            status=copied("41"),
            done=41,
            total=42,
            destination_id="98765433",
            destination_url="/spaces/DEST/pages/98765433/Team+handbook+2",
            findings_count=2,
        ),
        findings=(BUDGET, error("ERROR_RELINK")),
        outcome=Outcome.PROBLEMS,
    ),
    "cloud-copy-09-failed-lock": Meaning(
        snapshot=replace(
            CLOUD_COPY, percent=100, elapsed_ms=310, finished=True, status=copied("0"), done=0, findings_count=1
        ),
        findings=(error("ERROR_LOCK_FAILED", "DEST"),),
        outcome=Outcome.FAILED,
    ),
    "cloud-copy-10-failed-exception": Meaning(
        snapshot=replace(
            CLOUD_COPY, percent=100, elapsed_ms=14020, finished=True, status=copied("17"), done=17, findings_count=1
        ),
        findings=(error("ERROR_UNKNOWN"),),
        outcome=Outcome.FAILED,
    ),
    "cloud-copy-12-status-as-json-string": Meaning(
        snapshot=replace(CLOUD_COPY, percent=38, elapsed_ms=9875, status=copied("20", "42"), done=20, total=42)
    ),
    "cloud-copy-13-keys-in-translation": Meaning(
        snapshot=replace(
            CLOUD_COPY, percent=38, elapsed_ms=9900, status=copied("20", "42"), done=20, total=42, findings_count=1
        ),
        findings=(warning("WARN_IGNORE_COPY_ATTACHMENT"),),
    ),
    "cloud-copy-14-report-in-status": Meaning(
        snapshot=replace(
            CLOUD_COPY,
            percent=100,
            elapsed_ms=24500,
            successful=True,
            finished=True,
            status=copied("42"),
            done=42,
            total=42,
            destination_url="/spaces/DEST/pages/98765433",
            findings_count=1,
        ),
        findings=(warning("WARN_RENAME_PAGE", "Team handbook", "Team handbook (2)"),),
        outcome=Outcome.PROBLEMS,
    ),
    "cloud-delete-01-deleting": Meaning(
        snapshot=replace(
            CLOUD_DELETE,
            percent=45,
            elapsed_ms=1800,
            status=StatusMessage(key="STATUS_DELETING_PAGES", args=("9", "20")),
            done=9,
            total=20,
        )
    ),
    "cloud-delete-02-moving": Meaning(
        snapshot=replace(CLOUD_DELETE, percent=90, elapsed_ms=5200, status=StatusMessage(key="STATUS_MOVING_PAGES"))
    ),
    "cloud-delete-04-done-zero-count-warnings": Meaning(
        snapshot=replace(
            CLOUD_DELETE,
            percent=100,
            elapsed_ms=5900,
            successful=True,
            finished=True,
            status=StatusMessage(key="STATUS_DELETED_PAGES", args=("20",)),
            done=20,
        ),
        outcome=Outcome.FINISHED,
    ),
    "cloud-delete-05-done-left-in-place": Meaning(
        snapshot=replace(
            CLOUD_DELETE,
            percent=100,
            elapsed_ms=6100,
            successful=True,
            finished=True,
            status=StatusMessage(key="STATUS_DELETED_PAGES", args=("15",)),
            done=15,
            findings_count=3,
        ),
        findings=(
            warning("WARN_IGNORE_EDIT_RESTRICTED", "3", count=3),
            warning("WARN_IGNORE_VIEW_RESTRICTED", "2", count=2),
            warning("WARN_IGNORE_DELETE_PAGE"),
        ),
        outcome=Outcome.PROBLEMS,
    ),
    "cloud-space-delete-01-in-progress": Meaning(snapshot=replace(CLOUD_SPACE_DELETE, percent=60, elapsed_ms=2500)),
    "cloud-space-delete-02-done": Meaning(
        snapshot=replace(CLOUD_SPACE_DELETE, percent=100, elapsed_ms=7750, successful=True, finished=True),
        outcome=Outcome.FINISHED,
    ),
    "cloud-unknown-key": Meaning(
        snapshot=replace(
            CLOUD_COPY,
            remote_id="3145728005",
            name_key="com.atlassian.confluence.example.somethingnew",
            kind=Kind.OTHER,
            percent=10,
            elapsed_ms=1000,
            findings_count=1,
        ),
        findings=(warning("WARN_SOMETHING_NEW", "a", "b"),),
    ),
    "dc-copy-01-starting": Meaning(
        snapshot=replace(DC_COPY, percent=0, elapsed_ms=15, status=StatusMessage(text="Starting..."))
    ),
    "dc-copy-02-in-progress-successful-true": Meaning(
        snapshot=replace(DC_COPY, percent=38, elapsed_ms=7021, status=copied("20", "42"), done=20, total=42)
    ),
    "dc-copy-03-done-with-warnings": Meaning(
        snapshot=replace(
            DC_COPY,
            percent=100,
            elapsed_ms=21120,
            status=copied("42"),
            done=42,
            total=42,
            destination_url="/display/DEST/Team+handbook",
            findings_count=3,
        ),
        findings=(
            warning("WARN_RENAME_PAGE", "Team handbook", "Copy of Team handbook"),
            warning("WARN_IGNORE_COPY_PERMISSION"),
            BUDGET,
        ),
        outcome=Outcome.PROBLEMS,
    ),
    "dc-copy-04-exception-overwritten": Meaning(
        snapshot=replace(DC_COPY, percent=34, elapsed_ms=8123, successful=False, status=copied("17"), done=17),
        outcome=Outcome.FAILED,
    ),
    "dc-copy-05-lock-failed-at-nought": Meaning(
        snapshot=replace(
            DC_COPY, percent=0, elapsed_ms=40, successful=False, status=copied("0"), done=0, findings_count=1
        ),
        findings=(error("ERROR_LOCK_FAILED", "DEST"),),
        outcome=Outcome.FAILED,
    ),
    "dc-copy-06-done-at-80": Meaning(
        snapshot=replace(
            DC_COPY,
            percent=80,
            elapsed_ms=16400,
            status=copied("42"),
            done=42,
            total=42,
            destination_url="/display/DEST/Team+handbook",
        ),
        settled=Outcome.FINISHED,
    ),
    "dc-delete-01-done-zero-warnings": Meaning(
        snapshot=replace(
            DC_DELETE,
            percent=100,
            elapsed_ms=3310,
            status=StatusMessage(key="STATUS_DELETED_PAGES", args=("20",)),
            done=20,
        ),
        outcome=Outcome.FINISHED,
    ),
    "dc-delete-02-deleting": Meaning(
        snapshot=replace(
            DC_DELETE,
            percent=45,
            elapsed_ms=1200,
            status=StatusMessage(key="STATUS_DELETING_PAGES", args=("9", "20")),
            done=9,
            total=20,
        )
    ),
    "dc-delete-03-failed": Meaning(
        snapshot=replace(
            DC_DELETE,
            percent=63,
            elapsed_ms=2044,
            successful=False,
            status=StatusMessage(key="ERROR_UNKNOWN"),
            findings_count=1,
        ),
        findings=(error("ERROR_UNKNOWN"),),
        outcome=Outcome.FAILED,
    ),
    "dc-move-page-done": Meaning(
        snapshot=replace(
            DC_COPY,
            name_text="Move Page",
            kind=Kind.MOVE,
            percent=100,
            elapsed_ms=900,
            status=StatusMessage(text="Page moved successfully"),
        ),
        outcome=Outcome.FINISHED,
    ),
    "deviant-everything-of-another-type": Meaning(
        snapshot=Snapshot(
            remote_id="3145728012",
            kind=Kind.COPY,
            percent=62,
            finished=False,
            status=StatusMessage(key="STATUS_COPYING_PAGES"),
            findings_count=2,
            dropped=9,
        ),
        findings=(warning("WARN_IGNORE_COPY_PERMISSION"), error("ERROR_COPY_PAGE", "Budget", "7340033", "")),
    ),
    "deviant-finished-missing-100-failed": Meaning(
        snapshot=Snapshot(
            remote_id="3145728010",
            name_key="com.atlassian.confluence.example.copypagehierarchy",
            kind=Kind.COPY,
            percent=100,
            elapsed_ms=18000,
            successful=False,
            status=StatusMessage(key="ERROR_UNKNOWN"),
            findings_count=1,
        ),
        findings=(error("ERROR_UNKNOWN"),),
        outcome=Outcome.FAILED,
    ),
    "deviant-numeric-id-fraction-and-nulls": Meaning(
        snapshot=replace(
            CLOUD_COPY,
            remote_id="3145728011",
            name_key="com.atlassian.confluence.example.archivepages",
            kind=Kind.ARCHIVE,
            percent=55.5,
        )
    ),
    "minimal-archive-done": Meaning(
        snapshot=Snapshot(remote_id="task-7", percent=100, successful=True, finished=True),
        outcome=Outcome.FINISHED,
    ),
    "minimal-space-delete-done": Meaning(
        snapshot=Snapshot(remote_id="40213377", successful=True, finished=True), outcome=Outcome.FINISHED
    ),
    "minimal-space-delete-failed": Meaning(
        snapshot=Snapshot(
            remote_id="40213377",
            successful=False,
            finished=True,
            status=StatusMessage(text="the space cannot be deleted now"),
        ),
        outcome=Outcome.FAILED,
    ),
    "minimal-space-delete-in-progress": Meaning(
        snapshot=Snapshot(
            remote_id="task-8",
            name_key="com.example.wiki.jobs.deletespace",
            kind=Kind.SPACE_DELETE,
            percent=35,
            elapsed_ms=1700,
            successful=False,
            finished=False,
            status=StatusMessage(text="Deleting the space..."),
        )
    ),
    "old-cloud-space-delete-done-without-finished": Meaning(
        snapshot=replace(
            CLOUD_SPACE_DELETE,
            remote_id="902117",
            percent=100,
            elapsed_ms=412,
            successful=True,
            finished=None,
        ),
        outcome=Outcome.FINISHED,
    ),
}


def _read(path: Path) -> Seen:
    body = path.read_bytes()
    seen = parse_response(body, expected_id=str(json.loads(body)["id"]))
    assert isinstance(seen, Seen)
    return seen


def test_every_sample_has_an_expected_meaning() -> None:
    assert [path.stem for path in SAMPLES] == sorted(MEANINGS)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_a_sample_is_parsed_into_its_meaning(path: Path) -> None:
    seen = _read(path)
    outcome, settled = (
        outcome_of(seen.snapshot, problems=bool(seen.findings), unchanged_seconds=seconds) for seconds in (0, 120)
    )
    parsed = Meaning(
        snapshot=replace(seen.snapshot, findings_digest=""),
        findings=tuple(replace(finding, identity="") for finding in seen.findings or ()),
        outcome=outcome,
        settled=settled,
    )
    meant = MEANINGS[path.stem]
    assert parsed == (meant if meant.outcome is None else replace(meant, settled=meant.outcome))


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_findings_of_the_same_digest_are_not_parsed_again(path: Path) -> None:
    seen = _read(path)
    again = parse_response(
        path.read_bytes(),
        expected_id=seen.snapshot.remote_id or "",
        known_digest=seen.snapshot.findings_digest,
    )
    unread = None if seen.snapshot.findings_digest else ()
    assert again == replace(seen, findings=unread)


@pytest.mark.parametrize("path", OTHERS, ids=lambda path: path.stem)
def test_another_response_is_not_taken_for_a_long_task(path: Path) -> None:
    body = path.read_bytes()
    reason = NOT_JSON if body.startswith(b"[") else NO_LONG_TASK
    value = json.loads(body)
    expected_id = value.get("id", "1") if isinstance(value, dict) else "1"
    assert parse_response(body, expected_id=expected_id) == Unreadable(reason=reason)
