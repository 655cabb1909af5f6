"""Everything that was observed in a run, for the promises to be judged by."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sandbox.slack.records import Channel, EphemeralMessage, File, PostedMessage
from tests.chaos.answers import NOTHING_STARTED, says_coming
from tests.chaos.bot_records import BotRecords
from tests.chaos.processes import ExitCause, Incarnation
from tests.chaos.simulators import UNKNOWN_CALLER, ConfluenceRequest, Listing, SlackRequest
from tests.chaos.users import StartedTask, TypedCommand

#: seconds; the bot has given up a call that took longer (it waits 8)
GIVEN_UP = 7.5
#: seconds in which the bot writes down the result of a call, if the database is available
WRITTEN_WITHIN = 2.0
#: seconds after which a claim that was not renewed is lost, while calls begun under it may still arrive
LEASE = 10.0
#: seconds after a suspension in which a call that was begun before may still arrive
LATE = 2.0
#: seconds for which the bot retries a write while the database is unavailable
RETRIES_LAST = 5.0


@dataclass(frozen=True, kw_only=True)
class Outage:
    """A time in which the database was unavailable. Times are seconds since the epoch."""

    kind: str
    since: float
    until: float


@dataclass(kw_only=True)
class Observations:
    """What both simulators, the platform and the users saw, and what the bot's database says in the end."""

    seed: int
    database: str
    seconds: float
    #: seconds since the epoch
    began: float
    tasks: Sequence[StartedTask] = ()
    #: Slack's state in the end
    channels: Mapping[str, Channel] = field(default_factory=dict)
    private_messages: Sequence[EphemeralMessage] = ()
    files: Mapping[str, File] = field(default_factory=dict)
    #: address of the Confluence simulator
    confluence_origin: str = ""
    requests: Sequence[SlackRequest] = ()
    looks: Sequence[ConfluenceRequest] = ()
    listings: Sequence[Listing] = ()
    #: when a channel began to watch; None if none does
    watching_since: float | None = None
    #: what the home of each person who opened it shows in the end
    homes: Mapping[str, str] = field(default_factory=dict)
    incarnations: Sequence[Incarnation] = ()
    outages: Sequence[Outage] = ()
    records: BotRecords = field(default_factory=lambda: BotRecords(subscriptions={}, messages={}))
    #: work that the database says is still to be done
    open_work: Mapping[str, int] = field(default_factory=dict)
    #: method -> calls that Slack's rate limits refused
    rate_limited: Mapping[str, int] = field(default_factory=dict)
    #: injected faults by kind
    injected: Counter[str] = field(default_factory=Counter)
    #: whether only some kinds of faults were wanted
    restricted: bool = False
    calmness: int = 0

    def incarnation(self, name: str) -> Incarnation | None:
        """The process of this name; None for a caller that is not known."""
        return next((each for each in self.incarnations if each.name == name), None)

    def task(self, remote_id: str | None) -> StartedTask | None:
        """The long task of this id."""
        return next((each for each in self.tasks if each.remote_id == remote_id), None)

    @property
    def commands(self) -> Iterator[TypedCommand]:
        """Every command that was typed."""
        for task in self.tasks:
            yield from task.commands

    def message(self, channel: str, ts: str) -> PostedMessage | None:
        """The message at an address in Slack."""
        found = self.channels.get(channel)
        return found.messages.get(ts) if found else None

    def answers(self, typed: TypedCommand) -> list[str]:
        """The private sentences that a command got, by response URL or as direct messages.

        Its acknowledgement counts if it says that nothing was started. That the answer is coming is none.
        """
        if typed.trigger_id is None:
            return []
        private = [
            each.text
            for each in self.private_messages
            if each.trigger_id == typed.trigger_id and (each.via != "ack" or each.text == NOTHING_STARTED)
        ]
        direct = [
            message.text
            for channel in self.channels.values()
            if channel.is_im
            for message in channel.messages.values()
            if (record := self.records.message(message)) is not None and record.trigger_id == typed.trigger_id
        ]
        return [text for text in private + direct if not says_coming(text, typed.remote_id)]

    def outage(self, since: float, until: float) -> Outage | None:
        """An outage of the database that overlaps a period."""
        return next((outage for outage in self.outages if outage.since < until and outage.until > since), None)

    def ambiguity(self, request: SlackRequest) -> str | None:
        """Why the bot may not know the result of a request, or may not have written it down; None if it has."""
        if request.call is None or request.call.status is None:
            return "no answer"
        if request.call.status >= 500:
            return f"HTTP {request.call.status}"
        if request.until - request.arrived > GIVEN_UP:
            return "given up"
        if request.interruption is not None:
            return request.interruption
        return self._unwritten(request)

    def _written_by(self, request: SlackRequest) -> float:
        """When the bot has written down the result of a request at the latest, after all outages that delay it."""
        until = request.until + WRITTEN_WITHIN
        while later := [
            outage.until + WRITTEN_WITHIN
            for outage in self.outages
            if outage.since < until < outage.until + WRITTEN_WITHIN and outage.until > request.until
        ]:
            until = max(later)
        return until

    def _unwritten(self, request: SlackRequest) -> str | None:
        until = self._written_by(request)
        if until - WRITTEN_WITHIN - request.until > RETRIES_LAST:
            outage = self.outage(request.until, until)
            assert outage is not None
            return outage.kind
        for process in self.incarnations if request.caller == UNKNOWN_CALLER else [self.incarnation(request.caller)]:
            if process is None:
                continue
            ended = process.ended is not None and request.arrived - 0.5 <= process.ended <= until
            if ended and process.cause is not ExitCause.TERMINATED:
                return process.cause
            if process.suspended(request.arrived, until):
                return "SIGSTOP"
        return None

    def disturbed(self, since: float, until: float) -> bool:
        """Whether a process or the database was hit within a period or the lease before it."""
        return self.hit(since - LEASE, until)

    def hit(self, since: float, until: float) -> bool:
        """Whether a process or the database was hit within a period."""
        if self.outage(since, until):
            return True
        return any(
            (process.ended is not None and since <= process.ended <= until) or process.suspended(since, until)
            for process in self.incarnations
        )
