"""A look that has brought a result."""

from dataclasses import dataclass

from bot.domain.poll_result import PollResult, Seen
from bot.domain.status_keys import lookup


@dataclass(frozen=True, kw_only=True)
class FinishedLook:
    """A look, with the claim under which it was made."""

    long_task_id: int
    claim_id: str
    site_id: int
    account_id: int | None  #: None if no account with a credential has seen the long task
    result: PollResult | None  #: None if the look crashed
    is_site_probe: bool = False  #: whether it was the half-open probe of a site


def unknown_keys(seen: Seen) -> int:
    """The number of distinct status keys in a result that `bot.domain.status_keys` does not know.

    Findings that were not read again are not counted again.
    """
    keys = {finding.key for finding in seen.findings or ()}
    if seen.snapshot.status is not None and seen.snapshot.status.key is not None:
        keys.add(seen.snapshot.status.key)
    return sum(1 for key in keys if key and not lookup(key).documented)
