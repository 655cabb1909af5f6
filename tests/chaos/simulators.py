"""Both simulators, recording which process sent which request, and when."""

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from time import time

import msgspec
from aiohttp import web

from sandbox.confluence import ConfluenceSimulator
from sandbox.confluence.accounts import Account
from sandbox.confluence.faults import Fault as ConfluenceFault
from sandbox.confluence.site_responses import SiteResponse
from sandbox.slack import Fault, SlackSimulator, StateChange
from sandbox.slack.faults import ANY, Faults
from sandbox.slack.records import ApiCall

#: response URLs and uploads go to an address of Slack's that is the same for every process
UNKNOWN_CALLER = "?"

OK = 200

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(kw_only=True)
class SlackRequest:
    """One request of the bot to Slack. Times are seconds since the epoch."""

    #: name of the incarnation, as "one.3"
    caller: str
    method: str
    arrived: float
    #: when Slack had finished with it; None if it has not
    answered: float | None = None
    #: what Slack did, and when; None if nothing yet
    call: ApiCall | None = None
    #: kind of the injection that hit the calling process during the request
    interruption: str | None = None

    @property
    def until(self) -> float:
        """When Slack had finished with it; until then, when it arrived."""
        return self.arrived if self.answered is None else self.answered


@dataclass(kw_only=True)
class ConfluenceRequest:
    """One request of the bot for a long task. Times are seconds since the epoch."""

    remote_id: str
    arrived: float
    answered: float
    status: int = 200
    #: name of the fault that met it
    fault: str | None = None
    percent: float | None = None


@dataclass(frozen=True, kw_only=True)
class Listing:
    """One list of long tasks that the bot was sent. Times are seconds since the epoch."""

    arrived: float
    answered: float
    #: id -> percentage
    tasks: Mapping[str, float]


@dataclass(frozen=True, kw_only=True)
class PendingFault:
    """A fault that waits for the next call of a method."""

    #: under which it is counted
    kind: str
    method: str
    #: None lets Slack answer as usual
    fault: Fault | None = None
    #: interrupts the calling process (by its supervisor's name) as the call comes in; false if it could not
    interrupt: Callable[[str], bool] | None = None


_CURRENT: ContextVar[SlackRequest] = ContextVar("current")


@dataclass(kw_only=True)
class PendingFaults(Faults):
    """Faults that each meet the next call of their method, and may interrupt the calling process."""

    pending: list[PendingFault] = field(default_factory=list)
    #: by kind
    hits: Counter[str] = field(default_factory=Counter)

    def draw(self, method: str, team_id: str | None = None) -> Fault | None:  # noqa: ARG002 -- there is one workspace
        """The fault that meets this call; None if there is none."""
        request = _CURRENT.get()
        supervisor = request.caller.partition(".")[0]
        for pending in self.pending:
            if pending.method not in (method, ANY):
                continue
            if pending.interrupt is not None and supervisor == UNKNOWN_CALLER:
                continue
            self.pending.remove(pending)
            self.hits[pending.kind] += 1
            if pending.interrupt is not None:
                request.interruption = pending.kind
                pending.interrupt(supervisor)
            return pending.fault
        return None


class RecordingSlack(SlackSimulator):
    """Slack with an address for each process, so that the caller of a request is known."""

    def __init__(self, *, signing_secret: str, incarnation_of: Callable[[str], str]) -> None:
        """`incarnation_of` names the current incarnation of a supervisor."""
        self.pending_faults = PendingFaults()
        super().__init__(signing_secret=signing_secret, faults=self.pending_faults)
        self.bot_requests: list[SlackRequest] = []
        self._incarnation_of = incarnation_of
        self.subscribe(self._record_call)

    async def open(self) -> None:
        """Listen."""

        @web.middleware
        async def record(request: web.Request, handler: Handler) -> web.StreamResponse:
            return await self._record(request, handler)

        await self.start(middlewares=[record])

    def api_url_of(self, supervisor: str) -> str:
        """The Web API's address for one process alone.

        Host and port are the same for all, since a response URL is called there alone.
        """
        return f"{self.origin}/of/{supervisor}/api/"

    @property
    def open_requests(self) -> int:
        """How many requests Slack has not finished with."""
        return sum(request.answered is None for request in self.bot_requests)

    async def _record(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        supervisor = request.match_info.get("process")
        made = SlackRequest(
            caller=self._incarnation_of(supervisor) if supervisor else UNKNOWN_CALLER,
            method=request.match_info.get("method", request.path.split("/")[1]),
            arrived=time(),
        )
        self.bot_requests.append(made)
        _CURRENT.set(made)
        try:
            return await handler(request)
        finally:
            made.answered = time()

    def _record_call(self, change: StateChange) -> None:
        if change.kind == "call":
            _CURRENT.get().call = change.item


class RecordingConfluence(ConfluenceSimulator):
    """Confluence, recording when each request for a long task came in and was answered."""

    def __init__(self) -> None:
        super().__init__()
        self.long_task_requests: list[ConfluenceRequest] = []
        #: those that arrived whole
        self.listings: list[Listing] = []
        #: what the list that is answered next holds
        self._listed: dict[str, float] = {}

    def _list(self, request: web.Request, account: Account | None) -> SiteResponse:
        response = super()._list(request, account)
        page = msgspec.json.decode(response.body)["results"] if response.status == OK else ()
        self._listed = {each["id"]: each["percentageComplete"] for each in page}
        return response

    def note(
        self, request: web.Request, now: float, claimed: Account | None, status: int, fault: ConfluenceFault | None
    ) -> None:
        """Record a request as it is answered."""
        super().note(request, now, claimed, status, fault)
        _, found, remote_id = request.path.partition("/longtask/")
        if not found:
            is_whole = request.path.endswith("/longtask") and status == OK and (fault is None or fault.name == "slow")
            if is_whole:
                self.listings.append(Listing(arrived=now, answered=time(), tasks=self._listed))
            return
        body = self.body(remote_id)
        self.long_task_requests.append(
            ConfluenceRequest(
                remote_id=remote_id,
                arrived=now,
                answered=time(),
                status=status,
                fault=fault.name if fault else None,
                percent=body["percentageComplete"] if body else None,
            )
        )
