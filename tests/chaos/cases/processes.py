"""Runs that keep and break the promises about processes."""

from dataclasses import replace

from tests.chaos.cases.case import Case
from tests.chaos.cases.small_runs import look, post, process, run, typed
from tests.chaos.processes import ExitCause

CASES = {
    "a process that is killed hands over": Case(
        promise="one deliverer",
        kept=run(
            requests=[post(30.0), post(41.0, caller="two.1", marker="card")],
            processes=[process(ended=30.5, cause=ExitCause.KILLED), process("two.1")],
        ),
        broken=run(requests=[post(30.0), post(31.0, caller="two.1", marker="card")]),
        details=(
            "two.1 called chat.postMessage at 31.00 s while one.1, which had called at 30.00 s, held the workspace.",
        ),
    ),
    "a process that is suspended hands over": Case(
        promise="one deliverer",
        kept=run(
            requests=[post(30.0), post(41.0, caller="two.1", marker="card")],
            processes=[process(suspended=(30.5, 42.0)), process("two.1")],
        ),
        broken=run(
            requests=[post(30.0), post(41.0, caller="two.1", marker="card")],
            processes=[process(suspended=(50.0, 62.0)), process("two.1")],
        ),
        details=(
            "two.1 called chat.postMessage at 41.00 s while one.1, which had called at 30.00 s, held the workspace.",
        ),
    ),
    "a second look": Case(
        promise="one look",
        kept=run(looks=[look(30.0, 32.0), look(31.0, 31.1)], processes=[process(suspended=(29.0, 40.5))]),
        broken=run(looks=[look(30.0, 32.0), look(31.0, 31.1)]),
        details=("It was looked at twice at once at 31.00 s.",),
    ),
    "a look of a command": Case(
        promise="one look",
        kept=run(looks=[look(30.0, 32.0), look(31.0, 31.1)], commands=[typed(at=30.5)]),
        broken=run(looks=[look(30.0, 32.0), look(31.0, 31.1)], commands=[typed(at=28.0)]),
        details=("It was looked at twice at once at 31.00 s.",),
    ),
    "a look of a command that a process takes up at its start": Case(
        promise="one look",
        kept=run(
            looks=[look(30.0, 32.0), look(31.0, 31.1)],
            commands=[replace(typed(at=5.0), answered=None)],
            processes=[process(ended=6.0, cause=ExitCause.KILLED), process("one.2", ready=29.0)],
        ),
        broken=run(
            looks=[look(30.0, 32.0), look(31.0, 31.1)],
            commands=[replace(typed(at=5.0), answered=None)],
            processes=[process(ended=6.0, cause=ExitCause.KILLED), process("one.2", ready=7.0)],
        ),
        details=("It was looked at twice at once at 31.00 s.",),
    ),
    "the end of a process": Case(
        promise="clean exit",
        kept=run(
            processes=[
                process(ended=9.0, cause=ExitCause.TERMINATED, terminated=8.0, exit_code=0),
                process("one.2", ended=19.0, cause=ExitCause.KILLED, exit_code=-9),
                process("one.3"),
            ]
        ),
        broken=run(
            processes=[
                process(ended=5.0, exit_code=1),
                process("one.2", ended=19.0, cause=ExitCause.TERMINATED, terminated=18.0, exit_code=1),
                process("one.3", ended=59.0, cause=ExitCause.KILLED, terminated=40.0, exit_code=-9),
            ]
        ),
        details=(
            "one.1 ended by itself at 5.0 s with 1.",
            "one.2 ended with 1 after SIGTERM.",
            "one.3 took 19.0 s to end after SIGTERM.",
        ),
    ),
    "work in the database": Case(
        promise="finished",
        kept=run(open_work={"messages to post": 0}),
        broken=run(open_work={"messages to post": 2, "messages to edit": 0}),
        details=("Work is left: 2 messages to post.",),
    ),
}
