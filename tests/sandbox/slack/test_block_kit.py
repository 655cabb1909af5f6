"""Blocks that Slack accepts are accepted, others are refused with the reason and the place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.slack.block_kit.blocks import message_problem
from sandbox.slack.block_kit.surfaces import Home, view_problem
from sandbox.slack.records import Json
from tests.sandbox.slack.support import SECTION, mrkdwn, plain


def button(**fields: object) -> Json:
    return {"type": "button", "text": plain("Go"), **fields}


def confirm(**fields: object) -> Json:
    """The question that a button asks; None leaves a field out."""
    asked = {
        "title": plain("Stop?"),
        "text": plain("Sure?"),
        "confirm": plain("Stop"),
        "deny": plain("Go on"),
        **fields,
    }
    return {name: value for name, value in asked.items() if value is not None}


def asking(**fields: object) -> Json:
    return {"type": "actions", "elements": [button(confirm=confirm(**fields))]}


def select(**fields: object) -> Json:
    return {"type": "static_select", "options": [{"text": plain("Quiet"), "value": "quiet"}], **fields}


def line(points: int = 5, *, series: int = 1, title: str = "Progress", **axis: str) -> Json:
    labels = [f"{number}:00" for number in range(points)]
    data = [{"label": label, "value": number} for number, label in enumerate(labels)]
    return {
        "type": "data_visualization",
        "title": title,
        "chart": {
            "type": "line",
            "series": [{"name": f"s{number}", "data": data} for number in range(series)],
            "axis_config": {"categories": labels, **axis},
        },
    }


def field(element: Json, **fields: object) -> Json:
    return {"type": "input", "label": plain("Label"), "element": element, **fields}


def home(*blocks: Json) -> Json:
    return {"type": "home", "blocks": list(blocks)}


@pytest.mark.parametrize(
    "block",
    [
        SECTION,
        {"type": "section", "text": mrkdwn("x" * 3000), "accessory": button(url="https://example.org")},
        {"type": "section", "text": plain("a"), "accessory": select()},
        {"type": "context", "elements": [mrkdwn("a"), {**plain("b"), "emoji": False}]},
        {"type": "actions", "elements": [button(action_id=f"a{n}") for n in range(25)]},
        {"type": "actions", "elements": [button(value="v" * 2000, style="danger", accessibility_label="Stop 7")]},
        asking(),
        asking(title=plain("x" * 100), text=plain("x" * 300), confirm=plain("x" * 30), style="danger"),
        {"type": "divider"},
        {"type": "header", "text": plain("x" * 150)},
        line(),
        line(20, series=6, x_label="Time", y_label="Percent"),
    ],
)
def test_blocks_that_slack_takes(block: Json) -> None:
    assert message_problem([block]) is None


@pytest.mark.parametrize(
    ("block", "problem"),
    [
        ({"type": "section"}, "Object missing required field `text` [json-pointer:/blocks/0]"),
        (
            {"type": "section", "text": mrkdwn("x" * 3001)},
            "Expected `str` of length <= 3000 [json-pointer:/blocks/0/text/text]",
        ),
        ({"type": "section", "text": mrkdwn("")}, "Expected `str` of length >= 1 [json-pointer:/blocks/0/text/text]"),
        ({"type": "section", "text": {"type": "html"}}, "Invalid value 'html' [json-pointer:/blocks/0/text/type]"),
        (
            {"type": "header", "text": {"text": "a"}},
            "Object missing required field `type` [json-pointer:/blocks/0/text]",
        ),
        ({**SECTION, "colour": "red"}, "Object contains unknown field `colour` [json-pointer:/blocks/0]"),
        ({**SECTION, "accessory": None}, "Expected `object`, got `null` [json-pointer:/blocks/0/accessory]"),
        (
            {**SECTION, "block_id": "x" * 256},
            "Expected `str` of length <= 255 [json-pointer:/blocks/0/block_id]",
        ),
        (
            {"type": "context", "elements": [mrkdwn("a")] * 11},
            "Expected `array` of length <= 10 [json-pointer:/blocks/0/elements]",
        ),
        (
            {"type": "context", "elements": []},
            "Expected `array` of length >= 1 [json-pointer:/blocks/0/elements]",
        ),
        (
            {"type": "actions", "elements": [button()] * 26},
            "Expected `array` of length <= 25 [json-pointer:/blocks/0/elements]",
        ),
        (
            {"type": "actions", "elements": [button(text=plain("x" * 76))]},
            "Expected `str` of length <= 75 [json-pointer:/blocks/0/elements/0/text/text]",
        ),
        (
            {"type": "actions", "elements": [button(text=mrkdwn("x"))]},
            "Invalid value 'mrkdwn' [json-pointer:/blocks/0/elements/0/text/type]",
        ),
        (
            {"type": "actions", "elements": [button(value="x" * 2001)]},
            "Expected `str` of length <= 2000 [json-pointer:/blocks/0/elements/0/value]",
        ),
        (
            {"type": "actions", "elements": [button(action_id="x" * 256)]},
            "Expected `str` of length <= 255 [json-pointer:/blocks/0/elements/0/action_id]",
        ),
        (
            {"type": "actions", "elements": [button(accessibility_label="x" * 76)]},
            "Expected `str` of length <= 75 [json-pointer:/blocks/0/elements/0/accessibility_label]",
        ),
        *(
            (
                asking(**{part: plain("x" * (limit + 1))}),
                f"Expected `str` of length <= {limit} [json-pointer:/blocks/0/elements/0/confirm/{part}/text]",
            )
            for part, limit in (("title", 100), ("text", 300), ("confirm", 30), ("deny", 30))
        ),
        *(
            (
                asking(**{part: None}),
                f"Object missing required field `{part}` [json-pointer:/blocks/0/elements/0/confirm]",
            )
            for part in ("title", "text", "confirm", "deny")
        ),
        (asking(text=mrkdwn("x")), "Invalid value 'mrkdwn' [json-pointer:/blocks/0/elements/0/confirm/text/type]"),
        (
            asking(style="green"),
            "Invalid enum value 'green' [json-pointer:/blocks/0/elements/0/confirm/style]",
        ),
        (
            {"type": "actions", "elements": [button(url="https://e.org/" + "x" * 3000)]},
            "Expected `str` of length <= 3000 [json-pointer:/blocks/0/elements/0/url]",
        ),
        (
            {"type": "actions", "elements": [button(url="nowhere")]},
            r"Expected `str` matching regex '^[A-Za-z][A-Za-z0-9+.-]*:\\S+\\Z' [json-pointer:/blocks/0/elements/0/url]",
        ),
        (
            {"type": "actions", "elements": [button(style="green")]},
            "Invalid enum value 'green' [json-pointer:/blocks/0/elements/0/style]",
        ),
        (
            {"type": "actions", "elements": [select(options=[{"text": plain("Quiet"), "value": "x" * 151}])]},
            "Expected `str` of length <= 150 [json-pointer:/blocks/0/elements/0/options/0/value]",
        ),
        (
            {"type": "header", "text": plain("x" * 151)},
            "Expected `str` of length <= 150 [json-pointer:/blocks/0/text/text]",
        ),
        ({"type": "alert", "text": plain("x")}, "Invalid value 'alert' [json-pointer:/blocks/0/type]"),
        (field({"type": "plain_text_input"}), "Invalid value 'input' [json-pointer:/blocks/0/type]"),
        ({"type": 7}, "Expected `str`, got `int` [json-pointer:/blocks/0/type]"),
        (line(title="x" * 51), "Expected `str` of length <= 50 [json-pointer:/blocks/0/title]"),
        (line(series=7), "Expected `array` of length <= 6 [json-pointer:/blocks/0/chart/series]"),
        (line(x_label="x" * 51), "Expected `str` of length <= 50 [json-pointer:/blocks/0/chart/axis_config/x_label]"),
        (line(21), "Expected `array` of length <= 20 [json-pointer:/blocks/0/chart/series/0/data]"),
    ],
)
def test_blocks_that_slack_refuses(block: Json, problem: str) -> None:
    assert message_problem([block]) == problem


def test_a_series_has_a_point_for_each_category() -> None:
    chart = line()
    chart["chart"]["series"][0]["data"].pop()
    assert message_problem([chart]) == (
        "Labels of series 0 do not match axis_config.categories [json-pointer:/blocks/0/chart]"
    )


def test_series_have_names_of_their_own() -> None:
    chart = line(series=2)
    chart["chart"]["series"][1]["name"] = "s0"
    assert message_problem([chart]) == "Names of series are not unique [json-pointer:/blocks/0/chart]"


def test_a_message_holds_fifty_blocks_and_two_charts() -> None:
    assert message_problem([SECTION] * 50) is None
    assert message_problem([SECTION] * 51) == "Expected `array` of length <= 50 [json-pointer:/blocks]"
    assert message_problem([line(), line()]) is None
    assert message_problem([line()] * 3) == "Cannot have more than 2 data_visualization blocks [json-pointer:/blocks]"


def test_ids_are_unique_in_a_message() -> None:
    actions = {"type": "actions", "elements": [button(action_id="a")]}
    beside = {**SECTION, "accessory": button(action_id="a")}
    assert message_problem([{**SECTION, "block_id": "a"}] * 2) == "block_id already exists: a [json-pointer:/blocks]"
    assert message_problem([actions, beside]) == "action_id already exists: a [json-pointer:/blocks]"
    assert message_problem([{**SECTION, "block_id": ""}] * 2) is None


def test_action_ids_are_unique_in_a_block_of_a_view() -> None:
    one = {"type": "actions", "elements": [button(action_id="a")]}
    both = {"type": "actions", "elements": [button(action_id="a")] * 2}
    assert view_problem(home(one, one), Home) is None
    assert view_problem(home(both), Home) == "action_id already exists: a [json-pointer:/view/blocks]"


@pytest.mark.parametrize(
    ("element", "problem"),
    [
        ({"type": "plain_text_input", "action_id": "a", "multiline": True, "max_length": 3000}, None),
        (select(initial_option={"text": plain("Quiet"), "value": "quiet"}), None),
        ({"type": "conversations_select", "filter": {"include": ["public"], "exclude_bot_users": True}}, None),
        ({"type": "radio_buttons", "options": select()["options"]}, None),
        ({"type": "checkboxes", "options": select()["options"], "initial_options": select()["options"]}, None),
        ({"type": "plain_text_input", "max_length": 3001}, "Expected `int` <= 3000 [json-pointer:{}/max_length]"),
        (
            {"type": "conversations_select", "filter": {"include": ["all"]}},
            "Invalid enum value 'all' [json-pointer:{}/filter/include/0]",
        ),
        (
            {"type": "radio_buttons", "options": select()["options"] * 11},
            "Expected `array` of length <= 10 [json-pointer:{}/options]",
        ),
        ({"type": "checkboxes"}, "Object missing required field `options` [json-pointer:{}]"),
        (button(), "Invalid value 'button' [json-pointer:{}/type]"),
    ],
)
def test_fields_of_a_form(element: Json, problem: str | None) -> None:
    expected = problem and problem.format("/view/blocks/0/element")
    assert view_problem(home(field(element, optional=True, hint=plain("Hint"))), Home) == expected


def test_views_hold_a_hundred_blocks_and_no_charts() -> None:
    assert view_problem(home(*[SECTION] * 100), Home) is None
    assert view_problem(home(*[SECTION] * 101), Home) == "Expected `array` of length <= 100 [json-pointer:/view/blocks]"
    assert view_problem(home(line()), Home) == "Invalid value 'data_visualization' [json-pointer:/view/blocks/0/type]"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["type", "text", "elements"]), inner),
    max_leaves=12,
)


@given(st.lists(st.dictionaries(st.sampled_from(["type", "text", "elements", "accessory", "chart", "block_id"]), JSON)))
def test_whatever_is_sent_is_judged_and_never_raises(blocks: list[Json]) -> None:
    single = [message_problem([block]) for block in blocks]
    together = message_problem(blocks)
    assert (together is not None) >= any(single)
    assert together is None or (together.endswith("]") and "[json-pointer:/blocks" in together)
