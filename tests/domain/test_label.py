"""A label stands after `as`, or in quotes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.label import MAX_LABEL, Labelled, find_label


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1 as Team handbook", Labelled(before="1 ", label="Team handbook", after="")),
        ("1 AS  Team   handbook ", Labelled(before="1 ", label="Team handbook", after="")),
        ('1 as "Team handbook" quiet', Labelled(before="1 ", label="Team handbook", after=" quiet")),
        ('1 "Team handbook" quiet', Labelled(before="1 ", label="Team handbook", after=" quiet")),
        ('1 as Team "handbook" 2', Labelled(before="1 ", label='Team "handbook" 2', after="")),
        ("1 as a\x00b\ud800c", Labelled(before="1 ", label="abc", after="")),
        (f"1 as {'x' * 90}", Labelled(before="1 ", label="x" * MAX_LABEL, after="")),
        ("`1 as handbook`", Labelled(before="`1 ", label="handbook", after="")),
        ("as handbook", Labelled(before="", label="handbook", after="")),
        ("1 als Handbuch", Labelled(before="1 ", label="Handbuch", after="")),
        ("1 Як Довідник", Labelled(before="1 ", label="Довідник", after="")),
        ("1 名前 ハンドブック", Labelled(before="1 ", label="ハンドブック", after="")),
        ('1 "known as Team" quiet', Labelled(before="1 ", label="known as Team", after=" quiet")),
        ("1 as", None),
        ("1 as   ", None),
        ('1 ""', None),
        ('1 "  "', None),
        ("1 basic", None),
        ('"1"2', None),
        ("", None),
    ],
)
def test_a_label_is_found_with_the_text_around_it(text: str, found: Labelled | None) -> None:
    assert find_label(text) == found


@given(st.text(max_size=200))
def test_any_text_has_a_short_clean_label_or_none(text: str) -> None:
    found = find_label(f"1 as {text}")
    assert found is None or (0 < len(found.label) <= MAX_LABEL and found.label == " ".join(found.label.split()))
