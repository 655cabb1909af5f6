"""The file lists every finding, and no spreadsheet takes a cell for a formula."""

import csv
from io import StringIO

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.snapshot import Finding, Severity
from bot.render.findings_csv import findings_csv
from bot.render.i18n import Texts, english


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
        ["Warning", "A page was renamed", "'=HYPERLINK(1)", '\'+"quoted", 名前', "", "", "", ""],
        ["Warning", "Pages that may not be deleted were left in place", "", "", "", "12", "", ""],
        ["Error", "A page could not be copied", "Budget", "", "", "", link, ""],
        ["Error", "Another copy or deletion was running in the space", "", "", "DOCS", "", "", ""],
        ["Warning", "Something new", "", "", "", "", "", "'@a; b"],
        ["Warning", "Something that this bot does not know", "", "", "", "", "", "'\tsaid so"],
    ]


@given(st.lists(st.text(max_size=30), max_size=4))
def test_no_cell_of_the_file_is_a_formula(args: list[str]) -> None:
    packed = findings_csv(english(), [Finding(key="WARN_RENAME_PAGE", args=tuple(args), text="".join(args))], "")
    rows = csv.reader(StringIO(packed.decode("utf-8-sig"), newline=""))
    assert [cell for row in rows for cell in row if cell.strip()[:1] in {*"=+-@＝＋－＠"}] == []
