"""Blocks are built within Slack's limits."""

from hypothesis import given
from hypothesis import strategies as st

from bot.render.blocks import button, fitting, message, question, sections
from bot.render.mrkdwn import Mrkdwn, length

LINES = st.lists(st.text(alphabet="a🎉", min_size=1, max_size=900).map(Mrkdwn), max_size=12)


@given(LINES)
def test_lines_are_packed_into_sections_without_loss(lines: list[Mrkdwn]) -> None:
    packed = [block["text"]["text"] for block in sections(lines)]
    assert "\n".join(packed) == "\n".join(lines)
    assert all(length(text) <= 3_000 for text in packed)


@given(LINES, st.integers(min_value=4, max_value=4_000))
def test_what_does_not_fit_is_left_out_by_whole_lines(lines: list[Mrkdwn], limit: int) -> None:
    kept = fitting(lines, limit)
    assert length(kept) <= limit
    whole = kept.split("\n") if kept else []
    assert whole in (list(lines), [*lines[: len(whole) - 1], "…"])


def test_a_message_has_at_most_fifty_blocks() -> None:
    assert len(message([Mrkdwn("a")], sections([Mrkdwn("x" * 2_000)] * 60)).blocks) == 50


def test_a_button_is_cut_to_slacks_limits() -> None:
    assert button("stop", "x" * 80, read_out="y" * 80, value="v" * 2_001) == {
        "type": "button",
        "action_id": "stop",
        "text": {"type": "plain_text", "text": "x" * 74 + "…", "emoji": False},
        "accessibility_label": "y" * 74 + "…",
        "value": "v" * 2_000,
    }


def test_a_question_is_cut_to_slacks_limits() -> None:
    asked = question(title="t" * 101, text="x" * 301, confirm="c" * 31, deny="d" * 31)
    assert {part: (text["type"], text["text"]) for part, text in asked.items()} == {
        "title": ("plain_text", "t" * 99 + "…"),
        "text": ("plain_text", "x" * 299 + "…"),
        "confirm": ("plain_text", "c" * 29 + "…"),
        "deny": ("plain_text", "d" * 29 + "…"),
    }
