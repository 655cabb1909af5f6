"""Runs that keep and break the promises about a watch, scripts and homes."""

from msgspec.structs import replace

from tests.chaos.bystanders import NOTHING_FOLLOWED, OTHERS
from tests.chaos.cases.case import Case
from tests.chaos.cases.small_runs import OWNER, TASK, process, run, subscription
from tests.chaos.observations import Outage
from tests.chaos.processes import ExitCause, Incarnation
from tests.chaos.simulators import Listing
from tests.chaos.users import HookCall
from tests.chaos.workload import SCRIPTS, WATCHING


def killed(at: float) -> Incarnation:
    """A process that was killed."""
    return process(ended=at, cause=ExitCause.KILLED, exit_code=-9)


LISTING = Listing(arrived=5.0, answered=5.1, tasks={TASK: 40.0})
OF_OTHERS = Listing(arrived=5.0, answered=5.1, tasks={"4": 40.0})
WATCHED = replace(subscription(2), channel_id=WATCHING, owner_id=None)
CALLED = replace(subscription(2), channel_id=SCRIPTS)
ANSWERED = HookCall(at=1.0, answered=2.0, status=201)
ACCEPTED = HookCall(at=1.0, answered=2.0, status=202)
UNANSWERED = HookCall(at=1.0, answered=2.0, status=None)
REFUSED = HookCall(at=1.0, answered=2.0, status=503)
MISSED = (f"It was listed, and {WATCHING}, which watches, does not follow it.",)
BROKEN = run(watching_since=-1.0, listings=[LISTING])

CASES = {
    "a new long task": Case(
        promise="watched",
        kept=run(watching_since=-1.0, listings=[LISTING], subscriptions=[subscription(), WATCHED]),
        broken=BROKEN,
        details=MISSED,
    ),
    "what ran before the watch": Case(
        promise="watched", kept=run(watching_since=1.0, listings=[LISTING]), broken=BROKEN, details=MISSED
    ),
    "what no list has named": Case(
        promise="watched", kept=run(watching_since=-1.0, listings=[OF_OTHERS]), broken=BROKEN, details=MISSED
    ),
    "a list that was lost in a kill": Case(
        promise="watched",
        kept=run(
            watching_since=-1.0,
            listings=[LISTING],
            processes=[killed(5.5)],
        ),
        broken=run(
            watching_since=-1.0,
            listings=[LISTING],
            processes=[killed(19.5)],
        ),
        details=MISSED,
    ),
    "a list that the database did not take": Case(
        promise="watched",
        kept=run(watching_since=-1.0, listings=[LISTING], outages=[Outage(kind="disk full", since=4.0, until=6.0)]),
        broken=run(watching_since=-1.0, listings=[LISTING], outages=[Outage(kind="disk full", since=18.0, until=19.0)]),
        details=MISSED,
    ),
    "one of too many": Case(
        promise="watched",
        kept=run(watching_since=-1.0, listings=[LISTING], gathered=frozenset({TASK})),
        broken=run(watching_since=-1.0, listings=[LISTING], gathered=frozenset({"4"})),
        details=MISSED,
    ),
    "a script that is answered with its thread": Case(
        promise="called",
        kept=run(calls=[UNANSWERED, ANSWERED], subscriptions=[subscription(), CALLED]),
        broken=run(calls=[UNANSWERED, ANSWERED]),
        details=(f"A call was answered with 201, and {SCRIPTS} does not follow it.",),
    ),
    "a script that no longer waits": Case(
        promise="called",
        kept=run(calls=[ACCEPTED], reported=frozenset({TASK})),
        broken=run(calls=[ACCEPTED]),
        details=(f"A call was answered with 202, and {SCRIPTS} does not follow it.",),
    ),
    "a script that is refused": Case(
        promise="called",
        kept=run(calls=[UNANSWERED, REFUSED]),
        broken=run(calls=[REFUSED, ACCEPTED]),
        details=(f"A call was answered with 202, and {SCRIPTS} does not follow it.",),
    ),
    "a home": Case(
        promise="home",
        kept=run(homes={OWNER: NOTHING_FOLLOWED}),
        broken=run(homes={OWNER: "Following", "U2": "", "U3": f"{NOTHING_FOLLOWED} {OTHERS}"}),
        details=(
            f"The home of {OWNER} lists what is not followed any more.",
            "U2 has opened the home, and has none.",
            "The home of U3 lists what is not followed any more.",
        ),
    ),
    "a home while something is followed": Case(
        promise="home",
        kept=run(homes={OWNER: "Following"}, open_work={"subscriptions that follow": 1}),
        broken=run(homes={OWNER: "Following"}, open_work={"subscriptions that follow": 0}),
        details=(f"The home of {OWNER} lists what is not followed any more.",),
    ),
}
