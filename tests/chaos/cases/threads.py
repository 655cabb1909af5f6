"""Runs that keep and break the promises about threads."""

from bot.domain.message_kinds import MessageKind
from bot.domain.states import MessageState, Outcome
from bot.render.mrkdwn import bold
from bot.render.status_texts import FINDING_TEXTS
from sandbox.scenarios import Expected
from sandbox.slack.records import PostedMessage
from tests.chaos.cases.case import Case
from tests.chaos.cases.small_runs import (
    CARD,
    CHANNEL,
    COMPLETION,
    COMPLETION_RECORD,
    COPY_OF_ROOT,
    FOLLOW,
    OWNER,
    RECORDS,
    ROOT,
    ROOT_RECORD,
    STOP,
    TASK,
    TEXTS,
    THREAD,
    TWO_ROOT_RECORDS,
    TWO_ROOTS,
    TWO_SUBSCRIPTIONS,
    edit,
    message,
    record,
    run,
    stopped_run,
    typed,
    with_card,
)
from tests.chaos.observations import Observations

END = "Finished: 100%"
DROPPED_CARD = record("card", MessageKind.CARD, None, state=MessageState.DROPPED)
RENAMED = {count: bold(FINDING_TEXTS["WARN_RENAME_PAGE"].headline(TEXTS, count)) for count in (1, 2)}

SO_FAR = bold(TEXTS.say("So far: {sentence}", sentence=FINDING_TEXTS["WARN_RENAME_PAGE"].headline(TEXTS, 1)))


def warned_run(*warnings: PostedMessage, completion: str = COMPLETION.text) -> Observations:
    """A thread about two renamed pages, with these replies about them and this completion."""
    return run(
        ROOT,
        CARD,
        *warnings,
        message(COMPLETION.ts, completion, marker="completion", mentions=(OWNER,)),
        records=(*RECORDS, *(record(marker, MessageKind.WARNINGS, "2.5") for marker in ("warnings", "again"))),
        expected=Expected(outcome=Outcome.FINISHED, findings={"WARN_RENAME_PAGE": 2}, last_percent=100.0),
    )


CASES = {
    "a second thread": Case(
        promise="one thread",
        kept=run(
            *TWO_ROOTS,
            records=TWO_ROOT_RECORDS,
            subscriptions=TWO_SUBSCRIPTIONS,
            commands=[FOLLOW, STOP, typed(trigger_id="trigger-3")],
        ),
        broken=run(
            *TWO_ROOTS,
            records=TWO_ROOT_RECORDS,
            subscriptions=TWO_SUBSCRIPTIONS,
            commands=[FOLLOW, typed(trigger_id="trigger-3")],
        ),
        details=(f"{CHANNEL} has 2 threads about it.",),
    ),
    "copies of a message": Case(
        promise="complete",
        kept=run(COPY_OF_ROOT, *THREAD, message("4.0", "Following: 10%", marker="card")),
        broken=run(
            *THREAD,
            message("4.0", f"*Finished*: {TASK}", marker="again", mentions=(OWNER,)),
            records=(*RECORDS, record("again", MessageKind.COMPLETION, "4.0")),
        ),
        details=("2 replies mention the follower instead of 1.",),
    ),
    "warnings that grow": Case(
        promise="complete",
        kept=warned_run(message("2.5", RENAMED[1], RENAMED[2], marker="warnings")),
        broken=warned_run(message("2.5", RENAMED[1], marker="warnings")),
        details=("WARN_RENAME_PAGE is reported 1 times instead of 2.",),
    ),
    "warnings that end with an old number": Case(
        promise="complete",
        kept=warned_run(message("2.5", SO_FAR, RENAMED[2], marker="warnings")),
        broken=warned_run(message("2.5", SO_FAR, marker="warnings")),
        details=(
            f"An unexpected warning is reported: {SO_FAR.strip('*')[:90]!r}.",
            "WARN_RENAME_PAGE is reported 0 times instead of 2.",
        ),
    ),
    "warnings that were doubled": Case(
        promise="complete",
        kept=warned_run(message("2.4", RENAMED[2], marker="warnings"), message("2.5", RENAMED[2], marker="warnings")),
        broken=warned_run(message("2.4", RENAMED[1], marker="warnings"), message("2.5", RENAMED[1], marker="again")),
        details=("WARN_RENAME_PAGE is reported in 2 places instead of 1.",),
    ),
    "what the completion reports": Case(
        promise="complete",
        kept=warned_run(completion=f"{COMPLETION.text}\n{RENAMED[2]}"),
        broken=warned_run(),
        details=("WARN_RENAME_PAGE is reported 0 times instead of 2.",),
    ),
    "what reply and completion report": Case(
        promise="complete",
        kept=warned_run(message("2.5", RENAMED[2], marker="warnings")),
        broken=warned_run(message("2.5", RENAMED[2], marker="warnings"), completion=f"{COMPLETION.text}\n{RENAMED[2]}"),
        details=("WARN_RENAME_PAGE is reported in 2 places instead of 1.",),
    ),
    "a card": Case(
        promise="complete",
        kept=run(),
        broken=run(ROOT, COMPLETION, records=(ROOT_RECORD, COMPLETION_RECORD)),
        details=("Its thread has no card.",),
    ),
    "a card that the end overtook": Case(
        promise="complete",
        kept=run(ROOT, COMPLETION, records=(ROOT_RECORD, DROPPED_CARD, COMPLETION_RECORD)),
        broken=run(ROOT, records=(ROOT_RECORD, DROPPED_CARD)),
        details=("Its thread is empty.",),
    ),
    "a stopped thread": Case(
        promise="complete",
        kept=stopped_run("Following: 50%", "No longer followed: 50%"),
        broken=stopped_run("Following: 50%", commands=[FOLLOW]),
        details=(
            f"The thread in {CHANNEL} is stopped, and nobody asked for it.",
            "The card does not say 'No longer followed': 'Following: 50%'.",
        ),
    ),
    "an edit after the end": Case(
        promise="end last",
        kept=with_card("Following: 50%", "Following: 90%", END, edits=[edit(9.5), edit(10.0)]),
        broken=with_card("Following: 50%", END, "Following: 90%", edits=[edit(9.5), edit(10.0)]),
        details=("The card was edited after its end state: 'Following: 90%'.",),
    ),
    "the end state once more": Case(
        promise="end last",
        kept=with_card("Following: 50%", END, END, edits=[edit(9.5, status=503), edit(40.0)]),
        broken=with_card("Following: 50%", END, END, edits=[edit(9.5), edit(40.0)]),
        details=("The end state of the card was sent again without need.",),
    ),
    "an edit of a process that was suspended": Case(
        promise="end last",
        kept=with_card("Following: 50%", END, "Following: 90%", edits=[edit(9.5), edit(22.0)], suspended=(10.0, 21.0)),
        broken=with_card(
            "Following: 50%", END, "Following: 90%", edits=[edit(9.5), edit(25.0)], suspended=(10.0, 21.0)
        ),
        details=("The card was edited after its end state: 'Following: 90%'.",),
    ),
}
