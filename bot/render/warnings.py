"""Render the reply that lists warnings and errors."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.message_plan import NAMED
from bot.domain.page_links import page_link
from bot.domain.snapshot import Finding, Severity
from bot.domain.states import Titles
from bot.render.blocks import SECTION_LIMIT, context, fits, message, sections
from bot.render.i18n import Texts
from bot.render.message import Block, Message
from bot.render.mrkdwn import TITLE_LIMIT, Mrkdwn, bold, data, joined, length, link
from bot.render.phrases import errors_and_warnings
from bot.render.status_texts import FINDING_TEXTS, advice, other_headline
from bot.render.thread import ThreadView

#: further kinds are counted only; Confluence documents ten
MAX_KINDS = 12
#: arguments of an unknown key that are shown
_MAX_ARGUMENTS = 3


@dataclass(frozen=True, kw_only=True)
class _Group:
    """The findings of one kind."""

    key: str
    severity: Severity
    findings: tuple[Finding, ...]

    @property
    def count(self) -> int:
        """How many pages or findings there are."""
        return sum(finding.count if finding.count is not None else 1 for finding in self.findings)


#: UTF-16 units of a title (0 leaves out the names), and whether there is advice: from everything to what always fits
_DETAILS = ((TITLE_LIMIT, True), (120, True), (60, True), (30, True), (0, True), (0, False))


def warnings(
    texts: Texts, view: ThreadView, findings: Sequence[Finding], *, may_repeat: bool = False, earlier: bool = False
) -> Message:
    """List the findings of one look: errors first, each kind with its first ten by name and what to do next.

    `may_repeat`: the message may already be in the thread. `earlier`: found before this thread began.
    """
    groups = _grouped(findings)
    before = [texts.say("Found before this thread began:")] if earlier else []
    after = [texts.say("This may already stand above: Slack did not say whether it had arrived.")] if may_repeat else []
    for title_limit, advised in _DETAILS:
        kinds = [_lines(texts, view, group, title_limit, advised=advised) for group in groups[:MAX_KINDS]]
        if len(groups) > MAX_KINDS:
            kinds.append([_other_kinds(texts, groups[MAX_KINDS:])])
        text = [*before, *(line for lines in kinds for line in lines), *after]
        if fits(text) and all(length(line) <= SECTION_LIMIT for line in text):
            break
    blocks: list[Block] = [context(*before)] if before else []
    for lines in kinds:
        blocks += sections(lines)
    blocks += [context(*after)] if after else []
    return message(text, blocks)


def _grouped(findings: Sequence[Finding]) -> list[_Group]:
    """Group the findings by kind, errors first, otherwise in the order in which each kind was first found."""
    kinds: dict[tuple[str, Severity], list[Finding]] = {}
    for finding in findings:
        kinds.setdefault((finding.key, finding.severity), []).append(finding)
    groups = [_Group(key=key, severity=severity, findings=tuple(found)) for (key, severity), found in kinds.items()]
    return sorted(groups, key=lambda group: group.severity is not Severity.ERROR)


def _lines(texts: Texts, view: ThreadView, group: _Group, title_limit: int, *, advised: bool) -> list[Mrkdwn]:
    entry, count = FINDING_TEXTS.get(group.key), group.count
    headline = entry.headline(texts, count) if entry else other_headline(texts, group.key, group.severity, count)
    names = _names(texts, view, group, title_limit) if title_limit and view.titles is Titles.SHOWN else []
    return [bold(headline), *names, *([advice(texts, group.key)] if advised else [])]


def _names(texts: Texts, view: ThreadView, group: _Group, limit: int) -> list[Mrkdwn]:
    names = [finding_name(texts, finding, limit, view.site_url) for finding in group.findings[:NAMED]]
    lines = [Mrkdwn(f"• {name}") for name in names if name]
    rest = len(group.findings) - NAMED
    if lines and rest > 0:
        # Translators: after ten pages by name, how many more there are
        lines.append(texts.count("and {count} more", "and {count} more", rest))
    return lines


def finding_name(texts: Texts, finding: Finding, limit: int, site_url: str) -> Mrkdwn | None:
    """Write a finding by the names in it, None if there are none. `limit`: UTF-16 units of each."""
    entry = FINDING_TEXTS.get(finding.key)
    if entry is None:
        shown = [finding.text] if finding.text else finding.args[:_MAX_ARGUMENTS]
        quoted = [texts.say("“{text}”", text=data(text, limit)) for text in shown]
        return joined(", ", quoted) if quoted else None
    if entry.item is None or len(finding.args) < len(entry.arguments):
        return None
    values = {name: data(value, limit) for name, value in zip(entry.arguments, finding.args, strict=False)}
    name = texts.say(entry.item, **values)
    url = page_link(finding, site_url)
    return link(url, name) if url else name


def _other_kinds(texts: Texts, groups: Sequence[_Group]) -> Mrkdwn:
    everything = sum(group.count for group in groups)
    errors = sum(group.count for group in groups if group.severity is Severity.ERROR)
    return texts.say("Of other kinds: {counts}", counts=errors_and_warnings(texts, errors, everything - errors))
