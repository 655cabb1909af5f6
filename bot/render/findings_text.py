"""The full list of warnings and errors as replies, for where no file may be sent."""

from collections.abc import Sequence

from bot.domain.snapshot import Finding
from bot.render.blocks import fits, paragraphs
from bot.render.i18n import Texts
from bot.render.message import Message
from bot.render.mrkdwn import Mrkdwn, joined
from bot.render.status_texts import label
from bot.render.warnings import named

#: so many replies at most; what does not fit is counted
REPLIES = 5
#: UTF-16 units of a title
_TITLE = 80


def findings_text(texts: Texts, findings: Sequence[Finding], site_url: str) -> list[Message]:
    """One line for each finding, in as few replies as fit; the last says how many are left out."""
    lines = [_line(texts, finding, site_url) for finding in findings]
    replies: list[Message] = []
    while lines and len(replies) < REPLIES:
        last = len(replies) == REPLIES - 1
        count = _fitting(texts, lines, counted=last)
        kept, lines = lines[:count], lines[count:]
        if last and lines:
            kept.append(_more(texts, len(lines)))
        replies.append(paragraphs(*kept))
    return replies


def _fitting(texts: Texts, lines: Sequence[Mrkdwn], *, counted: bool) -> int:
    """How many of the lines one reply holds, with a word on the others where they are counted."""
    after = [_more(texts, len(lines))] if counted else []
    count = 1
    while count < len(lines) and fits([*lines[: count + 1], *after]):
        count += 1
    return count


def _more(texts: Texts, count: int) -> Mrkdwn:
    return texts.count("and {count} more", "and {count} more", count)


def _line(texts: Texts, finding: Finding, site_url: str) -> Mrkdwn:
    name = named(texts, finding, _TITLE, site_url)
    said = label(texts, finding.key)
    return Mrkdwn(f"• {joined(': ', [said, name])}") if name else Mrkdwn(f"• {said}")
