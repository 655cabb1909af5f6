"""Write the full list of warnings and errors as a CSV file."""

import csv
import re
import unicodedata
from collections.abc import Sequence
from io import StringIO

from bot.domain.page_links import page_link
from bot.domain.place import place_of
from bot.domain.snapshot import Finding, Severity
from bot.domain.states import Titles
from bot.domain.status_keys import Arg, find_arg
from bot.render.headline import task_name
from bot.render.i18n import Texts, counted, wording
from bot.render.message import Message
from bot.render.status_texts import FINDING_TEXTS, advice, label
from bot.render.thread import ThreadView

#: bytes of a file's name, before the id: with that they are fewer than the 255 that file systems take
_STEM_LIMIT = 150

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
    wording("Confluence key"),
)
#: what the file holds, of one severity, or of both
_CONTENTS = {
    Severity.WARNING: counted("The warning is in this file.", "All {count} warnings are in this file."),
    Severity.ERROR: counted("The error is in this file.", "All {count} errors are in this file."),
}
_OF_BOTH = counted("The {count} warning or error is in this file.", "All {count} warnings and errors are in this file.")
_SEVERITIES = {Severity.WARNING: wording("Warning"), Severity.ERROR: wording("Error")}


def file_name(texts: Texts, view: ThreadView) -> str:
    """Name the file by label or place, work and id, in characters that every system takes in a name."""
    found = place_of(view.snapshot, view.site_url) if view.snapshot and view.titles is Titles.SHOWN else None
    where = (found.space, found.page) if found else ()
    about = (view.label,) if view.label else where
    stem = "_".join(filter(None, (_in_a_name(part or "") for part in (*about, task_name(texts, view)))))
    short = stem.encode()[:_STEM_LIMIT].decode(errors="ignore").rstrip("-_")
    return f"{short}_{view.remote_id}.csv"


def _in_a_name(text: str) -> str:
    return "-".join(re.findall(r"\w+", unicodedata.normalize("NFC", text)))


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
    severities = {finding.severity for finding in findings}
    sentence = _CONTENTS[severities.pop()] if len(severities) == 1 else _OF_BOTH
    return Message(text=texts.count(*sentence, len(findings)))


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
