"""Checks that commands are answered, and that what is answered is true."""

from collections.abc import Iterator

from bot.domain.states import Outcome
from tests.chaos.answers import NOTHING_STARTED, says_followed, says_stopped
from tests.chaos.bot_records import SubscriptionRecord
from tests.chaos.checks.violation import Violation
from tests.chaos.observations import Observations
from tests.chaos.slack_threads import root_copies
from tests.chaos.users import TypedCommand


def unanswered(observed: Observations) -> Iterator[Violation]:
    """Acknowledged commands without a root and without a private answer."""
    for typed in observed.commands:
        if typed.acknowledged and not observed.answers(typed) and not _has_begun(observed, typed):
            yield Violation(detail=f"{_quoted(typed)} was acknowledged and never answered.", remote_id=typed.remote_id)


def started_although_refused(observed: Observations) -> Iterator[Violation]:
    """Commands that were answered with *nothing was started*, and that have a root."""
    for typed in observed.commands:
        if NOTHING_STARTED in observed.answers(typed) and _has_begun(observed, typed):
            detail = f"{_quoted(typed)} was answered that nothing was started, and has a root."
            yield Violation(detail=detail, remote_id=typed.remote_id)


def not_followed(observed: Observations) -> Iterator[Violation]:
    """Commands that were answered that the channel follows, in a channel without a root."""
    for typed in observed.commands:
        if not any(says_followed(answer, typed.remote_id) for answer in observed.answers(typed)):
            continue
        here = _subscriptions(observed, typed)
        # One that is stopped soon enough needs no root.
        if not any(each.outcome is Outcome.STOPPED or root_copies(observed, each) for each in here):
            detail = f"{_quoted(typed)} was answered that {typed.plan.channel} follows, and there is no root."
            yield Violation(detail=detail, remote_id=typed.remote_id)


def not_stopped(observed: Observations) -> Iterator[Violation]:
    """Commands that were answered that the channel no longer follows, in a channel where nothing was stopped."""
    for typed in observed.commands:
        if not any(says_stopped(answer, typed.remote_id) for answer in observed.answers(typed)):
            continue
        if not any(each.outcome is Outcome.STOPPED for each in _subscriptions(observed, typed)):
            detail = f"{_quoted(typed)} was answered that it is stopped in {typed.plan.channel}, and it is not."
            yield Violation(detail=detail, remote_id=typed.remote_id)


def _subscriptions(observed: Observations, typed: TypedCommand) -> list[SubscriptionRecord]:
    return [
        each
        for each in observed.records.subscriptions.values()
        if (each.remote_id, each.channel_id) == (typed.remote_id, typed.plan.channel)
    ]


def _has_begun(observed: Observations, typed: TypedCommand) -> bool:
    """Whether a command has begun a subscription whose root is in Slack, or that was stopped before.

    The person who stopped it was answered, and its owner has a direct message if that was another person.
    """
    return any(
        each.trigger_id == typed.trigger_id and (each.outcome is Outcome.STOPPED or root_copies(observed, each))
        for each in observed.records.subscriptions.values()
    )


def _quoted(typed: TypedCommand) -> str:
    return f"“/longtask {typed.text}” of {typed.plan.user}"
