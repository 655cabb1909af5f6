"""Which tellings are worth the next calls that Slack allows one workspace."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from enum import IntEnum, StrEnum
from heapq import nsmallest

from msgspec import Struct, field
from msgspec.structs import replace


class Method(StrEnum):
    """The methods of Slack's Web API that are paced."""

    POST = "chat.postMessage"
    UPDATE = "chat.update"
    EPHEMERAL = "chat.postEphemeral"
    USER_INFO = "users.info"


class Limit(Struct, frozen=True, kw_only=True):
    """A bucket of tokens: at most `burst + seconds / spacing` calls in any stretch of so many seconds."""

    burst: int
    #: seconds in which one token comes back
    spacing: float


#: https://docs.slack.dev/apis/web-api/rate-limits: tier 3 is 50 a minute, tier 4 is 100 a minute, a post is one a
#: second and channel and several hundred a minute and workspace, taken as 240. Calls do not take equally long to
#: arrive, so the limits here leave room: at most 50 edits in any 61 seconds; 96 calls of tier 4 and 238 posts in any
#: 60. A burst of two edits makes up for a turn that comes late.
LIMITS: Mapping[Method, Limit] = {
    Method.POST: Limit(burst=28, spacing=60 / 210),
    Method.UPDATE: Limit(burst=2, spacing=60 / 48),
    Method.EPHEMERAL: Limit(burst=6, spacing=60 / 90),
    Method.USER_INFO: Limit(burst=6, spacing=60 / 90),
}
#: seconds between two posts into one channel
CHANNEL_SPACING = 1.1
#: after so many tellings in a row that were chosen for their urgency, one is chosen for its wait
FAIR_AFTER = 4
#: percent points from which on a larger change ranks no higher
GREAT_CHANGE = 20.0
#: seconds by which a time rounded to microseconds may be early
_ROUNDING = 1e-5


class Telling(StrEnum):
    """What a thread has to be told next, and by which call."""

    ROOT = "root"
    CARD = "card"
    WARNINGS = "warnings"
    TROUBLE = "trouble"
    PHASE = "phase"
    MILESTONE = "milestone"
    COMPLETION = "completion"
    FILE = "file"
    DM = "dm"
    CALLER = "caller"
    ROOT_EDIT = "root edit"
    CARD_EDIT = "card edit"
    NOTICE_EDIT = "notice edit"


EDITS = frozenset({Telling.ROOT_EDIT, Telling.CARD_EDIT, Telling.NOTICE_EDIT})


class Urgency(IntEnum):
    """The most urgent notice a thread has not been told; the smaller, the sooner."""

    COMPLETION = 0
    FIRST_CARD = 1
    WARNING = 2
    TROUBLE = 3
    PROGRESS = 4


class Work(Struct, frozen=True, kw_only=True):
    """The next telling of one thread: its notices go in order, so only the next one is listed."""

    subscription_id: int
    channel_id: str
    kind: Telling
    #: the thread's, so that a completion pulls its own warnings along instead of jumping them
    urgency: Urgency
    #: since when it waits (UTC)
    since: datetime
    #: percent points between what is shown and what is
    change: float = 0.0
    #: whether it shows the end
    terminal: bool = False


class Budgets(Struct, frozen=True, kw_only=True):
    """What Slack still allows one workspace. A value: each use of it gives the next one. Times are epoch seconds."""

    opened_at: float
    limits: Mapping[Method, Limit]
    channel_spacing: float
    #: when each method's bucket is full again
    full_at: Mapping[Method, float]
    #: when a channel may be posted to again, where that is still to come
    channels: Mapping[str, float] = field(default_factory=dict)
    #: until when each method rests because Slack said so
    pauses: Mapping[Method, float] = field(default_factory=dict)
    #: tellings in a row that were chosen for their urgency
    urgent: Mapping[Method, int] = field(default_factory=dict)

    @classmethod
    def opened(
        cls,
        now: datetime,
        *,
        pauses: Mapping[Method, datetime] | None = None,
        limits: Mapping[Method, Limit] = LIMITS,
        channel_spacing: float = CHANNEL_SPACING,
    ) -> "Budgets":
        """Empty budgets, since nobody knows what the holder before has just spent; and the pauses that still last."""
        at = now.timestamp()
        full_at = {method: at + limit.burst * limit.spacing for method, limit in limits.items()}
        budgets = cls(opened_at=at, limits=limits, channel_spacing=channel_spacing, full_at=full_at)
        for method, until in (pauses or {}).items():
            budgets = budgets.paused(method, until)
        return budgets

    def ready_at(self, method: Method, channel_id: str | None = None) -> float:
        """When this method may be called next (into this channel, if it posts), in epoch seconds."""
        limit = self.limits[method]
        ready = max(self.full_at[method] - (limit.burst - 1) * limit.spacing, self.pauses.get(method, 0.0))
        if method is Method.POST and channel_id is not None:
            ready = max(ready, self.channels.get(channel_id, self.opened_at + self.channel_spacing))
        return ready

    def tokens(self, method: Method, now: datetime) -> int:
        """How many calls of this method may be made now."""
        at = now.timestamp() + _ROUNDING
        if self.ready_at(method) > at:
            return 0
        limit = self.limits[method]
        return min(limit.burst, int(limit.burst - (self.full_at[method] - at) / limit.spacing))

    def spent(self, method: Method, now: datetime, channel_id: str | None = None) -> "Budgets":
        """The budgets after one call, be it one that did not ask before."""
        at = now.timestamp()
        full_at = {**self.full_at, method: max(self.full_at[method], at) + self.limits[method].spacing}
        channels = self.channels
        if method is Method.POST and channel_id is not None:
            channels = {channel: ready for channel, ready in channels.items() if ready > at}
            channels[channel_id] = at + self.channel_spacing
        return replace(self, full_at=full_at, channels=channels)

    def unspent(self, method: Method) -> "Budgets":
        """The budgets where a call that was reckoned with turned out not to be needed."""
        return replace(self, full_at={**self.full_at, method: self.full_at[method] - self.limits[method].spacing})

    def paused(self, method: Method, until: datetime) -> "Budgets":
        """The budgets after Slack's `Retry-After`: that method rests until then, and has one token after it."""
        at = until.timestamp()
        limit = self.limits[method]
        full_at = max(self.full_at[method], at + (limit.burst - 1) * limit.spacing)
        return replace(
            self,
            full_at={**self.full_at, method: full_at},
            pauses={**self.pauses, method: max(self.pauses.get(method, 0.0), at)},
        )


def next_tellings(
    work: Sequence[Work], budgets: Budgets, now: datetime, limit: int
) -> tuple[tuple[Work, ...], Budgets, datetime | None]:
    """What to tell now, the budgets after that, and, where there is work but none may be done, until when to wait.

    `limit` (2 or more) bounds how much is handed out. Posts go by urgency, then by age; a completion is never
    passed over for anything that is not one. Edits go likewise, those that show an end first. After every
    FAIR_AFTER of one method that were chosen for urgency, one is chosen for its wait: no telling starves.
    """
    at = now.timestamp() + _ROUNDING
    posts = [item for item in work if item.kind not in EDITS]
    edits = [item for item in work if item.kind in EDITS]
    unready = {channel for channel, ready in budgets.channels.items() if ready > at}
    if budgets.opened_at + budgets.channel_spacing > at:
        unready.update(item.channel_id for item in posts)
    sendable = [item for item in posts if item.channel_id not in unready]
    channels = len({item.channel_id for item in sendable})
    of_posts = min(budgets.tokens(Method.POST, now), channels, limit)
    of_edits = min(budgets.tokens(Method.UPDATE, now), len(edits), limit)
    # Where both have more than fits, posts go first, but one place is kept so that they never hold up the cards.
    of_posts = min(of_posts, limit - min(of_edits, 1)) if limit > 1 else of_posts
    of_edits = min(of_edits, limit - of_posts)

    chosen: list[Work] = []
    if of_posts:
        taken, budgets = _taken(Method.POST, _posts_ranked(sendable, of_posts), of_posts, budgets, now)
        chosen += taken
    if of_edits:
        taken, budgets = _taken(Method.UPDATE, _edits_ranked(edits, of_edits, now), of_edits, budgets, now)
        chosen += taken
    return tuple(chosen), budgets, None if chosen else _wait_until(posts, edits, budgets)


#: the same tellings twice: by urgency, and by wait
_Ranked = tuple[list[Work], list[Work]]


def _posts_ranked(posts: Sequence[Work], count: int) -> _Ranked:
    """The first posts of each order, one a channel."""
    urgent: dict[str, Work] = {}
    oldest: dict[str, Work] = {}
    for item in posts:
        channel = item.channel_id
        first = urgent.setdefault(channel, item)
        if item.urgency < first.urgency or (item.urgency == first.urgency and item.since < first.since):
            urgent[channel] = item
        if item.since < oldest.setdefault(channel, item).since:
            oldest[channel] = item
    return (
        nsmallest(count, urgent.values(), key=lambda item: (item.urgency, item.since)),
        nsmallest(count, oldest.values(), key=lambda item: item.since),
    )


def _edits_ranked(edits: Sequence[Work], count: int, now: datetime) -> _Ranked:
    """The first edits of each order; a wait counts half as much again where the change is great."""

    def wait(item: Work) -> float:
        weight = 1.0 + 0.5 * min(item.change, GREAT_CHANGE) / GREAT_CHANGE
        return (item.since - now).total_seconds() * weight

    def urgency(item: Work) -> tuple[int, datetime]:
        return (Urgency.COMPLETION if item.terminal else item.urgency, item.since)

    longest = nsmallest(count, edits, key=wait)
    pressing = [item for item in edits if item.terminal or item.urgency < Urgency.PROGRESS]
    return nsmallest(count, pressing, key=urgency) + longest, longest


def _taken(method: Method, ranked: _Ranked, count: int, budgets: Budgets, now: datetime) -> tuple[list[Work], Budgets]:
    """So many of the ranked tellings, and the budgets after them."""
    by_urgency, by_wait = ranked
    in_a_row = budgets.urgent.get(method, 0)
    taken: list[Work] = []
    used: set[object] = set()

    def slot(item: Work) -> object:
        return item.channel_id if method is Method.POST else id(item)

    for _ in range(count):
        pressing = next(item for item in by_urgency if slot(item) not in used)
        longest = next(item for item in by_wait if slot(item) not in used)
        completes = method is Method.POST and pressing.urgency is Urgency.COMPLETION
        item = longest if in_a_row >= FAIR_AFTER and not completes else pressing
        in_a_row = 0 if item is longest else in_a_row + (not completes)
        used.add(slot(item))
        taken.append(item)
        budgets = budgets.spent(method, now, item.channel_id)
    return taken, replace(budgets, urgent={**budgets.urgent, method: in_a_row})


def _wait_until(posts: Sequence[Work], edits: Sequence[Work], budgets: Budgets) -> datetime | None:
    """The first moment at which one of these may be told."""
    times = [budgets.ready_at(Method.POST, channel) for channel in {item.channel_id for item in posts}]
    if edits:
        times.append(budgets.ready_at(Method.UPDATE))
    return datetime.fromtimestamp(min(times), UTC) if times else None
