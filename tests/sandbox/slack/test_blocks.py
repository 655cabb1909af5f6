import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.slack.blocks import message_problems, view_problems


def plain(text):
    return {"type": "plain_text", "text": text}


def mrkdwn(text):
    return {"type": "mrkdwn", "text": text}


def button(**fields):
    return {"type": "button", "text": plain("Go"), **fields}


def line(points=5, *, series=1, title="Progress", **axis):
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


SECTION = {"type": "section", "text": mrkdwn("hello")}
IMAGE = {"type": "image", "image_url": "https://example.org/a.png", "alt_text": "a"}


@pytest.mark.parametrize(
    "block",
    [
        SECTION,
        {"type": "section", "fields": [plain("a"), mrkdwn("b")]},
        {"type": "section", "text": mrkdwn("x" * 3000), "accessory": button(url="https://example.org"), "expand": True},
        {"type": "context", "elements": [mrkdwn("a"), plain("b"), IMAGE]},
        {"type": "actions", "elements": [button(action_id=f"a{n}") for n in range(25)]},
        {"type": "actions", "elements": [button(action_id="stop", value="v" * 2000, style="danger")]},
        {"type": "divider"},
        {"type": "header", "text": plain("x" * 150)},
        IMAGE,
        {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": []}]},
        {"type": "markdown", "text": "# hello"},
        {"type": "table", "rows": [[{"type": "raw_text", "text": "a"}]]},
        {"type": "container", "title": plain("a"), "child_blocks": [SECTION], "is_collapsible": True},
        {"type": "plan", "title": "a", "tasks": [{"type": "task_card", "task_id": "1", "title": "b"}]},
        line(),
        line(20, series=6, x_label="Time", y_label="Percent"),
    ],
)
def test_blocks_that_slack_takes(block):
    assert message_problems([block]) == []


@pytest.mark.parametrize(
    ("block", "problem"),
    [
        ({"type": "section"}, "missing required field: one of text, fields [json-pointer:/blocks/0]"),
        (
            {"type": "section", "text": mrkdwn("x" * 3001)},
            "must be less than 3001 characters [json-pointer:/blocks/0/text/text]",
        ),
        (
            {"type": "section", "text": mrkdwn("")},
            "must be more than 0 characters [json-pointer:/blocks/0/text/text]",
        ),
        ({"type": "section", "text": {"type": "html"}}, "unsupported type: html [json-pointer:/blocks/0/text/type]"),
        ({**SECTION, "colour": "red"}, "unexpected field: colour [json-pointer:/blocks/0]"),
        ({**SECTION, "block_id": "x" * 256}, "must be less than 256 characters [json-pointer:/blocks/0/block_id]"),
        (
            {"type": "section", "fields": [plain("a")] * 11},
            "no more than 10 items allowed [json-pointer:/blocks/0/fields]",
        ),
        (
            {"type": "section", "fields": [plain("a" * 2001)]},
            "must be less than 2001 characters [json-pointer:/blocks/0/fields/0/text]",
        ),
        (
            {"type": "context", "elements": [mrkdwn("a")] * 11},
            "no more than 10 items allowed [json-pointer:/blocks/0/elements]",
        ),
        (
            {"type": "context", "elements": []},
            "must have at least 1 items [json-pointer:/blocks/0/elements]",
        ),
        (
            {"type": "actions", "elements": [button()] * 26},
            "no more than 25 items allowed [json-pointer:/blocks/0/elements]",
        ),
        (
            {"type": "actions", "elements": [button(text=plain("x" * 76))]},
            "must be less than 76 characters [json-pointer:/blocks/0/elements/0/text/text]",
        ),
        (
            {"type": "actions", "elements": [button(text=mrkdwn("x"))]},
            "must be one of plain_text [json-pointer:/blocks/0/elements/0/text/type]",
        ),
        (
            {"type": "actions", "elements": [button(value="x" * 2001)]},
            "must be less than 2001 characters [json-pointer:/blocks/0/elements/0/value]",
        ),
        (
            {"type": "actions", "elements": [button(action_id="x" * 256)]},
            "must be less than 256 characters [json-pointer:/blocks/0/elements/0/action_id]",
        ),
        (
            {"type": "actions", "elements": [button(url="https://e.org/" + "x" * 3000)]},
            "must be less than 3001 characters [json-pointer:/blocks/0/elements/0/url]",
        ),
        (
            {"type": "actions", "elements": [button(url="nowhere")]},
            "must be a valid url [json-pointer:/blocks/0/elements/0/url]",
        ),
        (
            {"type": "actions", "elements": [button(style="green")]},
            "must be one of primary, danger [json-pointer:/blocks/0/elements/0/style]",
        ),
        (
            {"type": "header", "text": plain("x" * 151)},
            "must be less than 151 characters [json-pointer:/blocks/0/text/text]",
        ),
        ({"type": "image", "image_url": "https://e.org"}, "missing required field: alt_text [json-pointer:/blocks/0]"),
        ({"type": "alert", "text": plain("x")}, "unsupported type: alert [json-pointer:/blocks/0/type]"),
        ({"type": 7}, "unsupported type: 7 [json-pointer:/blocks/0/type]"),
        (line(title="x" * 51), "must be less than 51 characters [json-pointer:/blocks/0/title]"),
        (line(series=7), "no more than 6 items allowed [json-pointer:/blocks/0/chart/series]"),
        (line(x_label="x" * 51), "must be less than 51 characters [json-pointer:/blocks/0/chart/axis_config/x_label]"),
    ],
)
def test_blocks_that_slack_refuses(block, problem):
    assert message_problems([block]) == [problem]


def test_a_series_has_a_point_for_each_category():
    chart = line()
    chart["chart"]["series"][0]["data"].pop()
    assert message_problems([chart]) == [
        "labels must match axis_config.categories [json-pointer:/blocks/0/chart/series/0/data]"
    ]


def test_series_have_names_of_their_own():
    chart = line(series=2)
    chart["chart"]["series"][1]["name"] = "s0"
    assert message_problems([chart]) == ["series names must be unique [json-pointer:/blocks/0/chart/series]"]


def test_a_pie_has_segments_above_nothing():
    pie = {
        "type": "data_visualization",
        "title": "Pie",
        "chart": {"type": "pie", "segments": [{"label": "a", "value": 0}]},
    }
    assert message_problems([pie]) == ["must be greater than 0 [json-pointer:/blocks/0/chart/segments/0/value]"]


def test_a_message_holds_fifty_blocks_and_two_charts():
    assert message_problems([SECTION] * 50) == []
    assert message_problems([SECTION] * 51) == ["no more than 50 items allowed [json-pointer:/blocks]"]
    assert message_problems([line(), line()]) == []
    assert message_problems([line()] * 3) == [
        "Cannot have more than 2 data_visualization blocks [json-pointer:/blocks]"
    ]


def test_ids_are_unique():
    same = [{**SECTION, "block_id": "a"}] * 2
    assert message_problems(same) == ["block_id already exists: a [json-pointer:/blocks]"]
    in_one = [{"type": "actions", "elements": [button(action_id="a"), button(action_id="a")]}]
    in_two = [{"type": "actions", "elements": [button(action_id="a")]}] * 2
    again = ["action_id already exists: a [json-pointer:/blocks]"]
    assert message_problems(in_one, actions_in_message=False) == again
    assert message_problems(in_two, actions_in_message=False) == []
    assert message_problems(in_two) == again


def test_markdown_is_counted_over_the_whole_message():
    half = {"type": "markdown", "text": "x" * 6001}
    assert message_problems([half, half]) == [
        "markdown must be less than 12001 characters in all [json-pointer:/blocks]"
    ]


def test_lengths_may_be_counted_in_utf_16():
    section = {"type": "section", "text": mrkdwn("🙂" * 2000)}
    assert message_problems([section]) == []
    assert message_problems([section], length=lambda text: len(text.encode("utf-16-le")) // 2) == [
        "must be less than 3001 characters [json-pointer:/blocks/0/text/text]"
    ]


def test_views_hold_a_hundred_blocks_and_no_charts():
    field = {"type": "input", "label": plain("a"), "element": {"type": "plain_text_input", "action_id": "a"}}
    assert view_problems([field] * 100) == []
    assert view_problems([field] * 101) == ["no more than 100 items allowed [json-pointer:/view/blocks]"]
    assert view_problems([line()]) == ["unsupported type: data_visualization [json-pointer:/view/blocks/0/type]"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["type", "text", "elements"]), inner),
    max_leaves=12,
)


@given(st.lists(st.dictionaries(st.sampled_from(["type", "text", "elements", "fields", "chart", "block_id"]), JSON)))
def test_whatever_is_sent_is_judged_and_never_raises(blocks):
    alone = [problem for block in blocks for problem in message_problems([block])]
    together = message_problems(blocks)
    assert bool(together) >= bool(alone)
    assert all(problem.endswith("]") and "[json-pointer:/blocks" in problem for problem in together)
