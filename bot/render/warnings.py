"""The reply that tells what warnings and errors have been found."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.snapshot import Finding, Severity
from bot.domain.states import Titles
from bot.domain.summary import page_link
from bot.render.blocks import context, fits, message, sections
from bot.render.i18n import Texts
from bot.render.message import Block, Message
from bot.render.mrkdwn import TITLE_LIMIT, Mrkdwn, bold, data, joined, link
from bot.render.phrases import errors_and_warnings
from bot.render.status_texts import FINDING_TEXTS, other_advice, other_headline
from bot.render.thread import ThreadView

#: so many of a kind are named, the others counted
NAMED = 10
#: so many kinds are told, the others counted; Confluence documents ten
KINDS_TOLD = 12
#: arguments of an unknown key that are shown
_ARGUMENTS_SHOWN = 3


@dataclass(frozen=True, kw_only=True)
class Group:
    """The findings of one kind."""

    key: str
    severity: Severity
    findings: tuple[Finding, ...]

    @property
    def count(self) -> int:
        """How many pages or findings it is about."""
        return sum(finding.count if finding.count is not None else 1 for finding in self.findings)


@dataclass(frozen=True, kw_only=True)
class _Detail:
    """How much is told of each kind."""

    #: UTF-16 units of a title; 0: no names
    title: int
    advice: bool = True


#: from all there is to say to what always fits a message
_DETAILS = (
    *[_Detail(title=title) for title in (TITLE_LIMIT, 120, 60, 30, 0)],
    _Detail(title=0, advice=False),
)


def warnings(
    texts: Texts, view: ThreadView, findings: Sequence[Finding], *, may_repeat: bool = False, earlier: bool = False
) -> Message:
    """What was found in one look: errors first, each kind with its first ten by name and what to do next.

    `may_repeat`: it may already stand above. `earlier`: found before this thread began.
    """
    groups = grouped(findings)
    before = [texts.say("Found before this thread began:")] if earlier else []
    after = [texts.say("This may already stand above: Slack did not say whether it had arrived.")] if may_repeat else []
    for detail in _DETAILS:
        told = [_lines(texts, view, group, detail) for group in groups[:KINDS_TOLD]]
        if len(groups) > KINDS_TOLD:
            told.append([_other_kinds(texts, groups[KINDS_TOLD:])])
        text = [*before, *(line for lines in told for line in lines), *after]
        if fits(text):
            break
    blocks: list[Block] = [context(*before)] if before else []
    for lines in told:
        blocks += sections(lines)
    blocks += [context(*after)] if after else []
    return message(text, blocks)


def grouped(findings: Sequence[Finding]) -> list[Group]:
    """The findings by kind, errors first, otherwise in the order in which each kind was found first."""
    kinds: dict[tuple[str, Severity], list[Finding]] = {}
    for finding in findings:
        kinds.setdefault((finding.key, finding.severity), []).append(finding)
    groups = [Group(key=key, severity=severity, findings=tuple(found)) for (key, severity), found in kinds.items()]
    return sorted(groups, key=lambda group: group.severity is not Severity.ERROR)


def _lines(texts: Texts, view: ThreadView, group: Group, detail: _Detail) -> list[Mrkdwn]:
    lines = [bold(_headline(texts, group))]
    if detail.title and view.titles is Titles.SHOWN:
        lines += _names(texts, view, group, detail.title)
    if detail.advice:
        telling = FINDING_TEXTS.get(group.key)
        lines.append(texts.say(telling.advice) if telling else other_advice(texts))
    return lines


def _headline(texts: Texts, group: Group) -> Mrkdwn:
    telling = FINDING_TEXTS.get(group.key)
    if telling is None:
        return other_headline(texts, group.key, group.severity, group.count)
    return telling.headline(texts, group.count)


def _names(texts: Texts, view: ThreadView, group: Group, limit: int) -> list[Mrkdwn]:
    names = [named(texts, finding, limit, view.site_url) for finding in group.findings[:NAMED]]
    lines = [Mrkdwn(f"• {name}") for name in names if name]
    rest = len(group.findings) - NAMED
    if lines and rest > 0:
        # Translators: after ten pages by name, how many there are beside them
        lines.append(texts.count("and {count} more", "and {count} more", rest))
    return lines


def named(texts: Texts, finding: Finding, limit: int, site_url: str) -> Mrkdwn | None:
    """One finding by the names in it, None where there are none."""
    telling = FINDING_TEXTS.get(finding.key)
    if telling is None:
        shown = [finding.text] if finding.text else finding.args[:_ARGUMENTS_SHOWN]
        quoted = [texts.say("“{text}”", text=data(text, limit)) for text in shown]
        return joined(", ", quoted) if quoted else None
    if telling.item is None or len(finding.args) < len(telling.arguments):
        return None
    values = {name: data(value, limit) for name, value in zip(telling.arguments, finding.args, strict=False)}
    name = texts.say(telling.item, **values)
    address = page_link(finding, site_url)
    return link(address, name) if address else name


def _other_kinds(texts: Texts, groups: Sequence[Group]) -> Mrkdwn:
    everything = sum(group.count for group in groups)
    errors = sum(group.count for group in groups if group.severity is Severity.ERROR)
    return texts.say("Of other kinds: {counts}", counts=errors_and_warnings(texts, errors, everything - errors))
