"""Phrase the facts that several messages of a thread share: outcome, percentage, pages, findings, times."""

from collections.abc import Iterable, Mapping

from bot.domain.snapshot import Severity
from bot.domain.states import Outcome, Titles
from bot.domain.status_keys import lookup
from bot.render.i18n import Texts, wording
from bot.render.mrkdwn import Mrkdwn, joined, mention, on_one_line
from bot.render.status_texts import phase_name
from bot.render.thread import ThreadView, is_followed

#: people whom a card names; the others it counts
NAMED_PEOPLE = 5

_OUTCOMES = {
    Outcome.FOLLOWING: wording("Following"),
    Outcome.FINISHED: wording("Finished"),
    Outcome.PROBLEMS: wording("Finished with problems"),
    Outcome.FAILED: wording("Failed"),
    Outcome.UNKNOWN: wording("Result unknown"),
    Outcome.STOPPED: wording("No longer followed"),
}
_DONE = frozenset({Outcome.FINISHED, Outcome.PROBLEMS})
_SEEN_TO_END = _DONE | {Outcome.FAILED}

_NO_WARNINGS = {Outcome.FOLLOWING: wording("no warnings so far"), Outcome.FINISHED: wording("no warnings")}
# Translators: it failed or its end was not seen, so there may have been some
_NONE_SEEN = wording("no warnings seen")


def outcome_word(texts: Texts, outcome: Outcome) -> Mrkdwn:
    """Name the outcome, in a word or three."""
    return texts.say(_OUTCOMES[outcome])


def phase_sentence(texts: Texts, view: ThreadView) -> Mrkdwn:
    """Say what the long task is doing now."""
    if view.snapshot is None:
        return texts.say("Waiting for Confluence's first answer")
    return phase_name(texts, view.snapshot.status, view.snapshot.kind)


def confluence_text(texts: Texts, view: ThreadView) -> Mrkdwn | None:
    """Quote the sentence that Confluence sent as status, if it may be shown and still holds."""
    status = view.snapshot.status if view.snapshot and view.outcome not in _DONE else None
    if status is None or status.key or not status.text or view.titles is Titles.COUNTS:
        return None
    return texts.say("Confluence says: “{text}”", text=status.text)


def numbers_only(texts: Texts, view: ThreadView) -> Mrkdwn | None:
    """Say why page titles are hidden, if an administrator can change that."""
    if not view.scope_missing:
        return None
    # Translators: a scope is what Slack calls a permission of an app
    return texts.say(
        "Page titles are hidden, because this bot lacks the Slack scope to see "
        "whether other organizations read this channel. Ask this bot's administrator to add it."
    )


def owner_gone(texts: Texts, view: ThreadView) -> Mrkdwn | None:
    """Say that nobody owns the thread any more; None if somebody does, or it has ended."""
    if view.owner_id is None or not view.owner_is_gone or not is_followed(view):
        return None
    return texts.say(
        "{person} is no longer in Slack. The thread goes on; anyone here can take it over.",
        person=mention(view.owner_id),
    )


def percent(view: ThreadView) -> float | None:
    """Return the progress, 0 to 100. What has finished is at 100, even if Confluence stopped counting before; what
    has failed is not, even if Confluence counted on."""
    if view.outcome in _DONE:
        return 100.0
    figure = view.snapshot.percent if view.snapshot else None
    return None if view.outcome is Outcome.FAILED and figure == 100 else figure


def percentage(texts: Texts, view: ThreadView) -> Mrkdwn | None:
    """Write the percentage, or that there is none yet; None if the task ended without one."""
    figure = percent(view)
    if figure is not None:
        return texts.percent(figure)
    return texts.say("no percentage yet") if is_followed(view) else None


def pages(texts: Texts, view: ThreadView) -> Mrkdwn | None:
    """Say how many pages are done, of how many, as far as Confluence says; None if it says neither.

    How many there are in all is no progress of what has failed.
    """
    snapshot = view.snapshot
    if snapshot is None:
        return None
    done, total = snapshot.done, snapshot.total
    if view.outcome is Outcome.FAILED and done is None:
        done = view.pages_done
        total = total if done is not None and (total or 0) >= done else None
    if done is None:
        # Translators: there are so many, and it is not known how many are done: "0% · 42 pages in all"
        return texts.count("{count} page in all", "{count} pages in all", total) if total else None
    if total is None:
        return texts.count("{count} page", "{count} pages", done) if done else None
    return texts.count("{done} of {count} page", "{done} of {count} pages", total, done=done)


def findings_count(texts: Texts, view: ThreadView) -> Mrkdwn:
    """Count errors and warnings."""
    if not any(view.finding_counts.values()):
        return texts.say(_NO_WARNINGS.get(view.outcome, _NONE_SEEN))
    return counted_by_severity(texts, view.finding_counts)


def counted_by_severity(texts: Texts, counts: Mapping[str, int]) -> Mrkdwn:
    """Count the errors and the warnings among findings, by status key."""
    errors = sum(count for key, count in counts.items() if lookup(key).severity is Severity.ERROR)
    return errors_and_warnings(texts, errors, sum(counts.values()) - errors)


def errors_and_warnings(texts: Texts, errors: int, warnings: int) -> Mrkdwn:
    """Write `1 error and 3 warnings`, without a part that is zero."""
    counts = []
    if errors:
        counts.append(texts.count("{count} error", "{count} errors", errors))
    if warnings:
        counts.append(texts.count("{count} warning", "{count} warnings", warnings))
    return texts.listed(counts)


def notified(texts: Texts, view: ThreadView, *, named: bool) -> Mrkdwn | None:
    """Say how many people will be mentioned at the end, and who, unless it is only the one whom the root names."""
    people = list(dict.fromkeys(view.followers))
    if not people or not is_followed(view):
        return None
    if not named or people == [view.owner_id]:
        return texts.count("{count} person will be notified", "{count} people will be notified", len(people))
    return texts.count(
        "{count} person will be notified: {people}",
        "{count} people will be notified: {people}",
        len(people),
        people=mentions(texts, people, at_most=NAMED_PEOPLE) or "",
    )


def mentions(texts: Texts, people: Iterable[str], *, at_most: int) -> Mrkdwn | None:
    """Mention people by their user ids, and count those above a number; None if there are none."""
    everyone = list(dict.fromkeys(people))
    shown = joined(" ", [mention(person) for person in everyone[:at_most]])
    rest = len(everyone) - at_most
    if rest > 0:
        return texts.count("{people} and {count} other", "{people} and {count} others", rest, people=shown)
    return shown or None


def times(texts: Texts, view: ThreadView) -> list[Mrkdwn]:
    """Say when it started, and when it ended and how long it took."""
    facts = []
    if view.started_at:
        facts.append(texts.say("Started {time}", time=view.started_at))
    if view.ended_at and view.outcome in _SEEN_TO_END:
        facts.append(texts.say("Ended {time}", time=view.ended_at))
        if view.started_at and view.ended_at >= view.started_at:
            facts.append(texts.say("Took {duration}", duration=view.ended_at - view.started_at))
    return facts


def how_far(texts: Texts, view: ThreadView) -> Mrkdwn | None:
    """Say how far a task had come that failed or was lost sight of; None if that is not known, or it had not begun."""
    if view.snapshot is None or not (view.snapshot.done or percent(view)):
        return None
    facts = on_one_line([percentage(texts, view), pages(texts, view)])
    if view.outcome is Outcome.UNKNOWN and view.checked_at:
        # Translators: {progress} is e.g. "97% · 2,000 of 2,000 pages"
        return texts.say("Last seen {time}: {progress}", time=view.checked_at, progress=facts)
    # Translators: before it failed; {progress} is e.g. "61% · 1,220 of 2,000 pages"
    return texts.say("Done before it failed: {progress}", progress=facts)


def ending_note(texts: Texts, view: ThreadView) -> Mrkdwn | None:
    """Explain an end that was not seen or not waited for; None for others."""
    match view.outcome:
        case Outcome.UNKNOWN:
            return texts.say("This bot could not see how it ended. Check the result in Confluence.")
        case Outcome.STOPPED:
            return _stopped(texts, view)
        case _:
            return None


def _stopped(texts: Texts, view: ThreadView) -> Mrkdwn:
    if view.stopped_by is None:
        return texts.say("This thread no longer follows it. The task itself goes on in Confluence.")
    return texts.say(
        "{person} stopped following it here. The task itself goes on in Confluence.", person=mention(view.stopped_by)
    )
