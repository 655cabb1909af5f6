"""Everything that was seen in a run, for the judge."""

from collections import Counter
from dataclasses import dataclass, field

from sandbox.slack.records import Message
from tests.chaos.people import Told
from tests.chaos.processes import Life
from tests.chaos.watched import NOBODY, Asking, Request, WatchedConfluence, WatchedSlack

#: seconds; a call that took longer was given up by the bot (it waits 8)
GIVEN_UP = 7.5
#: seconds in which the bot has written down what became of a call, while the database is there
WRITTEN_WITHIN = 2.0
#: seconds: whoever has not renewed a claim for so long has lost it, and what it had begun may still arrive
LEASE = 10.0
#: seconds after a stop in which a call that had been begun before it may still come in
LATE = 2.0
#: seconds for which the bot tries to write while the database is away
TRIES_LAST = 5.0


@dataclass(frozen=True, kw_only=True)
class Outage:
    """The database was away. Times are seconds since the epoch."""

    kind: str
    since: float
    until: float


@dataclass(kw_only=True)
class Seen:
    """What both simulators, the platform and the people saw."""

    seed: int
    database: str
    seconds: float
    began: float
    slack: WatchedSlack
    confluence: WatchedConfluence
    lives: list[Life]
    outages: list[Outage]
    told: list[Told]
    #: what the database says is still to be done
    left: dict[str, int]
    #: whether only some kinds of blows were wanted
    chosen: bool = False
    #: what was done, by kind
    fired: Counter[str] = field(default_factory=Counter)

    @property
    def requests(self) -> list[Request]:
        return self.slack.bot_requests

    @property
    def askings(self) -> list[Asking]:
        return self.confluence.askings

    def life(self, name: str) -> Life | None:
        return next((life for life in self.lives if life.name == name), None)

    def message(self, channel: str, ts: str) -> Message | None:
        where = self.slack.channels.get(channel)
        return where.messages.get(ts) if where else None

    def away(self, since: float, until: float) -> Outage | None:
        """An outage of the database within a time."""
        return next((outage for outage in self.outages if outage.since < until and outage.until > since), None)

    def unsure(self, request: Request) -> str | None:
        """Why the bot may not know what became of a call, or may not have come to write it down; none: it does."""
        if request.call is None or request.call.status is None:
            return "no answer"
        if request.call.status >= 500:
            return f"HTTP {request.call.status}"
        if request.until - request.arrived > GIVEN_UP:
            return "given up"
        if request.deed is not None:
            return f"{request.deed} in the call"
        return self._unwritten(request)

    def _unwritten(self, request: Request) -> str | None:
        until = request.until + WRITTEN_WITHIN
        while (outage := self.away(request.arrived, until)) and outage.until + WRITTEN_WITHIN > until:
            until = outage.until + WRITTEN_WITHIN
        outage = self.away(request.until, until)
        if outage is not None and outage.until - max(outage.since, request.until) > TRIES_LAST:
            return outage.kind
        for life in self.lives if request.caller == NOBODY else filter(None, [self.life(request.caller)]):
            if life.ended is not None and request.arrived - 0.5 <= life.ended <= until and life.how != "SIGTERM":
                return life.how
            if any(stop[0] <= until and stop[-1] >= request.arrived for stop in life.stops):
                return "SIGSTOP"
        return None

    def disturbed(self, since: float, until: float) -> bool:
        """Whether anything was done to a process or to the database within a time and the lease before it."""
        if self.away(since - LEASE, until):
            return True
        return any(
            (life.ended is not None and since - LEASE <= life.ended <= until)
            or any(stop[0] <= until and stop[-1] >= since - LEASE for stop in life.stops)
            for life in self.lives
        )
