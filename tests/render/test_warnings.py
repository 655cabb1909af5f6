"""Notices tell what happened once, plainly."""

import csv
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.snapshot import Finding, Kind, Severity, Snapshot
from bot.domain.snapshot import StatusMessage as Status
from bot.domain.states import Outcome, Titles, Trouble
from bot.domain.status_keys import STATUS_KEYS
from bot.domain.summary import summarize
from bot.render import phases
from bot.render.completion import completion
from bot.render.findings_csv import findings_csv
from bot.render.i18n import Texts, english
from bot.render.status_texts import FINDING_TEXTS, LABELS, readable
from bot.render.thread import ThreadView
from bot.render.warnings import warnings

BEGAN = datetime(2026, 11, 23, 9, 2, tzinfo=UTC)
VIEW = ThreadView(
    remote_id="3145728001",
    outcome=Outcome.FOLLOWING,
    snapshot=Snapshot(kind=Kind.COPY, percent=84.0, status=Status(key="STATUS_RELINK_PAGES"), done=42, total=42),
    owner_id="U0ANNA",
    followers=("U0ANNA", "U0PAULA", "U0ANNA"),
    site_url="https://acme.atlassian.net/wiki",
    started_at=BEGAN,
)


def renames(number: int) -> list[Finding]:
    return [Finding(key="WARN_RENAME_PAGE", args=(f"A{each}", f"B{each}")) for each in range(1, number + 1)]


def test_every_documented_key_has_its_sentence_and_advice() -> None:
    warnings_and_errors = {key for key in STATUS_KEYS if key.startswith(("WARN_", "ERROR_"))}
    assert (set(LABELS), set(FINDING_TEXTS)) == (set(STATUS_KEYS), warnings_and_errors)


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("WARN_SOMETHING_NEW", "Something new"),
        ("STATUS_RESTORING", "Restoring"),
        ("PAGE_TREE_LOCKED", "Page tree locked"),
        ("WARN_", "Something that this bot does not know"),
        ("<!channel>", "Something that this bot does not know"),
        ("", "Something that this bot does not know"),
    ],
)
def test_a_key_that_nobody_knows_is_made_readable(en: Texts, key: str, name: str) -> None:
    assert readable(en, key) == name


def test_warnings_are_grouped_by_kind_errors_first_each_with_its_next_step(en: Texts) -> None:
    findings = [
        *renames(2),
        Finding(
            key="ERROR_COPY_PAGE", args=("Budget 2026", "12345679", "/display/SRC/Budget"), severity=Severity.ERROR
        ),
        Finding(key="WARN_IGNORE_VIEW_RESTRICTED", args=("3",), count=3),
    ]
    assert warnings(en, VIEW, findings).text.splitlines() == [
        "*1 page could not be copied, nor the pages below it.*",
        "• <https://acme.atlassian.net/wiki/pages/viewpage.action?pageId=12345679|“Budget 2026”>",
        "Open the original to see what is in the way, then copy it again with the pages below it.",
        "*2 pages were renamed because their titles were taken in the destination.*",
        "• “A1” is now “B1”",
        "• “A2” is now “B2”",
        "If a new title does not suit, rename that page in Confluence.",
        "*3 pages were not deleted, because whoever started the deletion may not see them.*",
        (
            "What was not deleted has moved up to the parent of the deleted page. "
            "Ask someone who can see it whether it should go, too."
        ),
    ]


def test_ten_of_a_kind_are_named_and_the_rest_counted(en: Texts) -> None:
    lines = warnings(en, VIEW, renames(13)).text.splitlines()
    assert lines[0] == "*13 pages were renamed because their titles were taken in the destination.*"
    assert [line for line in lines if line.startswith("•")] == [f"• “A{n}” is now “B{n}”" for n in range(1, 11)]
    assert lines[-2] == "and 3 more"


def test_longer_titles_are_cut_before_any_is_left_out(en: Texts) -> None:
    findings = [Finding(key="WARN_RENAME_PAGE", args=("a" * 255, "b" * 255)) for _ in range(10)]
    named = [line for line in warnings(en, VIEW, findings).text.splitlines() if line.startswith("•")]
    assert named == [f"• “{'a' * 119}…” is now “{'b' * 119}…”"] * 10


def test_where_titles_are_not_shown_kinds_are_counted_only(en: Texts) -> None:
    view = replace(VIEW, titles=Titles.COUNTS)
    assert warnings(en, view, renames(2)).text.splitlines() == [
        "*2 pages were renamed because their titles were taken in the destination.*",
        "If a new title does not suit, rename that page in Confluence.",
    ]


def test_a_reply_that_may_repeat_or_comes_late_says_so(en: Texts) -> None:
    text = warnings(en, VIEW, renames(1), may_repeat=True, earlier=True).text.splitlines()
    assert (text[0], text[-1]) == (
        "Found before this thread began:",
        "This may already stand above: Slack did not say whether it had arrived.",
    )


def test_confluences_own_words_and_unknown_keys_are_quoted(en: Texts) -> None:
    findings = [Finding(key="", text="Page <1> & more"), Finding(key="WARN_SOMETHING_NEW", args=("a", "b", "c", "d"))]
    assert [line for line in warnings(en, VIEW, findings).text.splitlines() if line[0] in "*•"] == [
        "*Confluence gave 1 warning.*",
        "• “Page &lt;1&gt; &amp; more”",
        "*Confluence gave 1 warning: Something new.*",
        "• “a”, “b”, “c”",
    ]


def test_a_new_phase_is_told_with_how_far_it_is(en: Texts) -> None:
    assert phases.phase(en, VIEW).text == "Now: Updating the links between the copied pages\n84% · 42 of 42 pages"


def test_trouble_is_told_when_it_starts_and_when_it_is_over(en: Texts) -> None:
    until = BEGAN + timedelta(seconds=1847)
    starts = phases.trouble(en, VIEW, Trouble.RATE_LIMITED, over=False, since=BEGAN, until=until)
    ends = phases.trouble(en, VIEW, Trouble.RATE_LIMITED, over=True, since=BEGAN, until=until)
    assert [message.text.splitlines()[1] for message in (starts, ends)] == [
        f"Since {en.time(BEGAN)} · Until {en.time(until)} · Last seen: 84%",
        "It lasted 30 minutes, 47 seconds · Last seen: 84%",
    ]
    assert ends.text.splitlines()[0] == "The pause that Confluence asked for is over. Nothing was lost."


@pytest.mark.parametrize("trouble", Trouble)
def test_every_trouble_has_its_two_sentences(texts: Texts, trouble: Trouble) -> None:
    said = {phases.trouble(texts, VIEW, trouble, over=over).text.splitlines()[0] for over in (False, True)}
    assert len(said) == 2


def test_the_completion_calls_the_followers_and_gives_the_account(en: Texts) -> None:
    findings = [
        *renames(2),
        Finding(key="WARN_IGNORE_COPY_PERMISSION"),
        Finding(key="ERROR_COPY_PAGE", args=("Budget", "1", "/x"), severity=Severity.ERROR),
    ]
    snapshot = Snapshot(
        kind=Kind.COPY, percent=100, status=Status(key="STATUS_COPIED_PAGES", args=("41",)), done=41, total=42
    )
    view = replace(
        VIEW,
        snapshot=snapshot,
        outcome=Outcome.PROBLEMS,
        ended_at=BEGAN + timedelta(minutes=38),
        finding_counts={"WARN_RENAME_PAGE": 2, "WARN_IGNORE_COPY_PERMISSION": 1, "ERROR_COPY_PAGE": 1},
        samples=tuple((60.0 * minute, 100 * minute / 38) for minute in range(39)),
    )
    account = summarize(snapshot, findings, Outcome.PROBLEMS)
    message = completion(en, view, account, findings_total=4, listed=True)
    assert message.text.splitlines() == [
        "<@U0ANNA> <@U0PAULA>",
        "*Finished with problems*: Copying pages (long task 3145728001)",
        "It went through, but some of it needs a look.",
        "• 41 pages copied",
        "• 2 pages renamed",
        "• Page restrictions not copied",
        "• 1 page not copied, nor the pages below it",
        "The file below names all 4 warnings and errors.",
        "100% · 41 of 42 pages · 1 error and 3 warnings",
        f"Started {en.time(BEGAN)} · Ended {en.time(BEGAN + timedelta(minutes=38))} · Took 38 minutes",
        "Progress: 26% after 10 minutes; 50% after 19 minutes; 76% after 29 minutes; 100% after 38 minutes",
    ]
    assert [block["type"] for block in message.blocks] == ["section", "section", "data_visualization", "context"]


def chart_of(samples: tuple[tuple[float, float], ...]) -> dict[str, object] | None:
    view = replace(VIEW, outcome=Outcome.FINISHED, samples=samples)
    message = completion(english(), view, summarize(None, (), Outcome.FINISHED))
    return next((block["chart"] for block in message.blocks if block["type"] == "data_visualization"), None)


@pytest.mark.parametrize(
    "samples",
    [
        (),
        tuple((60.0 * n, 20.0 * n) for n in range(4)),
        tuple((0.5 * n, 10.0 * n) for n in range(6)),
        ((1.0, 5.0),) * 9,
    ],
)
def test_fewer_than_five_points_or_seconds_are_no_curve(samples: tuple[tuple[float, float], ...]) -> None:
    assert chart_of(samples) is None


def test_the_chart_is_evenly_spaced_in_time(en: Texts) -> None:
    chart = chart_of(((0.0, 0.0), (1.0, 50.0), (2.0, 50.0), (3.0, 40.0), (4.0, 100.0)))
    labels = ["0:00:00", "0:00:01", "0:00:02", "0:00:03", "0:00:04"]
    values = [0.0, 50.0, 50.0, 40.0, 100.0]
    assert chart == {
        "type": "line",
        "series": [
            {
                "name": "Progress",
                "data": [{"label": label, "value": value} for label, value in zip(labels, values, strict=True)],
            }
        ],
        "axis_config": {
            "categories": labels,
            "x_label": "Time since the start (h:mm:ss)",
            "y_label": "Percent",
        },
    }


def test_the_file_lists_everything_and_hides_no_formula(en: Texts) -> None:
    findings = [
        Finding(key="WARN_RENAME_PAGE", args=("=HYPERLINK(1)", '+"quoted", 名前')),
        Finding(key="WARN_IGNORE_EDIT_RESTRICTED", args=("12",), count=12),
        Finding(key="ERROR_COPY_PAGE", args=("Budget", "77", "/x"), severity=Severity.ERROR),
        Finding(key="ERROR_LOCK_FAILED", args=("DOCS",), severity=Severity.ERROR),
        Finding(key="WARN_SOMETHING_NEW", args=("@a", "b")),
        Finding(key="", text="\tsaid so"),
    ]
    packed = findings_csv(en, findings, "https://acme.atlassian.net/wiki")
    assert packed.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(StringIO(packed.decode("utf-8-sig"), newline="")))
    assert rows[0][:8] == ["Severity", "What happened", "Title", "New title", "Space", "Pages", "Link", "Details"]
    link = "https://acme.atlassian.net/wiki/pages/viewpage.action?pageId=77"
    assert [row[:8] for row in rows[1:]] == [
        ["Warning", "A page was renamed", "'=HYPERLINK(1)", '\'+"quoted", 名前', "", "", "", ""],
        ["Warning", "Pages that may not be deleted were left in place", "", "", "", "12", "", ""],
        ["Error", "A page could not be copied", "Budget", "", "", "", link, ""],
        ["Error", "Another copy or deletion was running in the space", "", "", "DOCS", "", "", ""],
        ["Warning", "Something new", "", "", "", "", "", "'@a; b"],
        ["Warning", "Something that this bot does not know", "", "", "", "", "", "'\tsaid so"],
    ]


@given(st.lists(st.text(max_size=30), max_size=4))
def test_no_cell_of_the_file_is_ever_a_formula(args: list[str]) -> None:
    packed = findings_csv(english(), [Finding(key="WARN_RENAME_PAGE", args=tuple(args), text="".join(args))], "")
    rows = csv.reader(StringIO(packed.decode("utf-8-sig"), newline=""))
    assert [cell for row in rows for cell in row if cell.strip()[:1] in {*"=+-@＝＋－＠"}] == []
