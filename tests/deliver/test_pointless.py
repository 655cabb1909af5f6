"""Which waiting messages need not be posted any more."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from bot.db.rows import WaitingRow
from bot.deliver.pointless import pointless
from bot.domain import message_facts
from bot.domain.message_facts import Facts, TroubleOver, TroubleStarted
from bot.domain.message_kinds import RULES, MessageKind, SubscriptionOwner
from bot.domain.snapshot import FindingKind, Severity
from bot.domain.states import MessageState, Trouble

NOW = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)
FACTS: dict[MessageKind, Facts] = {
    MessageKind.ROOT: message_facts.Root(),
    MessageKind.CARD: message_facts.Card(),
    MessageKind.WARNINGS: message_facts.Warnings(kind=FindingKind("WARN_RENAME_PAGE", Severity.WARNING)),
    MessageKind.TROUBLE: TroubleStarted(trouble=Trouble.DOWN),
    MessageKind.COMPLETION: message_facts.Completion(),
    MessageKind.FILE: message_facts.FindingsFile(),
}


def waiting(*kinds: MessageKind, begun: int | None = None, ambiguous: int | None = None) -> list[WaitingRow]:
    """What waits in a thread; the ids count from 0. `begun`, `ambiguous`: the id of a message that is so."""
    rank = min((int(RULES[kind].urgency) for kind in kinds), default=0)
    return [
        WaitingRow(
            id=number,
            owner=SubscriptionOwner(1),
            kind=kind,
            facts=FACTS[kind],
            state=MessageState.SENDING if number == begun else MessageState.PLANNED,
            ambiguous=number == ambiguous,
            user_id=None,
            not_before=None,
            created_at=NOW,
            channel_id="C1",
            rank=rank,
        )
        for number, kind in enumerate(kinds)
    ]


def troubles(*facts: TroubleStarted | TroubleOver, ambiguous: int | None = None) -> list[WaitingRow]:
    rows = waiting(*(MessageKind.TROUBLE for _ in facts), ambiguous=ambiguous)
    return [
        WaitingRow(**{name: getattr(row, name) for name in row.__struct_fields__} | {"facts": each})
        for row, each in zip(rows, facts, strict=True)
    ]


ROOT, CARD, WARNINGS, COMPLETION = (
    MessageKind.ROOT,
    MessageKind.CARD,
    MessageKind.WARNINGS,
    MessageKind.COMPLETION,
)


def test_card_and_warnings_are_pointless_once_the_end_waits() -> None:
    assert pointless(waiting(ROOT, CARD, COMPLETION)) == [1]
    assert pointless(waiting(CARD, WARNINGS, WARNINGS, COMPLETION)) == [0, 1, 2]


def test_card_and_warnings_are_not_pointless_before_the_end() -> None:
    assert pointless(waiting(ROOT, CARD, WARNINGS)) == []


def test_what_was_begun_or_may_be_in_slack_is_not_pointless() -> None:
    assert pointless(waiting(ROOT, CARD, COMPLETION, begun=1)) == []
    assert pointless(waiting(ROOT, CARD, WARNINGS, COMPLETION, ambiguous=2)) == [1]


def test_the_file_after_a_completion_leaves_a_card_that_was_deleted_in_slack_to_be_posted_again() -> None:
    assert pointless(waiting(MessageKind.FILE, CARD)) == []


def test_a_trouble_that_is_over_is_pointless_unless_its_beginning_may_be_in_slack() -> None:
    began, over = TroubleStarted(trouble=Trouble.DOWN), TroubleOver(trouble=Trouble.DOWN)
    assert pointless(troubles(began, over)) == [0, 1]
    assert pointless(troubles(began, over, ambiguous=0)) == []
    assert pointless(troubles(over, began)) == []


@given(st.lists(st.sampled_from(list(FACTS)), max_size=8), st.integers(0, 7), st.integers(0, 7))
def test_what_was_begun_and_what_says_the_end_is_always_posted(
    kinds: list[MessageKind], begun: int, ambiguous: int
) -> None:
    over = pointless(waiting(*kinds, begun=begun, ambiguous=ambiguous))
    assert {begun, ambiguous}.isdisjoint(over)
    assert {kinds[number] for number in over} <= {CARD, WARNINGS}
