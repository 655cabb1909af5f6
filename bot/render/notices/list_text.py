"""The full list of warnings and errors as replies, for where no file may be sent."""

from collections.abc import Sequence

from bot.domain.longtask import Finding
from bot.render.blocks import fits, paragraphs
from bot.render.message import Message
from bot.render.mrkdwn import Mrkdwn, joined
from bot.render.notices.found import named
from bot.render.sentences import label
from bot.render.words import Words

#: so many replies at most; what does not fit is counted
REPLIES = 5
#: UTF-16 units of a title
_TITLE = 80


def findings_text(words: Words, findings: Sequence[Finding], site_url: str) -> list[Message]:
    """One line for each finding, in as few replies as fit; the last says how many are left out."""
    lines = [_line(words, finding, site_url) for finding in findings]
    replies: list[Message] = []
    while lines and len(replies) < REPLIES:
        last = len(replies) == REPLIES - 1
        count = _fitting(words, lines, counted=last)
        kept, lines = lines[:count], lines[count:]
        if last and lines:
            kept.append(_more(words, len(lines)))
        replies.append(paragraphs(*kept))
    return replies


def _fitting(words: Words, lines: Sequence[Mrkdwn], *, counted: bool) -> int:
    """How many of the lines one reply holds, with a word on the others where they are counted."""
    after = [_more(words, len(lines))] if counted else []
    count = 1
    while count < len(lines) and fits([*lines[: count + 1], *after]):
        count += 1
    return count


def _more(words: Words, count: int) -> Mrkdwn:
    return words.count("and {count} more", "and {count} more", count)


def _line(words: Words, finding: Finding, site_url: str) -> Mrkdwn:
    name = named(words, finding, _TITLE, site_url)
    said = label(words, finding.key)
    return Mrkdwn(f"• {joined(': ', [said, name])}") if name else Mrkdwn(f"• {said}")
