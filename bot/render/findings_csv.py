"""The full list of warnings and errors, as a CSV file."""

import csv
from collections.abc import Sequence
from io import StringIO

from bot.domain.snapshot import Finding, Severity
from bot.domain.status_keys import Arg, argument
from bot.domain.summary import page_link
from bot.render.i18n import Texts, wording
from bot.render.status_texts import FINDING_TEXTS, label, other_advice

#: a spreadsheet reads a cell that begins so as a formula (OWASP, CSV injection); full-width forms too
_FORMULA_STARTS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
_BLANKS = ("\t", "\r", "\n")

_COLUMNS = (
    # Translators: the headings of a table with one line for each warning or error
    wording("Severity"),
    wording("What happened"),
    wording("Title"),
    wording("New title"),
    wording("Space"),
    wording("Pages"),
    wording("Link"),
    wording("Details"),
    wording("What to do"),
    wording("Status key"),
)
_SEVERITIES = {Severity.WARNING: wording("Warning"), Severity.ERROR: wording("Error")}


def findings_csv(texts: Texts, findings: Sequence[Finding], site_url: str) -> bytes:
    """One line for each finding: UTF-8 with a byte order mark, as spreadsheets expect it.

    Titles are whole here, and nothing is taken for a formula: such a cell begins with an apostrophe.
    """
    out = StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow([texts.say(heading) for heading in _COLUMNS])
    writer.writerows([_defused(cell) for cell in _row(texts, finding, site_url)] for finding in findings)
    return out.getvalue().encode("utf-8-sig", errors="replace")


def _row(texts: Texts, finding: Finding, site_url: str) -> list[str]:
    telling = FINDING_TEXTS.get(finding.key)
    return [
        texts.say(_SEVERITIES[finding.severity]),
        label(texts, finding.key),
        argument(finding.key, finding.args, Arg.TITLE) or "",
        argument(finding.key, finding.args, Arg.NEW_TITLE) or "",
        argument(finding.key, finding.args, Arg.SPACE_KEY) or "",
        "" if finding.count is None else str(finding.count),
        page_link(finding, site_url) or "",
        finding.text or ("" if telling else "; ".join(finding.args)),
        texts.say(telling.advice) if telling else other_advice(texts),
        finding.key,
    ]


def _defused(cell: str) -> str:
    return f"'{cell}" if cell.lstrip().startswith(_FORMULA_STARTS) or cell.startswith(_BLANKS) else cell
