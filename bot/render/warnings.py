"""Render warnings and errors: the reply about one kind of them, and what the completion says of those without one."""

from collections.abc import Sequence

from msgspec import Struct

from bot.domain.message_plan import MAX_KINDS, NAMED, errors_first
from bot.domain.page_links import page_link
from bot.domain.snapshot import Finding, FindingKind, Severity
from bot.domain.states import Titles
from bot.render.blocks import SECTION_LIMIT, context, fits, message, room, sections
from bot.render.i18n import Texts
from bot.render.message import Message
from bot.render.mrkdwn import TITLE_LIMIT, Mrkdwn, bold, data, length, link
from bot.render.phrases import errors_and_warnings
from bot.render.status_texts import FINDING_TEXTS, advice, is_counted, other_headline
from bot.render.thread import ThreadView, is_followed

#: arguments of an unknown key that are shown
_MAX_ARGUMENTS = 3


class _Detail(Struct, frozen=True, kw_only=True):
    """How much is said of findings."""

    title_limit: int = 30  #: UTF-16 units of a title
    named: int = NAMED  #: findings of a kind by name
    advised: bool = True  #: whether there is advice
    kinds: int = MAX_KINDS  #: further kinds are counted


#: from everything to what always fits
_DETAILS = (
    _Detail(title_limit=TITLE_LIMIT),
    _Detail(title_limit=120),
    _Detail(title_limit=60),
    _Detail(),
    _Detail(named=3),
    _Detail(named=0),
    _Detail(named=0, advised=False),
    _Detail(named=0, advised=False, kinds=3),
    _Detail(named=0, advised=False, kinds=0),
)


def warnings(
    texts: Texts, view: ThreadView, findings: Sequence[Finding], *, may_repeat: bool = False, earlier: bool = False
) -> Message:
    """Report the findings of one kind: how many so far, the first ten by name, and what to do next.

    `may_repeat`: the message may already be in the thread. `earlier`: some were found before this thread began.
    """
    notes = [texts.say("This includes what was found before this thread began.")] if earlier else []
    if may_repeat:
        notes.append(texts.say("This may already have been posted above: Slack did not say whether it had arrived."))
    lines = joined_kinds(kinds_in_detail(texts, view, findings, within=room(notes)))
    return message([*lines, *notes], [*sections(lines), *([context(*notes)] if notes else [])])


def joined_kinds(kinds: Sequence[Sequence[Mrkdwn]]) -> list[Mrkdwn]:
    """The lines of several kinds of findings, one after the other."""
    return [line for lines in kinds for line in lines]


def kinds_in_detail(
    texts: Texts, view: ThreadView, findings: Sequence[Finding], *, within: int
) -> Sequence[Sequence[Mrkdwn]]:
    """Report findings, the lines of each kind by themselves: errors first, each with its first ten by name and what to
    do next, in so much detail as fits.

    `within`: UTF-16 units for all lines.
    """
    kinds: dict[FindingKind, list[Finding]] = {}
    for finding in findings:
        kinds.setdefault(finding.kind, []).append(finding)
    found = [kinds[kind] for kind in errors_first(kinds)]
    said: list[list[Mrkdwn]] = []
    for detail in _DETAILS:
        said = [_lines(texts, view, group, detail) for group in found[: detail.kinds]]
        if len(found) > detail.kinds:
            said.append([_others(texts, found[detail.kinds :])])
        lines = joined_kinds(said)
        if fits(lines, within) and all(length(line) <= SECTION_LIMIT for line in lines):
            break
    return said


def _lines(texts: Texts, view: ThreadView, group: Sequence[Finding], detail: _Detail) -> list[Mrkdwn]:
    """What is said of the findings of one kind."""
    key, severity, count = group[0].key, group[0].severity, _count(group)
    entry = FINDING_TEXTS.get(key)
    headline = entry.headline(texts, count) if entry else other_headline(texts, key, severity, count)
    if is_followed(view) and is_counted(key):
        # Translators: followed by a whole sentence, e.g. “150 pages were renamed because …”; there may be more later
        headline = texts.say("So far: {sentence}", sentence=headline)
    names = _names(texts, view, group, detail) if view.titles is Titles.SHOWN else []
    return [bold(headline), *names, *([advice(texts, key, count)] if detail.advised else [])]


def _count(group: Sequence[Finding]) -> int:
    """How many pages or findings there are."""
    return sum(finding.count if finding.count is not None else 1 for finding in group)


def _names(texts: Texts, view: ThreadView, group: Sequence[Finding], detail: _Detail) -> list[Mrkdwn]:
    shown = group[: detail.named]
    names = [finding_name(texts, finding, detail.title_limit, view.site_url) for finding in shown]
    lines = [Mrkdwn(f"• {name}") for name in names if name]
    rest = len(group) - len(shown)
    if lines and rest > 0:
        # Translators: after some pages by name, how many more there are
        lines.append(texts.more(rest))
    return lines


def finding_name(texts: Texts, finding: Finding, limit: int, site_url: str) -> Mrkdwn | None:
    """Write a finding by the names in it, None if there are none. `limit`: UTF-16 units of each."""
    entry = FINDING_TEXTS.get(finding.key)
    if entry is None:
        shown = [finding.text] if finding.text else finding.args[:_MAX_ARGUMENTS]
        quoted = [texts.say("“{text}”", text=data(text, limit)) for text in shown]
        return texts.enumerated(quoted) if quoted else None
    if entry.item is None or len(finding.args) < len(entry.arguments):
        return None
    values = {name: data(value, limit) for name, value in zip(entry.arguments, finding.args, strict=False)}
    name = texts.say(entry.item, **values)
    url = page_link(finding, site_url)
    return link(url, name) if url else name


def _others(texts: Texts, groups: Sequence[Sequence[Finding]]) -> Mrkdwn:
    """Count the findings of kinds that are not reported by themselves."""
    everything = sum(_count(group) for group in groups)
    errors = sum(_count(group) for group in groups if group[0].severity is Severity.ERROR)
    return texts.say("Other: {counts}", counts=errors_and_warnings(texts, errors, everything - errors))
