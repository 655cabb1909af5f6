"""Draw what Confluence may answer about a long task: its whole schema, to the extremes of each type, and beyond.

Shape: schema LongTaskStatusWithLinks of REST API v1 (developer.atlassian.com/cloud/confluence/rest/v1), with the `key`
that live sites add to a message.
"""

import json
from typing import Any

from hypothesis import strategies as st

from bot.domain.status_keys import STATUS_KEYS

#: any Unicode, lone surrogates and NUL included
TEXTS = (
    st.text(st.characters(exclude_categories=()), max_size=40)
    | st.text(max_size=300)
    | st.sampled_from(
        [
            "",
            " ",
            "\x00",
            "\ud800",
            "a\ud800\udc00b",
            "\u2028",
            "\u202e",
            "x" * 600,
            "&<>" * 300,
            "🗺️" * 200,
            "{",
            "{}",
        ]
    )
    | st.sampled_from(["<!channel>", "<@U0ANNA>", "*_~`", "{0} {name}", "%s %(x)s", '{"status":"STATUS_COPIED_PAGES"}'])
)
_INT64 = (-(2**63), -1, 0, 1, 2**31 - 1, 2**31, 2**53 - 1, 2**53, 2**63 - 2, 2**63 - 1)
INT64 = st.sampled_from(_INT64) | st.integers(-(2**63), 2**63 - 1) | st.integers(0, 10**9)
INT32 = st.sampled_from((-(2**31), -1, 0, 80, 99, 100, 101, 2**31 - 1)) | st.integers(0, 100)
#: not in the schema: what other writers of JSON make of numbers
ODD_NUMBERS = st.sampled_from(
    [float("nan"), float("inf"), -float("inf"), 1e308, 5e-324, 10**400, 2**64, "NaN", "-0", "1e9", "007", True, None]
)
_LEAVES = TEXTS | INT64 | ODD_NUMBERS | st.booleans() | st.none()
OBJECTS = st.dictionaries(
    st.text(max_size=8) | st.sampled_from(["title", "translation", "key", "args", "id"]),
    st.recursive(_LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner)),
    max_size=4,
)
NUMERALS = st.integers(0, 2**70).map(str)
KEYS = st.sampled_from([*STATUS_KEYS, "FINISH_SUCCESS", "WARN_SOMETHING_NEW", "ERROR_SOMETHING_NEW"]) | TEXTS
MESSAGES = st.fixed_dictionaries(
    {"args": st.lists(TEXTS | NUMERALS | OBJECTS, max_size=4)},
    optional={"key": KEYS, "translation": KEYS, "type": st.sampled_from(["WARN", "ERROR"]), "more": OBJECTS},
)
MANY_MESSAGES = st.lists(MESSAGES, max_size=5) | MESSAGES.map(lambda message: [message] * 30)
DETAILS = st.fixed_dictionaries(
    {},
    optional={
        "destinationId": TEXTS | NUMERALS | st.none(),
        "destinationUrl": TEXTS | st.just("/spaces/DEST/pages/98765433/Team+handbook"),
        "totalPageNeedToCopy": INT64 | ODD_NUMBERS,
        "additionalProperties": TEXTS,
    },
)
FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "name": st.fixed_dictionaries({"key": TEXTS, "args": st.lists(OBJECTS, max_size=2)}),
    "elapsedTime": INT64 | ODD_NUMBERS,
    "percentageComplete": INT32 | ODD_NUMBERS | st.floats(0, 100),
    "successful": st.booleans(),
    "finished": st.booleans(),
    "messages": MANY_MESSAGES,
    "_links": st.dictionaries(st.sampled_from(["base", "context", "self"]), TEXTS | OBJECTS),
}
MORE_FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "ari": TEXTS,
    "status": KEYS,
    "errors": MANY_MESSAGES,
    "additionalDetails": DETAILS,
}


def longtask_bodies(*, finished: bool | None = None) -> st.SearchStrategy[dict[str, Any]]:
    """Bodies without an id; `finished`: as drawn if None."""
    fields = FIELDS if finished is None else {**FIELDS, "finished": st.just(finished)}
    return st.fixed_dictionaries(fields, optional=MORE_FIELDS)


def encoded(body: dict[str, Any], remote_id: str) -> str:
    """A body about the long task of that id as JSON in ASCII, with the tokens NaN and Infinity where they are drawn."""
    return json.dumps({"id": remote_id, **body})
