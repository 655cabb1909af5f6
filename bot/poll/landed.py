"""A look that has come back."""

from dataclasses import dataclass

from bot.domain.answer import Answer


@dataclass(frozen=True, kw_only=True)
class Landed:
    """A look, with the claim under which it was made."""

    long_task_id: int
    claim_id: str
    site_id: int
    account_id: int
    #: none where the look crashed
    answer: Answer | None
