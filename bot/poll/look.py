"""A look that has brought a result."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

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
    probed_account_id: int | None = None  #: the refused account that it was the half-open probe of
    #: accounts that were refused before the one that brought the result, each with the status that it got
    refused: Mapping[int, int] = field(default_factory=dict)
    #: when the next list of the site stands for a look (UTC); None if none does
    next_list_at: datetime | None = None


def unknown_keys(seen: Seen) -> int:
    """The number of distinct status keys in a result that `bot.domain.status_keys` does not know.

    Findings that were not read again are not counted again.
    """
    found = {finding.key for finding in seen.findings or ()}
    return len(seen.unknown_statuses) + sum(1 for key in found if key and not lookup(key).documented)
