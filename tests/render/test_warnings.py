"""Warnings are reported by kind, named and explained."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.message_plan import MAX_KINDS
from bot.domain.snapshot import Finding, Severity
from bot.domain.states import Outcome, Titles
from bot.render.i18n import Texts, english
from bot.render.warnings import joined_kinds, kinds_in_detail, warnings
from tests.support.views import RELINKING

ENDED = replace(RELINKING, outcome=Outcome.PROBLEMS)
RENAMED = "copies were renamed because their titles were taken in the destination."
NEXT_STEP = "If a new title doesn't suit, rename that copy in Confluence."

NUMBERS = range(1, 11)


def renames(number: int, *, title: str = "") -> list[Finding]:
    names = [(f"A{each}{title}", f"B{each}{title}") for each in range(1, number + 1)]
    return [Finding(key="WARN_RENAME_PAGE", args=pair) for pair in names]


def unknown(kinds: int) -> list[Finding]:
    return [Finding(key=f"WARN_NUMBER_{number}", args=("a",)) for number in range(kinds)]


def test_a_reply_names_what_was_found_and_the_next_step(en: Texts) -> None:
    assert warnings(en, ENDED, renames(2)).text.splitlines() == [
        f"*2 {RENAMED}*",
        "• The copy of “A1” is called “B1”",
        "• The copy of “A2” is called “B2”",
        NEXT_STEP,
    ]


def test_a_number_that_may_grow_is_said_to_be_the_one_so_far_until_the_end(en: Texts) -> None:
    found = renames(150)
    first_lines = [warnings(en, view, found).text.splitlines()[0] for view in (RELINKING, ENDED)]
    assert first_lines == [f"*So far: 150 {RENAMED}*", f"*150 {RENAMED}*"]
    lock = [Finding(key="ERROR_LOCK_FAILED", args=("DOCS",), severity=Severity.ERROR)]
    assert warnings(en, RELINKING, lock).text.splitlines()[0].startswith("*Nothing was done")


def test_ten_of_a_kind_are_named_and_the_rest_counted(en: Texts) -> None:
    lines = warnings(en, ENDED, renames(13)).text.splitlines()
    assert lines[0] == f"*13 {RENAMED}*"
    assert [line for line in lines if line.startswith("•")] == [
        f"• The copy of “A{n}” is called “B{n}”" for n in NUMBERS
    ]
    assert lines[-2] == "and 3 more"


def test_long_titles_are_cut_before_any_is_left_out(en: Texts) -> None:
    findings = [Finding(key="WARN_RENAME_PAGE", args=("a" * 255, "b" * 255)) for _ in range(10)]
    named = [line for line in warnings(en, RELINKING, findings).text.splitlines() if line.startswith("•")]
    assert named == [f"• The copy of “{'a' * 119}…” is called “{'b' * 119}…”"] * 10


def test_findings_are_only_counted_if_titles_are_not_shown(en: Texts) -> None:
    view = replace(ENDED, titles=Titles.COUNTS)
    assert warnings(en, view, renames(2)).text.splitlines() == [f"*2 {RENAMED}*", NEXT_STEP]


def test_a_reply_that_may_be_repeated_or_is_late_says_so(en: Texts) -> None:
    message = warnings(en, ENDED, renames(1), may_repeat=True, earlier=True)
    assert message.text.splitlines()[-2:] == [
        "This includes what was found before this thread began.",
        "This may already have been posted above: Slack did not say whether it had arrived.",
    ]
    assert [block["type"] for block in message.blocks] == ["section", "context"]


def test_kinds_are_reported_errors_first_each_with_its_next_step(en: Texts) -> None:
    findings = [
        *renames(2),
        Finding(
            key="ERROR_COPY_PAGE", args=("Budget 2026", "12345679", "/display/SRC/Budget"), severity=Severity.ERROR
        ),
        Finding(key="WARN_IGNORE_VIEW_RESTRICTED", args=("3",), count=3),
    ]
    assert kinds_in_detail(en, ENDED, findings, within=4_000) == [
        [
            "*1 page and its child pages could not be copied.*",
            "• <https://acme.atlassian.net/wiki/pages/viewpage.action?pageId=12345679|“Budget 2026”>",
            "Open the original to see what is in the way, then copy it again with its child pages.",
        ],
        [
            f"*2 {RENAMED}*",
            "• The copy of “A1” is called “B1”",
            "• The copy of “A2” is called “B2”",
            NEXT_STEP,
        ],
        [
            "*3 pages were not deleted, because they are hidden from the person who started the deletion.*",
            "Ask a space administrator whether they should go, too.",
        ],
    ]


def test_where_little_fits_fewer_are_named_then_none_then_the_next_step_is_left_out(en: Texts) -> None:
    found = renames(10, title="x" * 300)
    told = {
        within: [line[:24] for line in joined_kinds(kinds_in_detail(en, ENDED, found, within=within))]
        for within in (1_100, 500, 150, 90, 20)
    }
    name, headline = [f"• The copy of “A{n}{'x' * 9}"[:24] for n in NUMBERS], "*10 copies were renamed "
    assert told == {
        1_100: [headline, *name, NEXT_STEP[:24]],
        500: [headline, *name[:3], "and 7 more", NEXT_STEP[:24]],
        150: [headline, NEXT_STEP[:24]],
        90: [headline],
        20: ["Other: 10 warnings"],
    }


def test_kinds_beyond_the_bound_are_counted(en: Texts) -> None:
    findings = [*unknown(MAX_KINDS + 2), *(Finding(key=f"ERROR_{n}", severity=Severity.ERROR) for n in range(2))]
    kinds = kinds_in_detail(en, ENDED, findings, within=4_000)
    assert [len(kinds), kinds[0][0], kinds[-1]] == [
        MAX_KINDS + 1,
        "*1 error. Confluence says: “0”*",
        ["Other: 4 warnings"],
    ]


@settings(deadline=None)
@given(st.lists(st.integers(0, 14), max_size=60), st.integers(0, 300), st.integers(60, 4_000))
def test_what_is_told_fits_and_no_finding_is_left_out_of_the_numbers(kinds: list[int], title: int, within: int) -> None:
    findings = [Finding(key=f"WARN_NUMBER_{kind}", args=("x" * title, str(n))) for n, kind in enumerate(kinds)]
    lines = joined_kinds(kinds_in_detail(english(), ENDED, findings, within=within))
    assert len("\n".join(lines)) <= within
    headlines = [line for line in lines if "warning" in line]
    numbers = [int(line.removeprefix("*").removeprefix("Other: ").split()[0]) for line in headlines]
    assert sum(numbers) == len(findings)


def test_confluences_own_sentences_and_unknown_keys_are_quoted(en: Texts) -> None:
    findings = [Finding(key="", text="Page <1> & more"), Finding(key="WARN_SOMETHING_NEW", args=("a", "b", "c", "d"))]
    lines = joined_kinds(kinds_in_detail(en, ENDED, findings, within=4_000))
    assert [line for line in lines if line[0] in "*•"] == [
        "*Confluence gave 1 warning.*",
        "• “Page &lt;1&gt; &amp; more”",
        "*1 warning. Confluence says: “Something new”*",
        "• “a”, “b”, “c”",
    ]


def test_the_next_step_speaks_of_one_page_where_there_is_one(en: Texts) -> None:
    assert warnings(en, ENDED, renames(1)).text.splitlines()[-1] == (
        "If the new title doesn't suit, rename the copy in Confluence."
    )
