"""Each part of a response is parsed leniently, and nothing in it raises."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from bot.domain.parsing.findings import MAX_FINDINGS
from bot.domain.parsing.response import ANOTHER_ID, NO_LONG_TASK, NOT_JSON, parse_response
from bot.domain.parsing.values import MAX_MILLISECONDS
from bot.domain.poll_result import Seen, Unreadable
from bot.domain.snapshot import Finding, Kind, Severity, Snapshot, StatusMessage

ID = "3145728001"


def body(**fields: Any) -> bytes:
    return json.dumps({"id": ID, "percentageComplete": 10, **fields}).encode()


def snapshot(source: bytes) -> Snapshot:
    seen = parse_response(source, expected_id=ID)
    assert isinstance(seen, Seen)
    return replace(seen.snapshot, findings_digest="")


def findings(*errors: Any) -> tuple[Finding, ...]:
    seen = parse_response(body(errors=list(errors)), expected_id=ID)
    assert isinstance(seen, Seen)
    return tuple(replace(finding, identity="") for finding in seen.findings or ())


def identities(*errors: Any) -> list[str]:
    seen = parse_response(body(errors=list(errors)), expected_id=ID)
    assert isinstance(seen, Seen)
    return [finding.identity for finding in seen.findings or ()]


PARSED = Snapshot(remote_id=ID, percent=10)


@pytest.mark.parametrize(
    ("fields", "meaning"),
    [
        ({"percentageComplete": 38.25}, replace(PARSED, percent=38.25)),
        ({"percentageComplete": "38 %"}, replace(PARSED, percent=38)),
        ({"percentageComplete": 38.456}, replace(PARSED, percent=38.46)),
        ({"percentageComplete": 101}, replace(PARSED, percent=100)),
        ({"percentageComplete": -1}, replace(PARSED, percent=0)),
        ({"percentageComplete": 101.5, "finished": False}, replace(PARSED, percent=None, finished=False, dropped=1)),
        ({"percentageComplete": -1.5, "finished": False}, replace(PARSED, percent=None, finished=False, dropped=1)),
        (
            {"percentageComplete": 2**31 - 1, "finished": False},
            replace(PARSED, percent=None, finished=False, dropped=1),
        ),
        ({"percentageComplete": True, "finished": False}, replace(PARSED, percent=None, finished=False, dropped=1)),
        ({"percentageComplete": None, "finished": False}, replace(PARSED, percent=None, finished=False)),
        ({"elapsedTime": 0}, replace(PARSED, elapsed_ms=0)),
        ({"elapsedTime": MAX_MILLISECONDS}, replace(PARSED, elapsed_ms=MAX_MILLISECONDS)),
        ({"elapsedTime": MAX_MILLISECONDS + 1}, replace(PARSED, dropped=1)),
        ({"elapsedTime": 2**63 - 1}, replace(PARSED, dropped=1)),
        ({"elapsedTime": -(2**63)}, replace(PARSED, dropped=1)),
        ({"elapsedTime": -1}, replace(PARSED, dropped=1)),
        ({"elapsedTime": 1500.7}, replace(PARSED, elapsed_ms=1500)),
        ({"finished": "true", "successful": "False"}, replace(PARSED, finished=True, successful=False)),
        ({"finished": 1}, replace(PARSED, finished=False, dropped=1)),
        ({"successful": 1}, replace(PARSED, dropped=1)),
        ({"name": "Move Page"}, replace(PARSED, name_text="Move Page", kind=Kind.MOVE)),
        ({"name": "Remove pages"}, replace(PARSED, name_text="Remove pages", kind=Kind.DELETE)),
        ({"name": {"key": 5, "translation": ""}}, PARSED),
        ({"errors": [{}]}, replace(PARSED, dropped=1)),
        ({"errors": None}, PARSED),
        ({"name": 5}, replace(PARSED, dropped=1)),
        ({"_links": {"base": "https://evil.example"}}, PARSED),
        (
            {"additionalDetails": {"destinationUrl": "/" + "y" * 1_999}},
            replace(PARSED, destination_url="/" + "y" * 1_999),
        ),
        ({"additionalDetails": {"destinationUrl": "/" + "y" * 2_000}}, replace(PARSED, dropped=1)),
        ({"additionalDetails": {"destinationUrl": {"href": "x"}}}, replace(PARSED, dropped=1)),
        ({"additionalDetails": {"destinationId": 77}}, replace(PARSED, destination_id="77")),
        ({"additionalDetails": {"destinationId": "../7"}}, replace(PARSED, dropped=1)),
        ({"additionalDetails": {"destinationId": True}}, replace(PARSED, dropped=1)),
        ({"additionalDetails": {"destinationId": "7" * 64}}, replace(PARSED, destination_id="7" * 64)),
        ({"additionalDetails": {"destinationId": "7" * 129}}, replace(PARSED, dropped=1)),
        ({"additionalDetails": {"totalPageNeedToCopy": "42"}}, replace(PARSED, total=42)),
        ({"additionalDetails": {"totalPageNeedToCopy": 0}}, PARSED),
        ({"additionalDetails": {"totalPageNeedToCopy": 1}}, replace(PARSED, total=1)),
        ({"additionalDetails": {"totalPageNeedToCopy": -1}}, replace(PARSED, dropped=1)),
        ({"additionalDetails": {"totalPageNeedToCopy": 999_999_999}}, replace(PARSED, total=999_999_999)),
        ({"additionalDetails": {"totalPageNeedToCopy": 1_000_000_000}}, replace(PARSED, dropped=1)),
    ],
)
def test_only_the_field_that_cannot_be_parsed_is_left_out(fields: dict[str, Any], meaning: Snapshot) -> None:
    assert snapshot(body(**fields)) == meaning


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({}, None),
        ({"status": "STATUS_COPYING_PAGES"}, StatusMessage(key="STATUS_COPYING_PAGES")),
        (
            {"status": {"key": "STATUS_COPIED_PAGES", "args": [1, None, True, 2.5]}},
            StatusMessage(key="STATUS_COPIED_PAGES", args=("1", "", "true", "2.5")),
        ),
        ({"messages": ["STATUS_MOVING_PAGES"]}, StatusMessage(key="STATUS_MOVING_PAGES")),
        ({"messages": [{"translation": "DONE"}]}, StatusMessage(text="DONE")),
        (
            {"messages": [{"key": "STATUS_MOVING_PAGES", "translation": "Moving"}]},
            StatusMessage(key="STATUS_MOVING_PAGES", text="Moving"),
        ),
        (
            {"messages": [{"key": "STATUS_MOVING_PAGES", "translation": "STATUS_MOVING_PAGES"}]},
            StatusMessage(key="STATUS_MOVING_PAGES"),
        ),
        ({"messages": [{"key": "  ", "translation": "Xing"}]}, StatusMessage(text="Xing")),
        ({"messages": ["WARN_RENAME_PAGE", "STATUS_MOVING_PAGES"]}, StatusMessage(key="STATUS_MOVING_PAGES")),
        ({"messages": ["Xing", "Ying"]}, StatusMessage(text="Xing")),
        (
            {"status": "STATUS_MOVING_PAGES", "messages": ["Xing"]},
            StatusMessage(key="STATUS_MOVING_PAGES", text="Xing"),
        ),
        (
            {"status": "STATUS_COPIED_PAGES", "messages": [{"key": "STATUS_COPIED_PAGES", "args": ["7"]}]},
            StatusMessage(key="STATUS_COPIED_PAGES", args=("7",)),
        ),
        (
            {"messages": [{"translation": '{"key":"STATUS_COPIED_PAGES","args":["7"]}'}]},
            StatusMessage(key="STATUS_COPIED_PAGES", args=("7",)),
        ),
        ({"messages": ['{"status":"STATUS_MOVING_PAGES"}']}, StatusMessage(key="STATUS_MOVING_PAGES")),
        (
            {"messages": ['{"status":"STATUS_MOVING_PAGES","key":"STATUS_RELINK_PAGES"}']},
            StatusMessage(key="STATUS_MOVING_PAGES"),
        ),
        ({"messages": ["A_" + "K" * 99]}, StatusMessage(text="A_" + "K" * 99)),
        ({"messages": ["{0} pages were copied"]}, StatusMessage(text="{0} pages were copied")),
        ({"messages": ["a\u0000b\nc\u2028d"]}, StatusMessage(text="a b c d")),
        ({"messages": ["x" * 501]}, StatusMessage(text="x" * 499 + "…")),
        (
            {"messages": [{"key": "STATUS_COPIED_PAGES", "args": ["t" * 301] * 11}]},
            StatusMessage(key="STATUS_COPIED_PAGES", args=("t" * 299 + "…",) * 10),
        ),
    ],
)
def test_a_status_is_parsed_in_each_of_its_forms(fields: dict[str, Any], status: StatusMessage | None) -> None:
    seen = snapshot(body(**fields))
    assert (seen.status, seen.dropped) == (status, 0)


@pytest.mark.parametrize(
    ("fields", "status", "unknown"),
    [
        ({"status": "FINISH_SUCCESS"}, None, ("FINISH_SUCCESS",)),
        ({"status": "RUNNING"}, None, ("RUNNING",)),
        ({"status": "is running"}, None, ("is running",)),
        ({"status": "WARN_SOMETHING_NEW"}, None, ("WARN_SOMETHING_NEW",)),
        ({"status": "ERROR_SOMETHING_NEW"}, None, ("ERROR_SOMETHING_NEW",)),
        ({"status": "K" * 101}, None, ("K" * 99 + "…",)),
        ({"status": {"key": "FINISH_SUCCESS", "args": ["7"]}}, None, ("FINISH_SUCCESS",)),
        ({"status": "FINISH_SUCCESS", "messages": ["Xing"]}, StatusMessage(text="Xing"), ("FINISH_SUCCESS",)),
        (
            {"status": "FINISH_SUCCESS", "messages": [{"key": "STATUS_COPIED_PAGES", "args": ["7"]}]},
            StatusMessage(key="STATUS_COPIED_PAGES", args=("7",)),
            ("FINISH_SUCCESS",),
        ),
        ({"messages": ["FINISH_SUCCESS", "FINISH_SUCCESS"]}, None, ("FINISH_SUCCESS",)),
        ({"messages": ["A_" + "K" * 98]}, None, ("A_" + "K" * 98,)),
        ({"messages": [{"key": "some.key", "translation": "Xing"}]}, StatusMessage(text="Xing"), ("some.key",)),
        ({"messages": ['{"status":"FINISH_SUCCESS"}']}, None, ("FINISH_SUCCESS",)),
    ],
)
def test_a_status_key_that_confluence_does_not_document_means_nothing(
    fields: dict[str, Any], status: StatusMessage | None, unknown: tuple[str, ...]
) -> None:
    seen = parse_response(body(**fields), expected_id=ID)
    assert isinstance(seen, Seen)
    assert (seen.snapshot.status, seen.findings, seen.unknown_statuses) == (status, (), unknown)
    assert (seen.snapshot.kind, seen.snapshot.dropped) == (Kind.COPY if status and status.key else Kind.OTHER, 0)


@pytest.mark.parametrize(
    ("message", "dropped"),
    [('{"status":{"key":"STATUS_COPIED_PAGES","args":["20"', 1), (5, 1), ([], 1), ({"args": []}, 1), ("", 0), ({}, 0)],
)
def test_only_the_message_that_cannot_be_parsed_is_left_out(message: Any, dropped: int) -> None:
    source = body(messages=[message, {"key": "STATUS_MOVING_PAGES"}])
    assert snapshot(source) == replace(
        PARSED, kind=Kind.DELETE, status=StatusMessage(key="STATUS_MOVING_PAGES"), dropped=dropped
    )


def test_a_total_below_the_pages_done_is_no_total() -> None:
    source = body(status={"key": "STATUS_COPIED_PAGES", "args": ["50", "42"]})
    status = StatusMessage(key="STATUS_COPIED_PAGES", args=("50", "42"))
    assert snapshot(source) == replace(PARSED, kind=Kind.COPY, status=status, done=50)


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (b"", NOT_JSON),
        (b"<!DOCTYPE html><html></html>", NOT_JSON),
        (b"[]", NOT_JSON),
        (b"null", NOT_JSON),
        (b'{"id":"3145728001","percentageComplete":4', NOT_JSON),
        (b'{"a":' * 100_000, NOT_JSON),
        (b"{}", NO_LONG_TASK),
        (b'{"id":"3145728001","links":{"status":"/rest/api/longtask/3145728001"}}', NO_LONG_TASK),
        (b'{"id":"3145728001","percentageComplete":null}', NO_LONG_TASK),
        (b'{"authorized":true,"valid":true,"errors":[],"successful":false}', NO_LONG_TASK),
        (b'{"id":"3145728002","percentageComplete":4}', ANOTHER_ID),
    ],
)
def test_what_is_no_long_task_is_unreadable(source: bytes, reason: str) -> None:
    assert parse_response(source, expected_id=ID) == Unreadable(reason=reason)


def test_a_response_without_an_id_is_parsed_if_it_looks_like_a_long_task() -> None:
    assert snapshot(b'{"percentageComplete":10,"finished":false}') == replace(PARSED, remote_id=None, finished=False)


def test_an_id_is_the_same_in_either_case() -> None:
    seen = parse_response(b'{"id":"3F0C6A52","finished":true}', expected_id="3f0c6a52")
    assert seen == Seen(snapshot=Snapshot(remote_id="3F0C6A52", finished=True), findings=())


@pytest.mark.parametrize(
    ("source", "status"),
    [
        (b'{"id":"3145728001","percentageComplete":10,"messages":["caf\xe9"]}', "caf\ufffd"),
        (b'{"id":"3145728001","percentageComplete":10,"messages":["a\\ud800b"]}', "a?b"),
        (b'\xef\xbb\xbf{"id":"3145728001","percentageComplete":10,"messages":["x"]}', "x"),
        (b'{"id":"3145728001","percentageComplete":10,"messages":["x"],"extra":NaN}', "x"),
        (b'{"id":"3145728001","percentageComplete":10,"messages":["x"],"elapsedTime":1e999}', "x"),
        (b'{"id":"3145728001","percentageComplete":10,"messages":["x"],"elapsedTime":' + b"9" * 5_000 + b"}", "x"),
        (b'{"id":"3145728001","percentageComplete":10,"messages":["x\ty"]}', "x y"),
    ],
)
def test_only_characters_and_numbers_that_are_invalid_json_are_replaced(source: bytes, status: str) -> None:
    assert snapshot(source) == replace(PARSED, status=StatusMessage(text=status), dropped=1)


def test_findings_are_parsed_in_each_of_their_forms() -> None:
    assert findings(
        {"key": "WARN_RENAME_PAGE", "args": ["A", "B"]},
        {"translation": "ERROR_RELINK"},
        "WARN_IGNORE_COPY_PERMISSION",
        {"translation": '{"key":"ERROR_LOCK_FAILED","args":["DEST"]}'},
        {"translation": "The page is gone"},
        "DONE",
        {"translation": "The page is broken", "type": "ERROR"},
        {"key": "SOMETHING_ELSE", "type": "ERROR"},
        {"key": "WARN_NEW", "args": [{"title": "T"}, {"x": 1}, [2]]},
    ) == (
        Finding(key="WARN_RENAME_PAGE", args=("A", "B")),
        Finding(key="ERROR_RELINK", severity=Severity.ERROR),
        Finding(key="WARN_IGNORE_COPY_PERMISSION"),
        Finding(key="ERROR_LOCK_FAILED", args=("DEST",), severity=Severity.ERROR),
        Finding(key="", text="The page is gone"),
        Finding(key="", text="DONE"),
        Finding(key="", text="The page is broken", severity=Severity.ERROR),
        Finding(key="SOMETHING_ELSE", severity=Severity.ERROR),
        Finding(key="WARN_NEW", args=("T", '{"x":1}', "[2]")),
    )


@pytest.mark.parametrize(
    "entry",
    [
        {"key": "WARN_IGNORE_VIEW_RESTRICTED", "args": ["0"]},
        {"key": "WARN_IGNORE_EDIT_RESTRICTED", "args": [0]},
        {"key": "WARN_IGNORE_DELETE_PAGE", "args": ["0"]},
        {"key": "WARN_NEW", "args": ["0"]},
        {"key": "INITIALIZING_TASK", "args": []},
        {"key": "STATUS_NEW", "args": []},
        None,
    ],
)
def test_a_count_of_zero_and_a_status_are_no_findings(entry: Any) -> None:
    assert findings(entry, "ERROR_RELINK") == (Finding(key="ERROR_RELINK", severity=Severity.ERROR),)


def test_a_finding_that_only_counts_more_is_the_same_finding() -> None:
    three, five = (identities({"key": "WARN_IGNORE_VIEW_RESTRICTED", "args": [count]}) for count in ("3", "5"))
    assert three == five


def test_an_argument_that_is_an_object_is_read_by_the_first_name_that_people_would_know() -> None:
    names = ("translation", "title", "name", "value", "key", "id")
    args = [{later: later for later in reversed(names[index:])} for index in range(len(names))]
    assert findings({"key": "WARN_NEW", "args": [*args, {"other": 1}]}) == (
        Finding(key="WARN_NEW", args=(*names, '{"other":1}')),
    )


def test_findings_of_other_pages_are_other_findings() -> None:
    entries = [{"key": "WARN_RENAME_PAGE", "args": ["A", name]} for name in ("B", "C", "B")]
    entries += [{"key": "WARN_NEW", "args": [page_id]} for page_id in ("98305", "98306")]
    entries += [{"key": "WARN_NEW", "translation": texts} for texts in ("one thing", "another")]
    assert len(set(identities(*entries))) == len(identities(*entries)) == 6


def test_an_identity_is_32_hexadecimal_digits_and_never_changes() -> None:
    # Rows in the database are found by it: after a change here every warning would be posted again.
    assert identities({"key": "WARN_RENAME_PAGE", "args": ["A", "B"]}) == ["9e5229223b8e05a4d0d4bf0f148eaa94"]


def test_a_finding_that_is_listed_twice_keeps_the_larger_count() -> None:
    counts = [{"key": "WARN_IGNORE_VIEW_RESTRICTED", "args": [count]} for count in ("3", "5", "4")]
    assert findings(*counts) == (Finding(key="WARN_IGNORE_VIEW_RESTRICTED", args=("5",), count=5),)
    counted, uncounted = {"key": "WARN_IGNORE_VIEW_RESTRICTED", "args": ["1"]}, {"key": "WARN_IGNORE_VIEW_RESTRICTED"}
    for listed in ((counted, uncounted), (uncounted, counted)):
        assert findings(*listed) == (Finding(key="WARN_IGNORE_VIEW_RESTRICTED", args=("1",), count=1),)


@pytest.mark.parametrize("fields", [{}, {"errors": []}, {"errors": None}, {"messages": ["STATUS_MOVING_PAGES"]}])
def test_a_response_without_findings_has_no_digest(fields: dict[str, Any]) -> None:
    seen = parse_response(body(**fields), expected_id=ID)
    assert isinstance(seen, Seen)
    assert (seen.findings, seen.snapshot.findings_digest, seen.snapshot.findings_count) == ((), "", 0)


def test_findings_beyond_the_limit_are_only_counted() -> None:
    entries = [{"key": "WARN_RENAME_PAGE", "args": [str(number), "x"]} for number in range(MAX_FINDINGS + 7)]
    seen = parse_response(body(errors=entries), expected_id=ID)
    assert isinstance(seen, Seen)
    assert (len(seen.findings or ()), seen.snapshot.findings_count) == (MAX_FINDINGS, MAX_FINDINGS + 7)


@pytest.mark.parametrize("digest", ["", "x", "0" * 32 + ".1.0"])
def test_findings_are_parsed_if_their_digest_is_another(digest: str) -> None:
    seen = parse_response(body(errors=["ERROR_RELINK"]), expected_id=ID, known_digest=digest)
    assert isinstance(seen, Seen)
    assert [finding.key for finding in seen.findings or ()] == ["ERROR_RELINK"]


KEYS = st.sampled_from(
    ["STATUS_COPIED_PAGES", "STATUS_DELETING_PAGES", "WARN_RENAME_PAGE", "WARN_IGNORE_VIEW_RESTRICTED", "ERROR_NEW"]
)
WORDS = st.one_of(st.text(max_size=400), KEYS, st.integers(-5, 3_000).map(str))
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), WORDS),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(WORDS, inner, max_size=4)),
    max_leaves=12,
)
MESSAGES = st.one_of(
    JSON,
    st.fixed_dictionaries(
        {},
        optional={"key": KEYS | JSON, "args": st.lists(JSON, max_size=12) | JSON, "translation": WORDS, "type": JSON},
    ),
)
REPORTS = st.fixed_dictionaries(
    {},
    optional={
        "status": MESSAGES,
        "destinationUrl": JSON,
        "totalPageNeedToCopy": JSON,
        "errors": st.lists(MESSAGES, max_size=4) | JSON,
    },
).map(json.dumps)
SAID = st.one_of(MESSAGES, REPORTS, REPORTS.map(lambda report: {"translation": report, "args": []}))
BODIES = st.fixed_dictionaries(
    {},
    optional={
        "id": st.just(ID) | JSON,
        "name": MESSAGES,
        "elapsedTime": JSON,
        "percentageComplete": st.integers(-10, 110) | JSON,
        "successful": st.booleans() | JSON,
        "finished": st.booleans() | JSON,
        "messages": st.lists(SAID, max_size=4) | JSON,
        "status": SAID,
        "errors": st.lists(MESSAGES, max_size=6) | JSON,
        "additionalDetails": JSON
        | st.fixed_dictionaries(
            {}, optional={"destinationId": JSON, "destinationUrl": JSON, "totalPageNeedToCopy": JSON}
        ),
        "_links": JSON | st.fixed_dictionaries({"base": JSON}),
    },
).map(lambda value: json.dumps(value).encode())


def texts(value: Any) -> list[str]:
    """Every string in plain values, keys aside."""
    if isinstance(value, str):
        return [value]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else ()
    return [text for one in inner for text in texts(one)]


@given(BODIES)
def test_any_json_of_this_shape_is_parsed_within_bounds(source: bytes) -> None:
    answer = parse_response(source, expected_id=ID)
    if isinstance(answer, Unreadable):
        return
    stored = msgspec.json.encode(answer.snapshot)
    assert msgspec.json.decode(stored, type=Snapshot) == answer.snapshot
    findings = msgspec.json.encode(answer.findings)
    assert msgspec.json.decode(findings, type=tuple[Finding, ...]) == answer.findings
    read_texts = texts(msgspec.to_builtins([answer.snapshot, answer.findings]))
    assert [text for text in read_texts if "\x00" in text or "\n" in text or len(text) > 2_000] == []


@given(BODIES)
def test_parsing_twice_gives_the_same(source: bytes) -> None:
    answer = parse_response(source, expected_id=ID)
    assert parse_response(source, expected_id=ID) == answer
    if isinstance(answer, Seen) and answer.snapshot.findings_digest:
        digest = answer.snapshot.findings_digest
        assert parse_response(source, expected_id=ID, known_digest=digest) == replace(answer, findings=None)


@given(st.binary(), st.integers(0, 400))
def test_no_bytes_raise(noise: bytes, place: int) -> None:
    whole = body(messages=[{"translation": "Deleting space", "args": []}], errors=["ERROR_RELINK"])
    for source in (noise, whole[:place], whole[:place] + noise + whole[place:]):
        assert isinstance(parse_response(source, expected_id=ID), Seen | Unreadable)
