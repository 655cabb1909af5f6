"""What each refusal of Slack leads to: a table of decisions."""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum

from bot.clients.slack.errors import Refusal, Refused
from bot.db.rows import MessageRow
from bot.domain.message_kinds import RULES, MessageKind, Place
from bot.domain.states import MessageForm, Outcome

#: further tries of a message that Slack refuses for a reason that is in no table
UNKNOWN_TRIES = 5
#: seconds before a call that did not go through is made again: doubled each time up to the last
FIRST_BACKOFF = 1.0
LONGEST_BACKOFF = 300.0


class Operation(StrEnum):
    """What Slack was asked to do with a message."""

    POST = "post"
    EDIT = "edit"


class Decision(StrEnum):
    """What a refusal leads to."""

    REST_WORKSPACE = "rest_workspace"  #: Slack refuses the token
    RETRY = "retry"  #: refused for now
    RETRY_UNKNOWN = "retry_unknown"  #: for an unknown reason: tried again, and then this message is left out
    USE_PLAIN = "use_plain"  #: without blocks from now on; refused again, as REFUSE
    REFUSE = "refuse"  #: this message cannot be posted or edited
    DELETED = "deleted"  #: somebody deleted this message
    LEAVE = "leave"  #: keep this message as it is
    END_THREAD = "end_thread"  #: the channel or thread takes no messages


#: by refusal: what it leads to if it was a post, and if it was an edit.
#: docs.slack.dev/reference/methods/chat.postMessage, chat.update and views.publish list the error words.
_DECISIONS: Mapping[Refusal, tuple[Decision, Decision]] = {
    Refusal.MESSAGE_GONE: (Decision.REFUSE, Decision.DELETED),
    Refusal.EDIT_CLOSED: (Decision.REFUSE, Decision.REFUSE),
    Refusal.BLOCKS_REFUSED: (Decision.USE_PLAIN, Decision.USE_PLAIN),
    Refusal.TOO_LONG: (Decision.USE_PLAIN, Decision.USE_PLAIN),
    Refusal.NOT_IN_CHANNEL: (Decision.END_THREAD, Decision.END_THREAD),
    Refusal.CHANNEL_GONE: (Decision.END_THREAD, Decision.END_THREAD),
    Refusal.ARCHIVED: (Decision.END_THREAD, Decision.END_THREAD),
    Refusal.WORKSPACE_GONE: (Decision.REST_WORKSPACE, Decision.REST_WORKSPACE),
    Refusal.RESTRICTED: (Decision.END_THREAD, Decision.REFUSE),
    Refusal.MISSING_SCOPE: (Decision.REFUSE, Decision.REFUSE),
    Refusal.VIEW_CHANGED: (Decision.RETRY, Decision.RETRY),
    Refusal.HOME_OFF: (Decision.REFUSE, Decision.REFUSE),
    Refusal.THREAD_GONE: (Decision.END_THREAD, Decision.REFUSE),
    Refusal.USER_GONE: (Decision.REFUSE, Decision.REFUSE),
    Refusal.NOT_NOW: (Decision.RETRY, Decision.RETRY),
    Refusal.UNKNOWN: (Decision.RETRY_UNKNOWN, Decision.RETRY_UNKNOWN),
}
POLICY: Mapping[tuple[Operation, Refusal], Decision] = {
    (operation, refusal): decision
    for refusal, decisions in _DECISIONS.items()
    for operation, decision in zip(Operation, decisions, strict=True)
}


def backoff(attempts: int) -> timedelta:
    """How long to wait after so many attempts (1 or more) in a row."""
    return timedelta(seconds=min(FIRST_BACKOFF * 2.0 ** min(attempts - 1, 20), LONGEST_BACKOFF))


def decide(operation: Operation, refused: Refused, message: MessageRow, outcome: Outcome | None) -> Decision:
    """What a refusal of a message leads to; `outcome`: of its thread, None without one."""
    decision = POLICY[operation, refused.refusal]
    if decision is Decision.USE_PLAIN and message.form is not MessageForm.BLOCKS:
        return Decision.REFUSE
    if decision is Decision.END_THREAD and RULES[message.kind].place is Place.PERSON:
        return Decision.REFUSE
    if decision is Decision.END_THREAD and operation is Operation.EDIT and message.kind is MessageKind.WARNINGS:
        # It may grow long after its thread was stopped, when nobody expects a message about the channel.
        return Decision.LEAVE
    if decision is Decision.RETRY_UNKNOWN and message.unknown_answers >= UNKNOWN_TRIES:
        if operation is Operation.POST:
            return Decision.REFUSE
        # Left as it is, a message is edited at its next change; after the end there is none.
        is_last = outcome is not Outcome.FOLLOWING and message.kind in (MessageKind.ROOT, MessageKind.CARD)
        return decision if is_last else Decision.LEAVE
    return decision
