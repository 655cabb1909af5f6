"""What is known about each status key and its arguments."""

import pytest

from bot.domain.snapshot import Kind, Severity, StatusMessage
from bot.domain.status_keys import (
    STATUS_KEYS,
    Arg,
    KeyKind,
    Phase,
    StatusKey,
    arg_kinds,
    find_arg,
    is_final,
    lookup,
    parse_count,
    phase_of,
)


def test_every_documented_key_is_in_the_table_with_its_kind() -> None:
    kinds = {key: entry.kind for key, entry in STATUS_KEYS.items()}
    assert kinds == {
        "ERROR_UNKNOWN": KeyKind.ERROR,
        "ERROR_LOCK_FAILED": KeyKind.ERROR,
        "ERROR_RELINK": KeyKind.ERROR,
        "ERROR_COPY_PAGE": KeyKind.ERROR,
        "WARN_RENAME_PAGE": KeyKind.WARNING,
        "WARN_IGNORE_COPY_PERMISSION": KeyKind.WARNING,
        "WARN_IGNORE_COPY_ATTACHMENT": KeyKind.WARNING,
        "WARN_IGNORE_DELETE_PAGE": KeyKind.WARNING,
        "STATUS_COPIED_PAGES": KeyKind.STATUS,
        "STATUS_COPYING_PAGES": KeyKind.STATUS,
        "STATUS_RELINK_PAGES": KeyKind.STATUS,
        "STATUS_DELETING_PAGES": KeyKind.STATUS,
        "STATUS_DELETED_PAGES": KeyKind.STATUS,
        "STATUS_MOVING_PAGES": KeyKind.STATUS,
        "WARN_IGNORE_VIEW_RESTRICTED": KeyKind.WARNING,
        "WARN_IGNORE_EDIT_RESTRICTED": KeyKind.WARNING,
        "INITIALIZING_TASK": KeyKind.STATUS,
        "UNKNOWN_STATUS": KeyKind.STATUS,
    }


def test_warnings_and_errors_have_a_severity_and_statuses_have_none() -> None:
    expected = {KeyKind.STATUS: None, KeyKind.WARNING: Severity.WARNING, KeyKind.ERROR: Severity.ERROR}
    assert {key: entry.severity for key, entry in STATUS_KEYS.items()} == {
        key: expected[entry.kind] for key, entry in STATUS_KEYS.items()
    }


@pytest.mark.parametrize(
    ("key", "entry"),
    [
        ("WARN_NEW", StatusKey(key="WARN_NEW", kind=KeyKind.WARNING, severity=Severity.WARNING, documented=False)),
        ("ERROR_NEW", StatusKey(key="ERROR_NEW", kind=KeyKind.ERROR, severity=Severity.ERROR, documented=False)),
        ("STATUS_NEW", StatusKey(key="STATUS_NEW", kind=KeyKind.STATUS, documented=False)),
        ("ANYTHING", StatusKey(key="ANYTHING", kind=KeyKind.STATUS, documented=False)),
        ("", StatusKey(key="", kind=KeyKind.STATUS, documented=False)),
    ],
)
def test_an_unknown_key_is_what_its_prefix_says(key: str, entry: StatusKey) -> None:
    assert lookup(key) == entry


@pytest.mark.parametrize(
    ("key", "args", "kinds"),
    [
        ("WARN_RENAME_PAGE", ("A", "B"), (Arg.TITLE, Arg.NEW_TITLE)),
        ("WARN_RENAME_PAGE", ("A",), (Arg.TITLE,)),
        ("ERROR_COPY_PAGE", ("A", "1", "/x", "more"), (Arg.TITLE, Arg.PAGE_ID, Arg.URL_PATH, Arg.TEXT)),
        ("ERROR_LOCK_FAILED", ("DEST",), (Arg.SPACE_KEY,)),
        ("WARN_IGNORE_VIEW_RESTRICTED", ("3",), (Arg.COUNT,)),
        ("STATUS_COPIED_PAGES", ("20", "42"), (Arg.DONE, Arg.TOTAL)),
        ("WARN_NEW", ("7",), (Arg.COUNT,)),
        ("WARN_IGNORE_DELETE_PAGE", ("2000",), (Arg.COUNT,)),
        ("WARN_IGNORE_DELETE_PAGE", ("98305",), (Arg.TEXT,)),
        ("WARN_NEW", ("7", "8"), (Arg.TEXT, Arg.TEXT)),
        ("WARN_NEW", (), ()),
    ],
)
def test_arguments_are_recognized_by_key_and_position(key: str, args: tuple[str, ...], kinds: tuple[Arg, ...]) -> None:
    assert arg_kinds(key, args) == kinds


def test_an_argument_is_found_by_its_kind() -> None:
    args = ("Budget", "12345679", "")
    wanted = (Arg.PAGE_ID, Arg.URL_PATH, Arg.SPACE_KEY)
    assert [find_arg("ERROR_COPY_PAGE", args, kind) for kind in wanted] == ["12345679", None, None]


@pytest.mark.parametrize(
    ("text", "number"),
    [("0", 0), ("042", 42), ("999999999", 999_999_999), ("1000000000", None), ("-1", None), ("٣", None), ("", None)],
)
def test_a_count_is_plain_digits(text: str, number: int | None) -> None:
    assert parse_count(text) == number


@pytest.mark.parametrize(
    ("status", "phase", "final"),
    [
        (None, Phase.UNKNOWN, False),
        (StatusMessage(text="Deleting space"), Phase.UNKNOWN, False),
        (StatusMessage(key="INITIALIZING_TASK"), Phase.STARTING, False),
        (StatusMessage(key="STATUS_COPYING_PAGES"), Phase.COPYING, False),
        (StatusMessage(key="STATUS_COPIED_PAGES", args=("20", "42")), Phase.COPYING, False),
        (StatusMessage(key="STATUS_COPIED_PAGES", args=("42",)), Phase.COPIED, True),
        (StatusMessage(key="STATUS_RELINK_PAGES"), Phase.RELINKING, False),
        (StatusMessage(key="STATUS_DELETING_PAGES", args=("9", "20")), Phase.DELETING, False),
        (StatusMessage(key="STATUS_MOVING_PAGES"), Phase.MOVING, False),
        (StatusMessage(key="STATUS_DELETED_PAGES", args=("20",)), Phase.DELETED, True),
        (StatusMessage(key="STATUS_DELETED_PAGES"), Phase.DELETED, True),
        (StatusMessage(key="STATUS_NEW", args=("1",)), Phase.UNKNOWN, False),
    ],
)
def test_a_status_has_a_phase_and_may_be_the_last_report(
    status: StatusMessage | None, phase: Phase, final: bool
) -> None:
    assert (phase_of(status), is_final(status)) == (phase, final)


def test_keys_of_one_kind_of_long_task_name_it() -> None:
    assert {key for key, entry in STATUS_KEYS.items() if entry.task is Kind.DELETE} == {
        "STATUS_DELETING_PAGES",
        "STATUS_DELETED_PAGES",
        "STATUS_MOVING_PAGES",
        "WARN_IGNORE_VIEW_RESTRICTED",
        "WARN_IGNORE_EDIT_RESTRICTED",
        "WARN_IGNORE_DELETE_PAGE",
    }
