"""Find the waiting messages of a thread that need not be posted any more."""

from collections.abc import Iterator, Sequence

from bot.db.rows import WaitingRow
from bot.domain.message_facts import TroubleOver, TroubleStarted
from bot.domain.message_kinds import MessageKind
from bot.domain.pacing import Urgency
from bot.domain.states import MessageState, Trouble


def pointless(rows: Sequence[WaitingRow]) -> list[int]:
    """Ids of messages that say what is over; `rows`: what waits in one thread, in order.

    Only what was never begun: a post that may be in Slack is made again, and shows the end then.
    """
    unbegun = [row for row in rows if row.state is MessageState.PLANNED and not row.ambiguous]
    return [*_troubles_over(unbegun), *_said_by_the_completion(unbegun)]


def _troubles_over(rows: Sequence[WaitingRow]) -> list[int]:
    """Troubles that ended before their beginning was posted: beginning and end."""
    begun: dict[Trouble, int] = {}
    over: list[int] = []
    for row in rows:
        if isinstance(row.facts, TroubleStarted):
            begun[row.facts.trouble] = row.id
        elif isinstance(row.facts, TroubleOver) and row.facts.trouble in begun:
            over += [begun.pop(row.facts.trouble), row.id]
    return over


def _said_by_the_completion(rows: Sequence[WaitingRow]) -> Iterator[int]:
    """Card and warnings of a thread whose completion waits: it says all that they would."""
    for row in rows:
        # The rank counts messages that are not listed, too.
        if row.kind in (MessageKind.CARD, MessageKind.WARNINGS) and row.rank == Urgency.COMPLETION:
            yield row.id
