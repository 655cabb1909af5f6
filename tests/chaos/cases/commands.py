"""Runs that keep and break the promises about commands."""

from tests.chaos.cases.case import Case
from tests.chaos.cases.small_runs import (
    CHANNEL,
    COMING,
    DIRECT,
    FOLLOW,
    FOLLOWING,
    NOTHING_STARTED,
    OWNER,
    STOP,
    STOPPED,
    TASK,
    message,
    private,
    run,
    run_without_thread,
    stopped_run,
)

CASES = {
    "an answer by response URL": Case(
        promise="answered",
        kept=run_without_thread(answers=[private("Confluence does not find it.")]),
        broken=run_without_thread(answers=[private(COMING)]),
        details=(f"“/longtask {TASK}” of {OWNER} was acknowledged and never answered.",),
    ),
    "an answer as a direct message": Case(
        promise="answered",
        kept=run_without_thread(direct=[message("5.0", "Not found.", marker="answer", thread_ts=None, channel=DIRECT)]),
        broken=run_without_thread(direct=[message("5.0", "Hello.", thread_ts=None, channel=DIRECT)]),
        details=(f"“/longtask {TASK}” of {OWNER} was acknowledged and never answered.",),
    ),
    "a root is an answer, unless to a stop": Case(
        promise="answered",
        kept=run(),
        broken=run(commands=[FOLLOW, STOP]),
        details=(f"“/longtask stop {TASK}” of {OWNER} was acknowledged and never answered.",),
    ),
    "nothing was started, and a root": Case(
        promise="not started",
        kept=run_without_thread(answers=[private(NOTHING_STARTED, via="ack")]),
        broken=run(answers=[private(NOTHING_STARTED, via="ack")]),
        details=(f"“/longtask {TASK}” of {OWNER} was answered that nothing was started, and has a root.",),
    ),
    "said to follow": Case(
        promise="followed",
        kept=run(answers=[private(FOLLOWING)]),
        broken=run_without_thread(answers=[private(FOLLOWING)]),
        details=(f"“/longtask {TASK}” of {OWNER} was answered that {CHANNEL} follows, and there is no root.",),
    ),
    "said to be stopped": Case(
        promise="stopped",
        kept=stopped_run("No longer followed: 50%"),
        broken=run(commands=[FOLLOW, STOP], answers=[private(STOPPED, trigger_id="trigger-2")]),
        details=(f"“/longtask stop {TASK}” of {OWNER} was answered that it is stopped in {CHANNEL}, and it is not.",),
    ),
}
