"""Render the card: the one message of a thread that shows the present state and is edited in place."""

from collections.abc import Iterator
from dataclasses import replace

from bot.domain.forecast import time_left
from bot.domain.states import Outcome
from bot.render import failure, phrases
from bot.render.bar import bar
from bot.render.blocks import context, message, section
from bot.render.buttons import button_row
from bot.render.headline import headline, marked, task_id, task_name
from bot.render.i18n import Texts
from bot.render.message import Message, digest
from bot.render.mrkdwn import Mrkdwn, joined, on_one_line
from bot.render.thread import ThreadView, is_followed
from bot.render.troubles import trouble_note


def card(texts: Texts, view: ThreadView, *, subscription_id: str | None = None, people_named: bool = True) -> Message:
    """Show work and place, phase or outcome, bar, percentage, pages, time left, findings, people, times, trouble and
    buttons.

    `subscription_id`: the value of its buttons; None leaves out those that act on a subscription. `people_named`: false
    for a post, which would notify the people that it names; an edit does not.
    Always made of sections, contexts and actions, without block ids: Slack allows every edit between those.
    """
    shown = without_buttons(texts, view, people_named=people_named)
    return replace(shown, blocks=(*shown.blocks, *button_row(texts, view, subscription_id=subscription_id)))


def without_buttons(texts: Texts, view: ThreadView, *, people_named: bool = False) -> Message:
    """Render the card without its buttons."""
    line, phase, percent = headline(texts, view), _phase(texts, view), phrases.percentage(texts, view)
    pages, note, small = phrases.pages(texts, view), _note(texts, view), list(_small_print(texts, view, people_named))
    drawn = Mrkdwn(f"{bar(phrases.percent(view))}  {percent}") if percent else None
    first = [marked(view, line), phase, on_one_line([drawn, pages])]
    blocks = [section(joined("\n", [each for each in first if each]))]
    blocks += [section(note)] if note else []
    blocks += [context(*small)]
    text = [on_one_line([line, percent, pages]), phase, note, *small]
    return message([each for each in text if each], blocks)


def fingerprint(texts: Texts, view: ThreadView, *, subscription_id: str | None = None) -> str:
    """Return a digest of what the card shows apart from what changes with every look: 32 hexadecimal digits."""
    if is_followed(view):
        view = replace(view, checked_at=None, next_check_at=None, reckoned_at=None, pages_per_minute=None)
    return digest(card(texts, view, subscription_id=subscription_id))


def _phase(texts: Texts, view: ThreadView) -> Mrkdwn | None:
    """Say what the task is doing now, unless the headline says it."""
    phase = phrases.phase_sentence(texts, view) if is_followed(view) else None
    return None if phase == task_name(texts, view) else phase


def _note(texts: Texts, view: ThreadView) -> Mrkdwn | None:
    if view.outcome is Outcome.FAILED:
        return failure.explained(texts, view)[0]
    return trouble_note(texts, view) or phrases.ending_note(texts, view)


def _small_print(texts: Texts, view: ThreadView, people_named: bool) -> Iterator[Mrkdwn]:
    quote = None if view.outcome is Outcome.FAILED else phrases.confluence_text(texts, view)
    moments = [*phrases.times(texts, view), *_checks(texts, view), task_id(texts, view)]
    lines = (
        quote,
        on_one_line(_outlook(texts, view)),
        on_one_line([_findings(texts, view), phrases.notified(texts, view, named=people_named)]),
        phrases.owner_gone(texts, view),
        phrases.numbers_only(texts, view),
        on_one_line(moments),
    )
    yield from (line for line in lines if line)


def _outlook(texts: Texts, view: ThreadView) -> Iterator[Mrkdwn]:
    """Say how long it will take, as reckoned when it last moved on, and at what pace; nothing rather than a guess."""
    if not is_followed(view) or view.trouble is not None:
        return
    if view.expected_end and view.reckoned_at:
        left = time_left(view.expected_end, view.reckoned_at)
        if left:
            time = texts.time_of_day(view.reckoned_at)
            # Translators: {time} is when this was reckoned, e.g. "At 14:02: about 12 min left"
            yield texts.say("At {time}: about {duration} left", time=time, duration=left)
    if view.expected_end:
        yield texts.say("Expected to end about {time}", time=view.expected_end)
    if view.pages_per_minute:
        yield texts.count("{count} page a minute", "{count} pages a minute", view.pages_per_minute)


def _findings(texts: Texts, view: ThreadView) -> Mrkdwn | None:
    """Count errors and warnings, but not the one that the card explains."""
    if view.outcome is not Outcome.FAILED:
        return phrases.findings_count(texts, view)
    others = {key: count for key, count in view.finding_counts.items() if key != failure.cause(view)}
    return phrases.counted_by_severity(texts, others) if any(others.values()) else None


def _checks(texts: Texts, view: ThreadView) -> Iterator[Mrkdwn]:
    """Say when the task was last looked at, and while that happens seldom, when it is next."""
    if view.checked_at and view.outcome is Outcome.UNKNOWN:
        yield texts.say("Last seen {time}", time=texts.time_with_seconds(view.checked_at))
    if not is_followed(view):
        return
    if view.checked_at:
        yield texts.say("Last checked {time}", time=texts.time_with_seconds(view.checked_at))
    if view.next_check_at:
        yield texts.say("Next check {time}", time=view.next_check_at)
