"""Render the completion: the reply that says how it ended and mentions the followers."""

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta

from bot.domain.place import place_of
from bot.domain.snapshot import Finding, Kind
from bot.domain.states import Outcome, Titles
from bot.domain.summary import LEFT_IN_PLACE, Summary
from bot.render import failure, phrases, results
from bot.render.blocks import TEXT_LIMIT, context, fitting, room, section, sections
from bot.render.buttons import completion_row
from bot.render.chart import Samples, chart, in_words
from bot.render.headline import headline, marked, place, task_id
from bot.render.i18n import Texts, wording
from bot.render.links import open_link
from bot.render.message import Message
from bot.render.mrkdwn import MENTION_HERE, Mrkdwn, joined, length, on_one_line
from bot.render.thread import ThreadView
from bot.render.warnings import joined_kinds, kinds_in_detail

#: people whom one reply mentions; the others are counted, since a mention is a notification
MAX_MENTIONS = 20
#: the course of a shorter task says nothing
_WORTH_A_CHART = timedelta(minutes=5)
#: what is said of a task of a kind for which Confluence gives no place
_WITHOUT_PLACE: Mapping[Kind, str] = {
    Kind.DELETE: wording("Confluence doesn't say which pages."),
    Kind.ARCHIVE: wording("Confluence doesn't say which pages."),
    Kind.MOVE: wording("Confluence doesn't say which pages."),
    Kind.SPACE_DELETE: wording("Confluence doesn't say which space."),
}


def completion(
    texts: Texts,
    view: ThreadView,
    summary: Summary,
    findings: Sequence[Finding] = (),
    *,
    named: Sequence[Finding] = (),
    subscription_id: str | None = None,
    has_card: bool = True,
    mentions_here: bool = False,
) -> Message:
    """Say how it ended and what it is about, then what needs doing, the course, the times, and whom it is for.

    `named`: findings that no other message of the thread reports, and that the summary leaves out. `subscription_id`:
    the value of its buttons; None in a direct message. Without a card it has the card's buttons. `mentions_here`: also
    mention everybody who is active in the channel.
    """
    cause = failure.cause(view) if view.outcome is Outcome.FAILED else None
    named = [finding for finding in named if finding.key != cause]
    line, story = headline(texts, view), _story(texts, view, summary, findings)
    explained = {finding.key for finding in named} | ({cause} if cause else set())
    problems = _problems(texts, view, summary, explained=explained, named=len({finding.kind for finding in named}))
    buttons = completion_row(texts, view, subscription_id=subscription_id, has_card=has_card)
    link = None if place(view) else open_link(texts, view)
    samples = _course(view)
    small = on_one_line([*phrases.times(texts, view), task_id(texts, view)])
    followers = phrases.mentions(texts, view.followers, at_most=MAX_MENTIONS)
    people = joined(" ", [each for each in (MENTION_HERE if mentions_here else None, followers) if each]) or None
    curve = chart(texts, samples)
    before = [line, *story, *problems]
    elsewhere = _names_elsewhere(texts, view) if named or problems else None
    notes = [each for each in (_moved_up(texts, view), _no_place(texts, view), elsewhere) if each]
    after = [each for each in (*notes, link, in_words(texts, samples), small) if each]
    kinds = kinds_in_detail(texts, view, named, within=room([*before, *after, *([people] if people else [])]))

    blocks = [*sections([marked(view, line), *story]), *sections(problems)]
    blocks += [block for lines in kinds for block in sections(lines)]
    blocks += [context(*notes)] if notes else []
    blocks += [section(link)] if link and (has_card or not buttons) else []
    blocks += [curve] if curve else []
    blocks += [context(small), *([section(people)] if people else []), *buttons]
    return Message(text=_text([*before, *joined_kinds(kinds), *after], people), blocks=tuple(blocks))


def _story(texts: Texts, view: ThreadView, summary: Summary, findings: Sequence[Finding]) -> list[Mrkdwn]:
    """Say what was done; of a failure why, how far it came and what to do; of an end not seen where to look."""
    lines: list[Mrkdwn | None]
    match view.outcome:
        case Outcome.FINISHED | Outcome.PROBLEMS:
            lines = [on_one_line(results.done(texts, summary))]
        case Outcome.FAILED:
            why = failure.explained(texts, view, findings)
            lines = [*why, phrases.how_far(texts, view), failure.what_to_do(texts, view)]
        case _:
            quote = phrases.confluence_text(texts, view)
            lines = [phrases.ending_note(texts, view), phrases.how_far(texts, view), quote]
    return [line for line in lines if line]


def _problems(
    texts: Texts, view: ThreadView, summary: Summary, *, explained: Collection[str], named: int
) -> list[Mrkdwn]:
    """List what needs attention, but not what the message explains: the cause of a failure, and what it names.

    `named`: how many kinds of findings are named below the list.
    """
    lines = [Mrkdwn(f"• {line}") for line in results.to_look_at(texts, view, summary, but=explained)]
    count = len(lines) + named
    if count < 2:
        return lines
    return [texts.count("{count} thing needs attention:", "{count} things need attention:", count), *lines]


def _names_elsewhere(texts: Texts, view: ThreadView) -> Mrkdwn | None:
    """Say where the names are that this channel does not see."""
    if view.titles is Titles.SHOWN or not view.followers:
        return None
    return texts.say("Those who are notified get the names of the pages in a direct message.")


def _moved_up(texts: Texts, view: ThreadView) -> Mrkdwn | None:
    """Say where the pages are that a deletion has left, whatever the reason."""
    left = any(view.finding_counts.get(key) for key in LEFT_IN_PLACE)
    if not left or view.outcome is not Outcome.PROBLEMS:
        return None
    return texts.say("The pages that are left have moved up one level.")


def _no_place(texts: Texts, view: ThreadView) -> Mrkdwn | None:
    """Say that Confluence does not say what it was about, unless a person or Confluence has."""
    snapshot = view.snapshot
    if snapshot is None or snapshot.kind not in _WITHOUT_PLACE or view.label or place_of(snapshot, view.site_url):
        return None
    quoted = snapshot.status is not None and snapshot.status.text
    return None if quoted else texts.say(_WITHOUT_PLACE[snapshot.kind])


def _course(view: ThreadView) -> Samples:
    if view.started_at is None or view.ended_at is None or view.ended_at - view.started_at < _WORTH_A_CHART:
        return ()
    return view.samples


def _text(lines: Sequence[Mrkdwn], people: Mrkdwn | None) -> Mrkdwn:
    """Write the whole text; whatever has to be cut, the people are mentioned."""
    if people is None:
        return fitting(lines, TEXT_LIMIT)
    return joined("\n", [fitting(lines, TEXT_LIMIT - length(people) - 1), people])
