"""Runs that keep and break the promises about messages."""

from bot.domain.message_kinds import MessageKind
from bot.domain.states import MessageState, Outcome
from sandbox.slack.records import File
from tests.chaos.cases.case import Case
from tests.chaos.cases.small_runs import (
    CARD,
    CHANNEL,
    COPY_OF_ROOT,
    DIRECT,
    ELSEWHERE,
    RECORDS,
    ROOT,
    STOP,
    TASK,
    TEAM,
    THREAD,
    TWO_ROOT_RECORDS,
    TWO_ROOTS,
    TWO_SUBSCRIPTIONS,
    call,
    message,
    post,
    process,
    record,
    run,
    subscription,
)
from tests.chaos.observations import Outage
from tests.chaos.processes import ExitCause

SHARED = [File(id=f"F{number}", team_id=TEAM, filename="findings.csv", length=1) for number in (1, 2)]
FILES = {each.id: each for each in SHARED}
SHARED_TWICE = (*THREAD, message("4.0", "", file_ids=("F1",)), message("5.0", "", file_ids=("F2",)))
SHARING = call(4.0, "files.completeUploadExternal", {}, status=None)
OUTAGE = Outage(kind="disk full", since=0.5, until=8.0)
LOCK = Outage(kind="database locked", since=0.8, until=1.5)
OUTAGE_AROUND_LOCK = Outage(kind="disk full", since=0.9, until=4.0)
SHORT_OUTAGE = Outage(kind="disk full", since=0.5, until=3.0)

CASES = {
    "a post without an answer": Case(
        promise="posted once",
        kept=run(requests=[post(1.0, status=None), post(20.0)]),
        broken=run(requests=[post(1.0), post(20.0)]),
        details=("Posted again although the first post had arrived (marker root): 'said'.",),
    ),
    "a post that Slack did not carry out": Case(
        promise="posted once",
        kept=run(requests=[post(1.0, error="ratelimited"), post(20.0)]),
        broken=run(requests=[post(1.0, status=200), post(20.0), post(30.0, status=503)]),
        details=("Posted again although the first post had arrived (marker root): 'said'.",) * 2,
    ),
    "a process that was killed before it could write": Case(
        promise="posted once",
        kept=run(
            requests=[post(1.0), post(20.0, caller="two.1")],
            processes=[process(ended=1.5, cause=ExitCause.KILLED), process("two.1")],
        ),
        broken=run(
            requests=[post(1.0), post(20.0, caller="two.1")],
            processes=[process(ended=6.0, cause=ExitCause.KILLED), process("two.1")],
        ),
        details=("Posted again although the first post had arrived (marker root): 'said'.",),
    ),
    "a process that was suspended before it could write": Case(
        promise="posted once",
        kept=run(requests=[post(1.0), post(20.0)], processes=[process(suspended=(1.05, 12.0))]),
        broken=run(requests=[post(1.0), post(20.0)], processes=[process(suspended=(6.0, 12.0))]),
        details=("Posted again although the first post had arrived (marker root): 'said'.",),
    ),
    "a database that was away for too long": Case(
        promise="posted once",
        kept=run(requests=[post(1.0), post(20.0)], outages=[OUTAGE]),
        broken=run(requests=[post(1.0), post(20.0)], outages=[SHORT_OUTAGE]),
        details=("Posted again although the first post had arrived (marker root): 'said'.",),
    ),
    "a process that was suspended while the longer of two outages lasted": Case(
        promise="posted once",
        kept=run(
            requests=[post(1.0), post(20.0)],
            processes=[process(suspended=(3.8, 12.0))],
            outages=[LOCK, OUTAGE_AROUND_LOCK],
        ),
        broken=run(requests=[post(1.0), post(20.0)], processes=[process(suspended=(3.8, 12.0))], outages=[LOCK]),
        details=("Posted again although the first post had arrived (marker root): 'said'.",),
    ),
    "a message that was posted": Case(
        promise="not lost",
        kept=run(),
        broken=run(ROOT, CARD),
        details=(f"The completion completion is not in Slack at {CHANNEL} 3.0.",),
    ),
    "a message that counts as posted before it is": Case(
        promise="not lost",
        kept=run(records=(*RECORDS, record("x", MessageKind.TROUBLE, None, state=MessageState.DROPPED))),
        broken=run(records=(*RECORDS, record("x", MessageKind.TROUBLE, None))),
        details=("The trouble x is not in Slack at None None.",),
    ),
    "a root for each subscription": Case(
        promise="not lost",
        kept=run(subscriptions=[subscription(), subscription(2, outcome=Outcome.STOPPED)]),
        broken=run(subscriptions=TWO_SUBSCRIPTIONS),
        details=(f"{CHANNEL} follows it, and has no root about it.",),
    ),
    "a reply under a copy of its root": Case(
        promise="in place",
        kept=run(COPY_OF_ROOT, *THREAD, message("4.0", "x", marker="card", thread_ts="0.5")),
        broken=run(*THREAD, message("4.0", "x", marker="card", thread_ts="0.7")),
        details=(f"A reply under no root in {CHANNEL}: 'x'.",),
    ),
    "a message without a marker": Case(
        promise="in place",
        kept=run(*THREAD, message("4.0", "", file_ids=("F1",))),
        broken=run(*THREAD, message("4.0", "x")),
        details=(f"A message that the bot does not know in {CHANNEL}: 'x'.",),
    ),
    "a message of another channel": Case(
        promise="in place",
        kept=run(direct=[message("4.0", "x", marker="card", thread_ts=None, channel=DIRECT)]),
        broken=run(elsewhere=[message("4.0", "x", marker="card", thread_ts=None, channel=ELSEWHERE)]),
        details=(f"A message of another channel in {ELSEWHERE}: 'x'.",),
    ),
    "a reply of another thread": Case(
        promise="in place",
        kept=run(*TWO_ROOTS, records=TWO_ROOT_RECORDS, subscriptions=TWO_SUBSCRIPTIONS),
        broken=run(
            *TWO_ROOTS,
            message("7.0", "x", marker="card", thread_ts="6.0"),
            records=TWO_ROOT_RECORDS,
            subscriptions=TWO_SUBSCRIPTIONS,
        ),
        details=(f"A reply of another thread in {CHANNEL}: 'x'.",),
    ),
    "a reply outside its thread": Case(
        promise="in place",
        kept=run(),
        broken=run(*THREAD, message("4.0", "x", marker="card", thread_ts=None)),
        details=(f"A reply outside its thread in {CHANNEL}: 'x'.",),
    ),
    "a root that nobody asked for": Case(
        promise="in place",
        kept=run(),
        broken=run(commands=[STOP]),
        details=(f"A root that nobody asked for in {CHANNEL}: '*Finished*: {TASK}'.",),
    ),
    "a file": Case(
        promise="shared once",
        kept=run(*SHARED_TWICE, files=FILES, requests=[SHARING]),
        broken=run(*SHARED_TWICE, files=FILES, requests=[]),
        details=(f"findings.csv is 2 times in a thread of {CHANNEL}.",),
    ),
    "a refusal": Case(
        promise="accepted",
        kept=run(
            requests=[post(1.0, error="ratelimited"), call(2.0, "conversations.replies", {}, error="missing_scope")]
        ),
        broken=run(requests=[post(1.0, error="invalid_blocks"), call(2.0, "users.info", {}, error="missing_scope")]),
        details=("Slack refused chat.postMessage: invalid_blocks.", "Slack refused users.info: missing_scope."),
    ),
}
