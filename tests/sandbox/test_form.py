"""The fields of a modal: how they look as HTML, and what they hold in Slack's shape."""

import pytest

from sandbox.html_tree import html
from sandbox.page.form_values import state_values
from sandbox.slack.records import Json
from sandbox.slack_form import field_html
from tests.sandbox.scripted_app import field_of, options, plain

NAMED = 'data-block="a" data-field="a"'
OFFERED = '<option value="C1">#general</option><option value="D1">olga</option>'


def offers(field: Json) -> tuple[list[tuple[str, str]], str | None]:
    return [("C1", "#general"), ("D1", "olga")], field.get("initial_conversation")


def shown(block: Json, error: str | None = None) -> str:
    return html(field_html(block, 3, offers, error))


def test_a_field_has_a_label_a_hint_and_what_is_wrong() -> None:
    block = field_of("plain_text_input", "a", block={"hint": plain("An <id>")}, max_length=9, initial_value='"7"')
    assert shown(block, "No such task.") == (
        '<div class="field"><label for="field-3">A</label>'
        f'<input {NAMED} aria-invalid="true" id="field-3" aria-describedby="error-3 hint-3" required="" maxlength="9" '
        'type="text" value="&quot;7&quot;">'
        '<p id="error-3" class="error">No such task.</p><p id="hint-3" class="help">An &lt;id&gt;</p></div>'
    )


def test_what_may_be_left_out_says_so_and_a_field_of_several_lines_is_one() -> None:
    element = {"multiline": True, "focus_on_load": True, "placeholder": plain("…"), "min_length": 2}
    assert shown(field_of("plain_text_input", "a", block={"optional": True}, **element)) == (
        '<div class="field"><label for="field-3">A <small lang="en">(optional)</small></label>'
        f'<textarea {NAMED} data-focus="" id="field-3" minlength="2" placeholder="…" rows="4"></textarea></div>'
    )


@pytest.mark.parametrize(
    ("field", "choices"),
    [
        (
            {"type": "static_select", "options": options("x", "y")},
            '<option value="" selected="">Choose…</option><option value="x">X</option><option value="y">Y</option>',
        ),
        (
            {"type": "static_select", "options": options("x", "y"), "initial_option": options("y")[0]},
            '<option value="x">X</option><option value="y" selected="">Y</option>',
        ),
        (
            {"type": "conversations_select", "initial_conversation": "C1", "placeholder": plain("Where?")},
            OFFERED.replace('"C1"', '"C1" selected=""'),
        ),
        (
            {"type": "users_select", "placeholder": plain("Who?")},
            f'<option value="" selected="">Who?</option>{OFFERED}',
        ),
    ],
)
def test_a_menu_begins_with_what_is_chosen(field: Json, choices: str) -> None:
    kind = field.pop("type")
    assert shown(field_of(kind, "a", **field)) == (
        f'<div class="field"><label for="field-3">A</label><select {NAMED} id="field-3" required="">{choices}</select>'
        "</div>"
    )


def box(attributes: str, text: str) -> str:
    return f'<label class="box"><input {NAMED} {attributes}><span>{text}</span></label>'


def test_boxes_and_radio_buttons_are_a_group_with_a_legend() -> None:
    described = [{**options("x")[0], "description": plain("the first")}, *options("y")]
    radio = field_of("radio_buttons", "a", options=described, initial_option=described[0])
    first = box('required="" type="radio" name="field-3" value="x" checked=""', "X<small>the first</small>")
    second = box('required="" type="radio" name="field-3" value="y"', "Y")
    assert shown(radio) == f'<fieldset class="field"><legend>A</legend>{first}{second}</fieldset>'

    boxes = field_of("checkboxes", "a", options=options("x", "y"), initial_options=options("y"))
    wrong = 'aria-invalid="true" type="checkbox" name="field-3"'
    both = box(f'{wrong} value="x"', "X") + box(f'{wrong} value="y" checked=""', "Y")
    assert shown(boxes, "One!") == (
        f'<fieldset class="field" aria-describedby="error-3"><legend>A</legend>{both}'
        '<p id="error-3" class="error">One!</p></fieldset>'
    )


@pytest.mark.parametrize(
    ("kind", "element", "chosen", "value"),
    [
        ("plain_text_input", {}, ["7"], {"value": "7"}),
        ("plain_text_input", {}, [], {"value": None}),
        ("static_select", {"options": options("x", "y")}, ["y"], {"selected_option": options("y")[0]}),
        ("radio_buttons", {"options": options("x", "y")}, [], {"selected_option": None}),
        ("checkboxes", {"options": options("x", "y")}, ["x", "y"], {"selected_options": options("x", "y")}),
        ("checkboxes", {"options": options("x", "y")}, [], {"selected_options": []}),
        ("conversations_select", {}, ["C1"], {"selected_conversation": "C1"}),
        ("users_select", {}, ["U1"], {"selected_user": "U1"}),
    ],
)
def test_what_a_field_holds_has_slacks_shape(kind: str, element: Json, chosen: list[str], value: Json) -> None:
    view = {"blocks": [field_of(kind, "a", **element), field_of("plain_text_input", "b"), {"type": "divider"}]}
    assert state_values(view, {"a": {"a": chosen}}) == {"a": {"a": {"type": kind, **value}}}


def test_an_option_that_is_not_offered_is_refused() -> None:
    view = {"blocks": [field_of("static_select", "a", options=options("x"))]}
    with pytest.raises(LookupError):
        state_values(view, {"a": {"a": ["z"]}})
