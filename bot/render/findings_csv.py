"""Write the full list of warnings and errors as a CSV file."""

import csv
from collections.abc import Sequence
from io import StringIO

from bot.domain.page_links import page_link
from bot.domain.snapshot import Finding, Severity
from bot.domain.status_keys import Arg, find_arg
from bot.render.i18n import Texts, wording
from bot.render.message import Message
from bot.render.status_texts import FINDING_TEXTS, advice, label

#: spreadsheets read a cell that starts like this as a formula (OWASP, CSV injection), full-width forms as well
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
    """Write one line per finding, as UTF-8 with a byte order mark, which spreadsheets expect.

    Titles are not cut. A cell that would be read as a formula starts with an apostrophe.
    """
    out = StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow([texts.say(heading) for heading in _COLUMNS])
    writer.writerows([_escaped(cell) for cell in _row(texts, finding, site_url)] for finding in findings)
    return out.getvalue().encode("utf-8-sig", errors="replace")


def introduction(texts: Texts, findings: Sequence[Finding]) -> Message:
    """Introduce the file in the message that shares it: where the file cannot be shared, nothing promises it."""
    sentence = texts.count(
        "This file names the {count} warning or error.",
        "This file names {count} warnings and errors.",
        len(findings),
    )
    return Message(text=sentence)


def _row(texts: Texts, finding: Finding, site_url: str) -> list[str]:
    return [
        texts.say(_SEVERITIES[finding.severity]),
        label(texts, finding.key),
        find_arg(finding.key, finding.args, Arg.TITLE) or "",
        find_arg(finding.key, finding.args, Arg.NEW_TITLE) or "",
        find_arg(finding.key, finding.args, Arg.SPACE_KEY) or "",
        "" if finding.count is None else str(finding.count),
        page_link(finding, site_url) or "",
        finding.text or ("" if finding.key in FINDING_TEXTS else "; ".join(finding.args)),
        advice(texts, finding.key),
        finding.key,
    ]


def _escaped(cell: str) -> str:
    return f"'{cell}" if cell.lstrip().startswith(_FORMULA_STARTS) or cell.startswith(_BLANKS) else cell
