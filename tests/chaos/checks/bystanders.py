"""Checks what becomes of a watch, of the calls of scripts, and of homes."""

from collections.abc import Iterator

from tests.chaos.bystanders import lists_nothing
from tests.chaos.checks.violation import Violation
from tests.chaos.observations import Observations
from tests.chaos.users import StartedTask
from tests.chaos.workload import SCRIPTS, WATCHING

#: seconds in which a list is written down, also by a process that was just started on a busy machine
RECORDED_WITHIN = 6.0
#: statuses that promise a script a thread
_FOLLOWED = frozenset({201, 202})


def missed(observed: Observations) -> Iterator[Violation]:
    """Long tasks that a list has named after the channel began to watch, and that it does not follow."""
    if observed.watching_since is None:
        return
    for task in observed.tasks:
        is_new = task.plan.is_watched and task.began > observed.watching_since
        is_shown = _is_followed(observed, task, WATCHING) or task.remote_id in observed.records.gathered
        if is_new and not is_shown and _was_listed(observed, task):
            detail = f"It was listed, and {WATCHING}, which watches, does not follow it."
            yield Violation(detail=detail, remote_id=task.remote_id)


def _was_listed(observed: Observations, task: StartedTask) -> bool:
    """Whether the bot has written down a list that names it: nothing was hit meanwhile."""
    return any(
        task.remote_id in each.tasks and not observed.hit(each.arrived - 0.5, each.answered + RECORDED_WITHIN)
        for each in observed.listings
    )


def _is_followed(observed: Observations, task: StartedTask, channel_id: str) -> bool:
    found = observed.records.subscriptions.values()
    return any((each.remote_id, each.channel_id) == (task.remote_id, channel_id) for each in found)


def called_in_vain(observed: Observations) -> Iterator[Violation]:
    """Calls of scripts that were answered with a thread, or that there will be one, and led to none.

    Where it is not followed after all, the person who made the hook has a direct message, or gets one in ten minutes.
    """
    for task in observed.tasks:
        promised = [call for call in task.calls if call.status in _FOLLOWED]
        if promised and not _is_followed(observed, task, SCRIPTS) and task.remote_id not in observed.records.reported:
            detail = f"A call was answered with {promised[0].status}, and {SCRIPTS} does not follow it."
            yield Violation(detail=detail, remote_id=task.remote_id)


def old_homes(observed: Observations) -> Iterator[Violation]:
    """Homes that list what is not followed any more, or that were never published."""
    if any(observed.open_work.values()):
        return
    for person, text in observed.homes.items():
        if not text:
            yield Violation(detail=f"{person} has opened the home, and has none.")
        elif not lists_nothing(text):
            yield Violation(detail=f"The home of {person} lists what is not followed any more.")
