"""The bodies of a simulated site have the fields, types and habits of the real ones."""

import json
import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from sandbox.confluence import ConfluenceSimulator, Note, Story
from sandbox.scenarios import SITE_KINDS, listed_notes, random_scenario, scenario, scenario_names

Check = Callable[[Any], bool]


def text(value: object) -> bool:
    return isinstance(value, str)


def whole(bits: int) -> Check:
    return lambda value: type(value) is int and -(2 ** (bits - 1)) <= value < 2 ** (bits - 1)


def flag(value: object) -> bool:
    return isinstance(value, bool)


def texts_or_objects(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, str | dict) for item in value)


def message(value: object) -> bool:
    """`args` must be there; `translation` and the undocumented `key` are strings where they are."""
    return (
        isinstance(value, dict)
        and texts_or_objects(value.get("args"))
        and all(text(value[name]) for name in ("translation", "key") if name in value)
    )


def messages(value: object) -> bool:
    return isinstance(value, list) and all(message(item) for item in value)


def name(value: object) -> bool:
    return isinstance(value, dict) and set(value) == {"key", "args"} and text(value["key"]) and value["args"] == []


def details(value: object) -> bool:
    """`destinationId` is the one nullable field of the specification."""
    checks: dict[str, Check] = {
        "destinationId": lambda item: item is None or text(item),
        "destinationUrl": text,
        "totalPageNeedToCopy": whole(32),
        "additionalProperties": text,
    }
    return isinstance(value, dict) and all(checks[field](item) for field, item in value.items())


#: of LongTaskStatusWithLinks: field -> check; all but the last four are required
CLOUD: dict[str, Check] = {
    "id": text,
    "name": name,
    "elapsedTime": whole(64),
    "percentageComplete": whole(32),
    "successful": flag,
    "finished": flag,
    "messages": messages,
    "_links": lambda value: isinstance(value, dict) and set(value) == {"base", "context", "self"},
    "ari": text,
    "status": text,
    "errors": messages,
    "additionalDetails": details,
}
OPTIONAL = {"ari", "status", "errors", "additionalDetails"}
DATACENTER = {"id", "name", "elapsedTime", "percentageComplete", "successful", "messages", "_links", "_expandable"}


def bodies(story: Story, kind: str) -> Iterator[dict[str, Any]]:
    """Each body that a story ever sends."""
    now = 0.0
    simulator = ConfluenceSimulator(clock=lambda: now, kind=kind, context="/confluence")
    remote_id = simulator.add(story)
    for frame in simulator.tasks[remote_id].script.frames:
        now = frame.at
        body = simulator.body(remote_id)
        assert body is not None
        yield body


def stories(kind: str) -> list[Story]:
    return [scenario(name, kind).story for name in scenario_names(kind)] + [
        random_scenario(seed, kind=kind).story for seed in range(200)
    ]


def test_cloud_sends_the_documented_fields_in_their_types() -> None:
    for story in stories("cloud"):
        for body in bodies(story, "cloud"):
            assert set(body) - OPTIONAL == set(CLOUD) - OPTIONAL, story.name
            wrong = {field: value for field, value in body.items() if not CLOUD[field](value)}
            assert wrong == {}, story.name


def report(body: dict[str, Any]) -> dict[str, Any] | None:
    (only,) = body["messages"]
    assert only["args"] == []
    return json.loads(only["translation"]) if only["translation"].startswith("{") else None


def test_data_center_sends_one_message_and_no_word_of_the_end() -> None:
    for story in stories("datacenter"):
        sent = list(bodies(story, "datacenter"))
        for number, body in enumerate(sent):
            assert set(body) == DATACENTER, story.name
            read = report(body)
            if read is None:
                continue
            assert set(read) == {"status", "destinationUrl", "totalPageNeedToCopy", "errors"}
            assert set(read["status"]) == {"key", "args", "translation"}
            assert [set(entry) for entry in read["errors"]] == [{"key", "type", "args", "translation"}] * len(
                read["errors"]
            )
            if number < len(sent) - 1:
                # warnings come only with the last report, and `successful` is true until it is not
                assert (read["errors"], body["successful"]) == ([], True), story.name


@pytest.mark.parametrize("kind", SITE_KINDS)
def test_all_that_is_listed_is_what_the_story_says(kind: str) -> None:
    for story in stories(kind):
        found: dict[Note, None] = {}
        for body in bodies(story, kind):
            entries = body.get("errors", []) if kind == "cloud" else (report(body) or {"errors": []})["errors"]
            found |= dict.fromkeys(Note(entry["key"], tuple(entry["args"])) for entry in entries)
        assert set(found) == set(listed_notes(story, kind)), story.name


def last(story_name: str, kind: str) -> dict[str, Any]:
    *_, body = bodies(scenario(story_name, kind).story, kind)
    return body


def test_after_an_exception_data_center_has_one_sign_left() -> None:
    body = last("failure", "datacenter")
    read = report(body)
    assert read is not None
    assert (body["successful"], body["percentageComplete"], body["elapsedTime"]) == (False, 49, 22_000)
    assert (read["status"]["key"], read["status"]["args"], read["errors"]) == ("STATUS_COPIED_PAGES", ["80"], [])


def test_after_an_exception_the_time_of_a_delete_goes_on_and_that_of_a_copy_does_not() -> None:
    now = 0.0
    simulator = ConfluenceSimulator(clock=lambda: now, kind="datacenter")
    ids = [simulator.add(scenario(name, "datacenter").story) for name in ("delete_exception", "failure")]
    now = 500.0
    elapsed = [(simulator.body(remote_id) or {})["elapsedTime"] for remote_id in ids]
    assert elapsed == [500_000, 22_000]


def test_without_the_lock_data_center_stays_at_nothing() -> None:
    body = last("lock_failure", "datacenter")
    read = report(body)
    assert read is not None
    assert (body["successful"], body["percentageComplete"]) == (False, 0)
    assert (read["status"]["args"], [entry["key"] for entry in read["errors"]]) == (["0"], ["ERROR_LOCK_FAILED"])


def test_a_copy_without_links_ends_below_100_on_data_center() -> None:
    body = last("finish_below_100", "datacenter")
    read = report(body)
    assert read is not None
    assert (body["successful"], body["percentageComplete"], read["status"]["args"]) == (True, 80, ["42"])


def test_a_delete_lists_both_counts_even_when_they_are_nothing() -> None:
    assert last("zero_counts", "cloud")["errors"] == [
        {"key": "WARN_IGNORE_EDIT_RESTRICTED", "args": ["0"]},
        {"key": "WARN_IGNORE_VIEW_RESTRICTED", "args": ["0"]},
    ]


def test_the_text_of_a_space_never_changes() -> None:
    for kind in SITE_KINDS:
        texts = [body["messages"] for body in bodies(scenario("space_delete", kind).story, kind)]
        assert texts == [[{"translation": "Deleting space", "args": []}]] * len(texts)


def test_a_seed_gives_the_same_story() -> None:
    for seed in range(20):
        assert random_scenario(seed) == random_scenario(random.Random(seed))
