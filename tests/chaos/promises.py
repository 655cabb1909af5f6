"""What the bot promises whatever is broken around it, each with the check that tells whether a run kept it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.chaos.checks import bystanders, commands, messages, processes, threads
from tests.chaos.checks.violation import Violation
from tests.chaos.observations import Observations
from tests.chaos.slack_threads import threads as threads_about

#: a run in which fewer of its long tasks came to a thread shows nothing
LEAST_FOLLOWED = 1 / 3


@dataclass(frozen=True, kw_only=True)
class Promise:
    """One promise."""

    name: str
    sentence: str
    #: what was seen that the promise rules out
    check: Callable[[Observations], Iterator[Violation]]


@dataclass(frozen=True, kw_only=True)
class BrokenPromise:
    """A promise, and what broke it."""

    promise: Promise
    violation: Violation


PROMISES = (
    Promise(
        name="answered",
        sentence="Each acknowledged command has a root in its channel or a private answer.",
        check=commands.unanswered,
    ),
    Promise(
        name="not started",
        sentence="A command that was answered with “nothing was started” has no root.",
        check=commands.started_although_refused,
    ),
    Promise(
        name="followed",
        sentence="A channel that is said to follow has a root, unless it was stopped.",
        check=commands.not_followed,
    ),
    Promise(
        name="stopped",
        sentence="A long task that is said to be no longer followed was stopped.",
        check=commands.not_stopped,
    ),
    Promise(
        name="posted once",
        sentence="There is one message for each marker, unless its post was ambiguous.",
        check=messages.posted_twice,
    ),
    Promise(
        name="not lost",
        sentence="Every message that the bot has posted is in Slack, a root for each subscription among them.",
        check=messages.lost,
    ),
    Promise(
        name="in place",
        sentence="Every message is in a channel that follows its long task, or in the thread of one that does.",
        check=messages.misplaced,
    ),
    Promise(
        name="shared once",
        sentence="A thread holds a file once, unless sharing it was ambiguous.",
        check=messages.shared_twice,
    ),
    Promise(
        name="accepted",
        sentence="Slack refuses no call as wrong.",
        check=messages.refused,
    ),
    Promise(
        name="one thread",
        sentence="A channel has one thread about a long task, and one more if it follows again after a stop.",
        check=threads.too_many,
    ),
    Promise(
        name="complete",
        sentence="A thread says once all that its long task came to, judged by the last version of each message.",
        check=threads.incomplete,
    ),
    Promise(
        name="end last",
        sentence="Root and card show the end state last; it is sent again only after an ambiguous edit.",
        check=threads.edited_after_end,
    ),
    Promise(
        name="watched",
        sentence="A channel that watches follows every new long task that a list has named.",
        check=bystanders.missed,
    ),
    Promise(
        name="called",
        sentence="A script that is answered with a thread, or that there will be one, gets one.",
        check=bystanders.called_in_vain,
    ),
    Promise(
        name="home",
        sentence="In the end a home that was opened lists what is followed then.",
        check=bystanders.old_homes,
    ),
    Promise(
        name="one deliverer",
        sentence="One process at a time delivers for a workspace.",
        check=processes.two_deliverers,
    ),
    Promise(
        name="one look",
        sentence="No long task is looked at twice at once.",
        check=processes.two_looks,
    ),
    Promise(
        name="clean exit",
        sentence="Processes end only when they are asked to, in time, and with 0.",
        check=processes.bad_exits,
    ),
    Promise(
        name="finished",
        sentence="In the end no work is left.",
        check=processes.work_left,
    ),
)


def broken_promises(observed: Observations) -> list[BrokenPromise]:
    """Every promise that a run broke, once for each violation."""
    return [
        BrokenPromise(promise=promise, violation=violation)
        for promise in PROMISES
        for violation in promise.check(observed)
    ]


def is_conclusive(observed: Observations) -> bool:
    """Whether enough long tasks came to a thread for a run to show anything."""
    followed = sum(len(threads_about(observed, task.remote_id)) for task in observed.tasks)
    return followed >= LEAST_FOLLOWED * len(observed.tasks)
