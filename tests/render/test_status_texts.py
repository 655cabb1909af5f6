"""Every documented status key is explained, every other one is readable."""

import pytest

from bot.domain.status_keys import STATUS_KEYS
from bot.render.i18n import Texts
from bot.render.status_texts import FINDING_TEXTS, LABELS, label, readable


def test_every_documented_key_has_its_sentence_and_advice() -> None:
    warnings_and_errors = {key for key in STATUS_KEYS if key.startswith(("WARN_", "ERROR_"))}
    assert (set(LABELS), set(FINDING_TEXTS)) == (set(STATUS_KEYS), warnings_and_errors)


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("WARN_SOMETHING_NEW", "Something new"),
        ("STATUS_RESTORING", "Restoring"),
        ("PAGE_TREE_LOCKED", "Page tree locked"),
        ("WARN_", None),
        ("<!channel>", None),
        ("", None),
    ],
)
def test_an_unknown_key_is_made_readable_and_quoted(en: Texts, key: str, name: str | None) -> None:
    assert readable(key) == name
    assert label(en, key) == (f"Confluence says: “{name}”" if name else "Unknown message")
