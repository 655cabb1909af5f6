"""Describe a thread and its long task, for the messages of that thread."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.domain.snapshot import Snapshot
from bot.domain.states import Outcome, Titles, Trouble


@dataclass(frozen=True, kw_only=True)
class ThreadView:
    """Everything that the messages of one thread are rendered from. Times are UTC and aware."""

    remote_id: str
    outcome: Outcome
    snapshot: Snapshot | None
    #: None: a watch began it, and nobody has asked to be notified yet, or what is stored of the owner was deleted
    owner_id: str | None
    #: it is no longer stored who or what began it
    beginning_unknown: bool = False
    #: a script asked for it, with the owner's hook
    by_script: bool = False
    #: the owner's account in Slack was deactivated
    owner_is_gone: bool = False
    #: a name that a person gave the long task; text from outside
    label: str | None = None
    #: user ids to mention at the end, without those who are not in Slack any more
    followers: tuple[str, ...] = ()
    #: user id
    stopped_by: str | None = None
    titles: Titles = Titles.SHOWN
    #: titles are hidden only because the bot lacks the scope to ask who reads the channel
    scope_missing: bool = False
    #: the site's address for people, e.g. https://acme.atlassian.net/wiki; links stay below it
    site_url: str = ""
    started_at: datetime | None = None
    checked_at: datetime | None = None
    ended_at: datetime | None = None
    #: None rather than a bad guess, like the pace
    expected_end: datetime | None = None
    pages_per_minute: int | None = None
    #: the last look that found a change, from which the expected end is reckoned
    reckoned_at: datetime | None = None
    #: the next look, while looks are seldom; None otherwise
    next_check_at: datetime | None = None
    #: key -> how many findings of it so far (distinct, or the count they carry, whichever is larger)
    finding_counts: Mapping[str, int] = field(default_factory=dict)
    trouble: Trouble | None = None
    trouble_since: datetime | None = None
    #: pages done when the percentage became what it is; the report of an error leaves them out
    pages_done: int | None = None
    #: (seconds since the start, percent), oldest first, for the chart
    samples: tuple[tuple[float, float], ...] = ()


def is_followed(view: ThreadView) -> bool:
    """Whether the long task is still followed."""
    return view.outcome is Outcome.FOLLOWING
