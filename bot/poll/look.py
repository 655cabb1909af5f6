"""A look that has come back."""

from dataclasses import dataclass

from bot.domain.poll_result import PollResult


@dataclass(frozen=True, kw_only=True)
class FinishedLook:
    """A look, with the claim under which it was made."""

    long_task_id: int
    claim_id: str
    site_id: int
    #: none where no account of ours has seen this long task
    account_id: int | None
    #: none where the look crashed
    answer: PollResult | None
    #: this was the one look at a site that was down
    probe: bool = False
