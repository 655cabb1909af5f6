"""Render the full list of warnings and errors as replies, for threads where no file may be uploaded."""

from collections.abc import Sequence

from bot.domain.snapshot import Finding
from bot.render.blocks import fits, paragraphs
from bot.render.i18n import Texts
from bot.render.message import Message
from bot.render.mrkdwn import Mrkdwn, joined
from bot.render.status_texts import label
from bot.render.warnings import finding_name

#: what does not fit in so many replies is counted
MAX_REPLIES = 5
#: UTF-16 units of a title
_TITLE_LIMIT = 80


def findings_text(texts: Texts, findings: Sequence[Finding], site_url: str) -> list[Message]:
    """Write one line per finding, in as few replies as fit; the last one says how many are left out."""
    lines = [_line(texts, finding, site_url) for finding in findings]
    replies: list[Message] = []
    while lines and len(replies) < MAX_REPLIES:
        last = len(replies) == MAX_REPLIES - 1
        count = _fitting(texts, lines, counted=last)
        kept, lines = lines[:count], lines[count:]
        if last and lines:
            kept.append(texts.more(len(lines)))
        replies.append(paragraphs(*kept))
    return replies


def _fitting(texts: Texts, lines: Sequence[Mrkdwn], *, counted: bool) -> int:
    """Return how many of the lines fit in one reply, with a last line for the others if they are counted."""
    after = [texts.more(len(lines))] if counted else []
    count = 1
    while count < len(lines) and fits([*lines[: count + 1], *after]):
        count += 1
    return count


def _line(texts: Texts, finding: Finding, site_url: str) -> Mrkdwn:
    name = finding_name(texts, finding, _TITLE_LIMIT, site_url)
    what = label(texts, finding.key)
    return Mrkdwn(f"• {joined(': ', [what, name])}") if name else Mrkdwn(f"• {what}")
