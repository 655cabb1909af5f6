import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.parsing.task_list import MAX_ENTRIES, NO_LIST, Page, parse_list
from bot.domain.poll_result import Unreadable

RUNNING = {"id": "7", "percentageComplete": 38, "finished": False, "elapsedTime": 60_000, "messages": []}
#: any JSON
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=10,
)


def read(body: Any, *, limit: int = 100) -> Page | Unreadable:
    return parse_list(json.dumps(body).encode(), limit=limit, digests={})


def ids(page: Page | Unreadable) -> list[str | None]:
    assert isinstance(page, Page)
    return [seen.snapshot.remote_id for seen in page.found]


def test_an_entry_that_cannot_be_read_or_has_no_id_is_left_out_and_counted_as_an_entry() -> None:
    nameless = {name: value for name, value in RUNNING.items() if name != "id"}
    page = read({"results": [RUNNING, 5, None, nameless, {"id": "8"}, {**RUNNING, "id": 9}], "limit": 100})
    assert ids(page) == ["7", "9"]
    assert isinstance(page, Page)
    assert (page.size, page.has_next) == (6, False)


@pytest.mark.parametrize(
    ("entries", "limit", "links", "has_next"),
    [
        (0, 100, {}, False),
        (0, 100, {"next": "/rest/api/longtask?start=100"}, False),  # nothing to count on from
        (99, 100, {}, False),
        (100, 100, {}, True),
        (25, 25, {}, True),  # a server with a limit of its own
        (3, 100, {"next": "/rest/api/longtask?start=3"}, True),
        (3, "many", None, False),
        (3, 1000, {}, False),  # more than was asked for
    ],
)
def test_a_page_has_a_next_one_if_it_is_full_or_says_so(entries: int, limit: Any, links: Any, has_next: bool) -> None:
    page = read({"results": [RUNNING] * entries, "limit": limit, "_links": links})
    assert isinstance(page, Page)
    assert page.has_next is has_next


def test_ids_may_hold_colons_and_128_characters() -> None:
    long_id = "space:" + "a" * 122
    assert ids(read({"results": [{**RUNNING, "id": long_id}, {**RUNNING, "id": long_id + "b"}]})) == [long_id]


def test_no_more_entries_are_read_than_a_page_can_have() -> None:
    assert len(ids(read({"results": [RUNNING] * (MAX_ENTRIES + 1)}))) == MAX_ENTRIES


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"<html>", "not a JSON object"),
        (b"[]", "not a JSON object"),
        (b"{}", NO_LIST),
        (b'{"results": {}}', NO_LIST),
        (b'{"results": null}', NO_LIST),
        (b'{"results": [' + b"[]," * 200_001 + b"[]]}", "more than 200,000 values"),
    ],
)
def test_what_is_no_list_says_why(body: bytes, reason: str) -> None:
    assert parse_list(body, limit=100, digests={}) == Unreadable(reason=reason)


@given(entries=st.lists(ANYTHING, max_size=5), links=ANYTHING, limit=ANYTHING)
def test_whatever_is_in_a_list_it_is_read_or_refused(entries: Any, links: Any, limit: Any) -> None:
    page = read({"results": entries, "_links": links, "limit": limit})
    assert isinstance(page, Unreadable) or page.size == len(entries)
