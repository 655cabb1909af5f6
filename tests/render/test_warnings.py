"""Warnings are grouped by kind, named and explained."""

from dataclasses import replace

from bot.domain.snapshot import Finding, Severity
from bot.domain.states import Titles
from bot.render.i18n import Texts
from bot.render.warnings import warnings
from tests.support.views import RELINKING


def renames(number: int) -> list[Finding]:
    return [Finding(key="WARN_RENAME_PAGE", args=(f"A{each}", f"B{each}")) for each in range(1, number + 1)]


def test_warnings_are_grouped_by_kind_errors_first_each_with_its_next_step(en: Texts) -> None:
    findings = [
        *renames(2),
        Finding(
            key="ERROR_COPY_PAGE", args=("Budget 2026", "12345679", "/display/SRC/Budget"), severity=Severity.ERROR
        ),
        Finding(key="WARN_IGNORE_VIEW_RESTRICTED", args=("3",), count=3),
    ]
    assert warnings(en, RELINKING, findings).text.splitlines() == [
        "*1 page and its child pages could not be copied.*",
        "• <https://acme.atlassian.net/wiki/pages/viewpage.action?pageId=12345679|“Budget 2026”>",
        "Open the original to see what is in the way, then copy it again with its child pages.",
        "*2 pages were renamed because their titles were taken in the destination.*",
        "• “A1” is now “B1”",
        "• “A2” is now “B2”",
        "If a new title does not suit, rename that page in Confluence.",
        "*3 pages were not deleted, because they are hidden from the person who started the deletion.*",
        (
            "What was not deleted has moved up to the parent of the deleted page. "
            "Ask someone who can see it whether it should go, too."
        ),
    ]


def test_ten_of_a_kind_are_named_and_the_rest_counted(en: Texts) -> None:
    lines = warnings(en, RELINKING, renames(13)).text.splitlines()
    assert lines[0] == "*13 pages were renamed because their titles were taken in the destination.*"
    assert [line for line in lines if line.startswith("•")] == [f"• “A{n}” is now “B{n}”" for n in range(1, 11)]
    assert lines[-2] == "and 3 more"


def test_long_titles_are_cut_before_any_is_left_out(en: Texts) -> None:
    findings = [Finding(key="WARN_RENAME_PAGE", args=("a" * 255, "b" * 255)) for _ in range(10)]
    named = [line for line in warnings(en, RELINKING, findings).text.splitlines() if line.startswith("•")]
    assert named == [f"• “{'a' * 119}…” is now “{'b' * 119}…”"] * 10


def test_kinds_are_only_counted_if_titles_are_not_shown(en: Texts) -> None:
    view = replace(RELINKING, titles=Titles.COUNTS)
    assert warnings(en, view, renames(2)).text.splitlines() == [
        "*2 pages were renamed because their titles were taken in the destination.*",
        "If a new title does not suit, rename that page in Confluence.",
    ]


def test_a_reply_that_may_be_repeated_or_is_late_says_so(en: Texts) -> None:
    text = warnings(en, RELINKING, renames(1), may_repeat=True, earlier=True).text.splitlines()
    assert (text[0], text[-1]) == (
        "Found before this thread began:",
        "This may already stand above: Slack did not say whether it had arrived.",
    )


def test_confluences_own_sentences_and_unknown_keys_are_quoted(en: Texts) -> None:
    findings = [Finding(key="", text="Page <1> & more"), Finding(key="WARN_SOMETHING_NEW", args=("a", "b", "c", "d"))]
    assert [line for line in warnings(en, RELINKING, findings).text.splitlines() if line[0] in "*•"] == [
        "*Confluence gave 1 warning.*",
        "• “Page &lt;1&gt; &amp; more”",
        "*Confluence gave 1 warning: Something new.*",
        "• “a”, “b”, “c”",
    ]
