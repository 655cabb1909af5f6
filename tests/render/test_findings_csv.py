"""The file lists every finding, and no spreadsheet takes a cell for a formula."""

import csv
from dataclasses import replace
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.snapshot import Finding, Severity
from bot.domain.states import Titles
from bot.render.findings_csv import file_name, findings_csv, introduction
from bot.render.i18n import Texts, english
from tests.support.views import COPYING


def test_the_file_lists_everything_and_escapes_formulas(en: Texts) -> None:
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
        ["Warning", "A copy was renamed", "'=HYPERLINK(1)", '\'+"quoted", 名前', "", "", "", ""],
        ["Warning", "Pages without the permission to delete were left in place", "", "", "", "12", "", ""],
        ["Error", "A page could not be copied", "Budget", "", "", "", link, ""],
        ["Error", "Another copy or deletion was running in the space", "", "", "DOCS", "", "", ""],
        ["Warning", "Confluence says: “Something new”", "", "", "", "", "", "'@a; b"],
        ["Warning", "Unknown message", "", "", "", "", "", "'\tsaid so"],
    ]


@given(st.lists(st.text(max_size=30), max_size=4))
def test_no_cell_of_the_file_is_a_formula(args: list[str]) -> None:
    packed = findings_csv(english(), [Finding(key="WARN_RENAME_PAGE", args=tuple(args), text="".join(args))], "")
    rows = csv.reader(StringIO(packed.decode("utf-8-sig"), newline=""))
    assert [cell for row in rows for cell in row if cell.strip()[:1] in {*"=+-@＝＋－＠"}] == []


@pytest.mark.parametrize(
    ("label", "titles", "name"),
    [
        (None, Titles.SHOWN, "DEST_Team-handbook_Copying-pages_3145728001.csv"),
        ("Relaunch: <2>", Titles.SHOWN, "Relaunch-2_Copying-pages_3145728001.csv"),
        ("../../etc/passwd\\.", Titles.SHOWN, "etc-passwd_Copying-pages_3145728001.csv"),
        (None, Titles.COUNTS, "Copying-pages_3145728001.csv"),
    ],
)
def test_the_file_is_named_after_label_or_place_and_work(
    en: Texts, label: str | None, titles: Titles, name: str
) -> None:
    assert file_name(en, replace(COPYING, label=label, titles=titles)) == name


@given(st.text(max_size=80))
def test_every_file_name_is_short_and_safe(label: str) -> None:
    name = file_name(english(), replace(COPYING, label=label, remote_id="x" * 64))
    assert len(name.encode()) <= 255
    assert name.endswith(f"_{'x' * 64}.csv")
    assert set(name) & {*'/\\:*?"<>|\0\n'} == set()


@pytest.mark.parametrize(
    ("warnings", "errors", "said"),
    [
        (1, 0, "The warning is in this file."),
        (340, 0, "All 340 warnings are in this file."),
        (0, 1, "The error is in this file."),
        (0, 2, "All 2 errors are in this file."),
        (2, 1, "All 3 warnings and errors are in this file."),
    ],
)
def test_the_message_of_the_file_names_only_what_is_in_it(en: Texts, warnings: int, errors: int, said: str) -> None:
    findings = [
        *[Finding(key="WARN_RENAME_PAGE")] * warnings,
        *[Finding(key="ERROR_RELINK", severity=Severity.ERROR)] * errors,
    ]
    assert introduction(en, findings).text == said
