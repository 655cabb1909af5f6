"""Phrase the facts that several messages of a thread share: name, percentage, pages, findings, times."""

from bot.domain.snapshot import Kind, Severity
from bot.domain.states import Outcome, Titles
from bot.domain.status_keys import lookup
from bot.render.i18n import Texts, wording
from bot.render.mrkdwn import Mrkdwn, bold, mention
from bot.render.status_texts import kind_name, phase_name
from bot.render.thread import ThreadView, is_followed

_OUTCOMES = {
    Outcome.FOLLOWING: wording("Following"),
    Outcome.FINISHED: wording("Finished"),
    Outcome.PROBLEMS: wording("Finished with problems"),
    Outcome.FAILED: wording("Failed"),
    Outcome.UNKNOWN: wording("Result unknown"),
    Outcome.STOPPED: wording("Stopped"),
}
_DONE = frozenset({Outcome.FINISHED, Outcome.PROBLEMS})

_NO_WARNINGS = {Outcome.FOLLOWING: wording("no warnings so far"), Outcome.FINISHED: wording("no warnings")}
# Translators: it failed or its end was not seen, so there may have been some
_NONE_SEEN = wording("no warnings seen")


def outcome_word(texts: Texts, outcome: Outcome) -> Mrkdwn:
    """Name the outcome, in a word or three."""
    return texts.say(_OUTCOMES[outcome])


def task_name(texts: Texts, view: ThreadView) -> Mrkdwn | None:
    """Name the long task: by its kind, else by Confluence's own name for it if that may be shown."""
    snapshot = view.snapshot
    if snapshot is None:
        return None
    if snapshot.kind is not Kind.OTHER:
        return kind_name(texts, snapshot.kind)
    if snapshot.name_text and view.titles is Titles.SHOWN:
        return texts.say("“{name}”", name=snapshot.name_text)
    return None


def outcome_headline(texts: Texts, view: ThreadView) -> Mrkdwn:
    """Name the outcome, the long task and its id."""
    outcome, name = bold(outcome_word(texts, view.outcome)), task_name(texts, view)
    if name is None:
        # Translators: {outcome} is in bold: Slack needs a space or punctuation after it
        return texts.say("{outcome}: long task {id}", outcome=outcome, id=view.remote_id)
    return texts.say("{outcome}: {task} (long task {id})", outcome=outcome, task=name, id=view.remote_id)


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
        "whether other organizations read this channel."
    )


def percent(view: ThreadView) -> float | None:
    """Return the progress, 0 to 100. What has finished is at 100, even if Confluence stopped counting before."""
    if view.outcome in _DONE:
        return 100.0
    return view.snapshot.percent if view.snapshot else None


def percentage(texts: Texts, view: ThreadView) -> Mrkdwn | None:
    """Write the percentage, or that there is none yet; None if the long task ended without one."""
    figure = percent(view)
    if figure is not None:
        return texts.percent(figure)
    return texts.say("no percentage yet") if is_followed(view) else None


def pages(texts: Texts, view: ThreadView) -> Mrkdwn | None:
    """Say how many pages are done, of how many, as far as Confluence says; None if it says neither."""
    snapshot = view.snapshot
    if snapshot is None or (snapshot.done is None and snapshot.total is None):
        return None
    if snapshot.done is None or snapshot.total is None:
        known = snapshot.total if snapshot.done is None else snapshot.done
        return texts.count("{count} page", "{count} pages", known or 0)
    return texts.count("{done} of {count} page", "{done} of {count} pages", snapshot.total, done=snapshot.done)


def findings_count(texts: Texts, view: ThreadView) -> Mrkdwn:
    """Count errors and warnings."""
    errors = sum(count for key, count in view.finding_counts.items() if lookup(key).severity is Severity.ERROR)
    warnings = sum(view.finding_counts.values()) - errors
    if not errors and not warnings:
        return texts.say(_NO_WARNINGS.get(view.outcome, _NONE_SEEN))
    return errors_and_warnings(texts, errors, warnings)


def errors_and_warnings(texts: Texts, errors: int, warnings: int) -> Mrkdwn:
    """Write `1 error and 3 warnings`, without a part that is zero."""
    counts = []
    if errors:
        counts.append(texts.count("{count} error", "{count} errors", errors))
    if warnings:
        counts.append(texts.count("{count} warning", "{count} warnings", warnings))
    return texts.listed(counts)


def times(texts: Texts, view: ThreadView) -> list[Mrkdwn]:
    """Say when it started and is expected to end, or when it ended and how long it took."""
    facts = []
    if view.started_at:
        facts.append(texts.say("Started {time}", time=view.started_at))
    if is_followed(view):
        if view.expected_end and view.trouble is None:
            facts.append(texts.say("Expected to end about {time}", time=view.expected_end))
    elif view.ended_at and view.outcome not in {Outcome.UNKNOWN, Outcome.STOPPED}:
        facts.append(texts.say("Ended {time}", time=view.ended_at))
        if view.started_at and view.ended_at >= view.started_at:
            facts.append(texts.say("Took {duration}", duration=view.ended_at - view.started_at))
    return facts


def ending_note(texts: Texts, view: ThreadView) -> Mrkdwn | None:
    """Explain an end that failed, was not seen or was not waited for; None for others."""
    match view.outcome:
        case Outcome.FAILED:
            return texts.say("Confluence says that it failed. Look there how far it came before you start it again.")
        case Outcome.UNKNOWN:
            return _unknown(texts, view)
        case Outcome.STOPPED:
            return _stopped(texts, view)
        case _:
            return None


def _stopped(texts: Texts, view: ThreadView) -> Mrkdwn:
    if view.stopped_by is None:
        return texts.say("This thread no longer follows it. The long task itself goes on in Confluence.")
    return texts.say(
        "{person} stopped following it here. The long task itself goes on in Confluence.",
        person=mention(view.stopped_by),
    )


def _unknown(texts: Texts, view: ThreadView) -> Mrkdwn:
    figure = percentage(texts, view)
    if view.checked_at is None or figure is None:
        return texts.say("The end could not be seen. Look in Confluence how it ended.")
    return texts.say(
        "The end could not be seen. Last seen: {percent}, {time}. Look in Confluence how it ended.",
        percent=figure,
        time=view.checked_at,
    )
