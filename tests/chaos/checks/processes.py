"""Checks that processes share the work, finish it, and end as they are asked to."""

from collections.abc import Iterator
from itertools import groupby, pairwise

from tests.chaos.checks.violation import Violation
from tests.chaos.observations import GIVEN_UP, LATE, LEASE, Observations
from tests.chaos.processes import TERM_PATIENCE, ExitCause
from tests.chaos.simulators import ConfluenceRequest, SlackRequest

#: seconds by which the times of two processes may differ
TOLERANCE = 0.05
#: seconds that a command may take whose answer was not seen
COMMAND_TAKES = 20.0


def two_deliverers(observed: Observations) -> Iterator[Violation]:
    """Posts and edits of a process while another held the workspace."""
    calls = sorted((each for each in observed.requests if _delivers(observed, each)), key=lambda each: each.arrived)
    for before, after in pairwise(calls):
        if before.caller != after.caller and not _handed_over(observed, before, after):
            yield Violation(
                detail=f"{after.caller} called {after.method} at {after.arrived - observed.began:.2f} s while "
                f"{before.caller}, which had called at {before.arrived - observed.began:.2f} s, held the workspace."
            )


def _delivers(observed: Observations, request: SlackRequest) -> bool:
    """Whether a call posts or edits in a channel; direct messages need no order."""
    if request.call is None or request.method not in ("chat.postMessage", "chat.update"):
        return False
    channel = observed.channels.get(str(request.call.arguments.get("channel", "")))
    return channel is not None and not channel.is_im


def _handed_over(observed: Observations, before: SlackRequest, after: SlackRequest) -> bool:
    """Whether the first process may have lost the workspace, or the second call was begun earlier and arrives late."""
    since = after.arrived - 2 * LEASE - LATE
    if observed.outage(since, after.arrived):
        return True
    first, second = observed.incarnation(before.caller), observed.incarnation(after.caller)
    if first is not None:
        if first.ended is not None and first.ended <= after.arrived + TOLERANCE:
            return True
        if first.terminated is not None and first.terminated <= after.arrived:
            return True
        if first.suspended(since, after.arrived):
            return True
    return second is not None and any(
        each.until is not None and each.until <= after.arrived <= each.until + LATE for each in second.suspensions
    )


def two_looks(observed: Observations) -> Iterator[Violation]:
    """Requests for a long task while another was under way."""
    looks = sorted(observed.looks, key=lambda each: (each.remote_id, each.arrived))
    for remote_id, group in groupby(looks, key=lambda each: each.remote_id):
        for first, second in pairwise(group):
            if not _may_overlap(observed, first, second):
                detail = f"It was looked at twice at once at {second.arrived - observed.began:.2f} s."
                yield Violation(detail=detail, remote_id=remote_id)


def _may_overlap(observed: Observations, first: ConfluenceRequest, second: ConfluenceRequest) -> bool:
    """Whether two looks do not overlap, or have a reason to."""
    if first.answered <= second.arrived + TOLERANCE:
        return True
    task = observed.task(first.remote_id)
    for typed in task.commands if task is not None else ():
        # A command looks, too.
        until = typed.answered or _carried_out(observed, typed.at, look=first.arrived)
        if typed.at <= second.arrived and first.arrived <= until:
            return True
    for call in task.calls if task is not None else ():
        # So does the call of a script, which the bot carries out whether the script still waits or not.
        if call.at <= second.arrived and first.arrived <= _carried_out(observed, call.answered, look=first.arrived):
            return True
    return second.arrived - first.arrived > GIVEN_UP or observed.disturbed(first.arrived, second.arrived)


def _carried_out(observed: Observations, at: float, *, look: float) -> float:
    """By when a command that was stored at a time is carried out, if it is by the process that runs at a look: each
    process that starts takes up what is left."""
    started = [each.ready for each in observed.incarnations if each.ready is not None and at < each.ready <= look]
    return max([at, *started]) + COMMAND_TAKES


def bad_exits(observed: Observations) -> Iterator[Violation]:
    """Processes that ended unasked, late, or with another code than 0."""
    for process in observed.incarnations:
        if process.ended is None or (process.cause is ExitCause.KILLED and process.terminated is None):
            continue
        since = process.started - 1.0 if process.ready is None else process.ended - TERM_PATIENCE - 5.0
        if observed.outage(since, process.ended):
            continue
        if process.cause is ExitCause.ITSELF:
            at = process.ended - observed.began
            yield Violation(detail=f"{process.name} ended by itself at {at:.1f} s with {process.exit_code}.")
        if process.terminated is not None and process.ready is not None:
            took = process.ended - process.terminated
            if took > TERM_PATIENCE * 1.5 and not process.suspensions:
                yield Violation(detail=f"{process.name} took {took:.1f} s to end after SIGTERM.")
            elif process.exit_code != 0 and process.cause is ExitCause.TERMINATED:
                yield Violation(detail=f"{process.name} ended with {process.exit_code} after SIGTERM.")


def work_left(observed: Observations) -> Iterator[Violation]:
    """Work that is still to be done when nothing happens any more."""
    for name, count in observed.open_work.items():
        if count:
            yield Violation(detail=f"Work is left: {count} {name}.")
