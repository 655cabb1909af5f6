"""What a check of the access to a site finds."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.poll_result import PollResult


@dataclass(frozen=True, kw_only=True)
class Access:
    """Whether a site and a credential work, and the site's clock."""

    result: PollResult  #: NotFound: they work
    server_time: datetime | None = None  #: UTC, to the second; None if the answer does not say
