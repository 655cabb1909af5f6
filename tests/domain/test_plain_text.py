import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.plain_text import clean


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("status 4711", "status 4711"),
        ("a\x00b\x07c\x1b[2Jd\x7fe\x9ff", "abc[2Jdef"),
        ("\ud800a\udfff", "a"),
        ("line\r\nnext\tword\x0bpage\x0c", "line\r\nnext\tword\x0bpage\x0c"),
        ("Ünïcödé 日本 👩‍🚀", "Ünïcödé 日本 👩‍🚀"),
    ],
)
def test_control_characters_and_half_surrogate_pairs_are_dropped(text: str, expected: str) -> None:
    assert clean(text, limit=100) == expected


@given(st.text(st.characters(), max_size=50), st.integers(0, 60))
def test_clean_text_is_bounded_can_be_encoded_and_stays_as_it_is(text: str, limit: int) -> None:
    cleaned = clean(text, limit=limit)

    assert len(cleaned) <= limit
    assert "\x00" not in cleaned.encode().decode()
    assert clean(cleaned, limit=limit) == cleaned
