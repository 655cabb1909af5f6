"""Choose which posts and edits are worth the next calls that Slack allows one workspace."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from enum import IntEnum, StrEnum
from heapq import nsmallest

from msgspec import Struct, field
from msgspec.structs import replace


class Method(StrEnum):
    """The methods of Slack's Web API that are paced."""

    POST = "chat.postMessage"
    UPDATE = "chat.update"
    PUBLISH = "views.publish"


class Limit(Struct, frozen=True, kw_only=True):
    """A bucket of tokens: at most `burst + seconds / spacing` calls in any stretch of so many seconds."""

    burst: int
    spacing: float  #: seconds in which one token comes back


#: https://docs.slack.dev/apis/web-api/rate-limits: tier 3, edits, is 50 a minute; a post is one a second and channel
#: and several hundred a minute and workspace, taken as 240. Calls do not take equally long to arrive, so the limits
#: here leave room: at most 50 edits in any 61 seconds, 238 posts in any 60, and of homes, which are tier 4 (100 a
#: minute), 94 in any 60. A burst of two edits makes up for a turn that comes late.
LIMITS: Mapping[Method, Limit] = {
    Method.POST: Limit(burst=28, spacing=60 / 210),
    Method.UPDATE: Limit(burst=2, spacing=60 / 48),
    Method.PUBLISH: Limit(burst=4, spacing=60 / 90),
}
#: seconds between two posts into one channel
CHANNEL_SPACING = 1.1
#: after so many calls in a row that were chosen for their urgency, one is chosen for its wait
FAIR_AFTER = 4
#: a post is chosen for its wait only after this: before, a card would go before the roots that began with it
PATIENCE = timedelta(minutes=1)
#: a thread that needs one post more than another goes first if its message has waited longer by this: measured in
#: bursts (benchmarks/figure_6b_burst), less makes most wait longer, and more makes few wait very long
A_POST_MORE = timedelta(seconds=2)
#: percent points from which on a larger change ranks no higher
GREAT_CHANGE = 20.0
#: seconds by which a time rounded to microseconds may be early
_ROUNDING = 1e-5


class Urgency(IntEnum):
    """How urgent a message is; a thread is as urgent as its most urgent waiting message. The smaller, the sooner."""

    COMPLETION = 0
    ROOT = 1
    WARNING = 2
    TROUBLE = 3
    CARD = 4
    PROGRESS = 5


class Candidate(Struct, frozen=True, kw_only=True):
    """The next post or edit of one thread: its messages go in order, so only the next one is a candidate."""

    message_id: int
    channel_id: str
    method: Method
    urgency: Urgency  #: the thread's, so that a completion pulls along what comes before it instead of jumping it
    since: datetime  #: since when it waits (UTC), or the most urgent message after it
    posts: int = 1  #: how many posts of the thread, this one counted, post its most urgent message
    change: float = 0.0  #: percent points between what is shown and what is true
    terminal: bool = False  #: whether it shows the end


class Budgets(Struct, frozen=True, kw_only=True):
    """What Slack still allows one workspace. A value: each use of it gives the next one. Times are epoch seconds."""

    opened_at: float
    limits: Mapping[Method, Limit]
    channel_spacing: float
    full_at: Mapping[Method, float]  #: when each method's bucket is full again
    #: when a channel may be posted to again, where that is still to come
    channels: Mapping[str, float] = field(default_factory=dict)
    pauses: Mapping[Method, float] = field(default_factory=dict)  #: until when each method rests because Slack said so
    urgent: Mapping[Method, int] = field(default_factory=dict)  #: calls in a row that were chosen for their urgency

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

    def next_at(self, method: Method, now: datetime) -> datetime:
        """When a call of this method may be made: now, or later (UTC)."""
        return now if self.tokens(method, now) else datetime.fromtimestamp(self.ready_at(method), UTC)

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
        """The budgets after a call that was counted and turned out not to be needed."""
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


def next_messages(
    candidates: Sequence[Candidate], budgets: Budgets, now: datetime, limit: int
) -> tuple[tuple[Candidate, ...], Budgets, datetime | None]:
    """The posts and edits to make now, the budgets after them, and, if all have to wait, until when (UTC).

    `limit` (2 or more) bounds how much is handed out. Posts go by urgency, then by age and by how few posts the thread
    needs (A_POST_MORE); a completion is never passed over for another message. Edits go by wait, those that show an end
    first. After every FAIR_AFTER of one method that were chosen for urgency, one is chosen for its wait, a
    post only after PATIENCE: no message starves. Homes go by wait, in the places that are left.
    """
    at = now.timestamp() + _ROUNDING
    posts = [item for item in candidates if item.method is Method.POST]
    edits = [item for item in candidates if item.method is Method.UPDATE]
    homes = [item for item in candidates if item.method is Method.PUBLISH]
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

    chosen: list[Candidate] = []
    if of_posts:
        taken, budgets = _taken(Method.POST, _posts_ranked(sendable, of_posts, now), of_posts, budgets, now)
        chosen += taken
    if of_edits:
        taken, budgets = _taken(Method.UPDATE, _edits_ranked(edits, of_edits, now), of_edits, budgets, now)
        chosen += taken
    taken, budgets = _homes_taken(homes, limit - len(chosen), budgets, now)
    chosen += taken
    return tuple(chosen), budgets, None if chosen else _wait_until(posts, edits, homes, budgets)


def _homes_taken(
    homes: Sequence[Candidate], places: int, budgets: Budgets, now: datetime
) -> tuple[list[Candidate], Budgets]:
    """The homes that have waited longest, as many as there are places and tokens; and the budgets after them."""
    if not homes:
        return [], budgets
    count = min(budgets.tokens(Method.PUBLISH, now), places)
    taken = nsmallest(count, homes, key=lambda item: item.since)
    for _ in taken:
        budgets = budgets.spent(Method.PUBLISH, now)
    return taken, budgets


#: the same candidates twice: by urgency, and by wait
_Ranked = tuple[list[Candidate], list[Candidate]]


def _posts_ranked(posts: Sequence[Candidate], count: int, now: datetime) -> _Ranked:
    """The first posts of each order, one a channel; by wait only those that have waited long."""
    urgent: dict[str, Candidate] = {}
    oldest: dict[str, Candidate] = {}
    for item in posts:
        channel = item.channel_id
        first = urgent.setdefault(channel, item)
        if _rank(item) < _rank(first):
            urgent[channel] = item
        if item.since < oldest.setdefault(channel, item).since:
            oldest[channel] = item
    return (
        nsmallest(count, urgent.values(), key=_rank),
        nsmallest(
            count, (item for item in oldest.values() if now - item.since >= PATIENCE), key=lambda item: item.since
        ),
    )


def _rank(post: Candidate) -> tuple[Urgency, datetime]:
    """The smaller, the sooner: of two ends of about the same age the one that needs fewer posts."""
    return (post.urgency, post.since + post.posts * A_POST_MORE)


def _edits_ranked(edits: Sequence[Candidate], count: int, now: datetime) -> _Ranked:
    """The first edits of each order: ends, then the longest wait; a wait counts half as much again where the change is
    great."""

    def wait(item: Candidate) -> float:
        weight = 1.0 + 0.5 * min(item.change, GREAT_CHANGE) / GREAT_CHANGE
        return (item.since - now).total_seconds() * weight

    longest = nsmallest(count, edits, key=wait)
    ends = [item for item in edits if item.terminal]
    return nsmallest(count, ends, key=lambda item: item.since) + longest, longest


def _taken(
    method: Method, ranked: _Ranked, count: int, budgets: Budgets, now: datetime
) -> tuple[list[Candidate], Budgets]:
    """The first `count` of the ranked candidates, and the budgets after them."""
    by_urgency, by_wait = ranked
    in_a_row = budgets.urgent.get(method, 0)
    taken: list[Candidate] = []
    used: set[object] = set()

    def slot(item: Candidate) -> object:
        return item.channel_id if method is Method.POST else item.message_id

    for _ in range(count):
        pressing = next(item for item in by_urgency if slot(item) not in used)
        longest = next((item for item in by_wait if slot(item) not in used), None)
        completes = method is Method.POST and pressing.urgency is Urgency.COMPLETION
        item = longest if longest is not None and in_a_row >= FAIR_AFTER and not completes else pressing
        in_a_row = 0 if item is longest else in_a_row + (not completes)
        used.add(slot(item))
        taken.append(item)
        budgets = budgets.spent(method, now, item.channel_id)
    return taken, replace(budgets, urgent={**budgets.urgent, method: in_a_row})


def _wait_until(
    posts: Sequence[Candidate], edits: Sequence[Candidate], homes: Sequence[Candidate], budgets: Budgets
) -> datetime | None:
    """The first moment at which one of these may be posted, edited or published."""
    times = [budgets.ready_at(Method.POST, channel) for channel in {item.channel_id for item in posts}]
    times += [budgets.ready_at(item.method) for item in (*edits[:1], *homes[:1])]
    return datetime.fromtimestamp(min(times), UTC) if times else None
