"""Both simulators, writing down which process asked what, from when until when."""

from collections import Counter
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from time import time

from aiohttp import web

from sandbox.confluence import ConfluenceSimulator
from sandbox.slack import Change, Fault, SlackSimulator
from sandbox.slack.faults import ANY, Faults
from sandbox.slack.records import Call

#: whoever comes by the address that is not a process's own: response URLs and uploads
NOBODY = "?"

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(kw_only=True)
class Request:
    """One request of the bot to Slack. Times are seconds since the epoch."""

    #: slot and life of the process, as "one.3"
    caller: str
    method: str
    arrived: float
    #: when Slack had done with it; none: not yet
    answered: float | None = None
    #: what Slack did, and when; none: not yet
    call: Call | None = None
    #: what was done to the process while it waited, by kind
    deed: str | None = None

    @property
    def until(self) -> float:
        return self.arrived if self.answered is None else self.answered


@dataclass(kw_only=True)
class Asking:
    """One request of the bot to Confluence."""

    remote_id: str
    arrived: float
    answered: float | None = None
    status: int = 0
    fault: str | None = None
    percent: float | None = None


@dataclass(frozen=True, kw_only=True)
class Aim:
    """Trouble that waits for the next call of a method."""

    kind: str
    method: str
    #: none: Slack itself does as it always does
    fault: Fault | None = None
    #: done to the calling process (its slot's name) as the call comes in
    deed: Callable[[str], bool] | None = None


_CURRENT: ContextVar[Request] = ContextVar("current")
_ASKING: ContextVar[Asking] = ContextVar("asking")


@dataclass(kw_only=True)
class AimedFaults(Faults):
    """Faults that meet the next fitting call, and may kill whoever made it."""

    aims: list[Aim] = field(default_factory=list)
    #: by kind
    hits: Counter[str] = field(default_factory=Counter)

    def draw(self, method: str, team_id: str | None = None) -> Fault | None:  # noqa: ARG002 -- there is one workspace
        """What meets this call."""
        request = _CURRENT.get()
        slot = request.caller.partition(".")[0]
        for aim in self.aims:
            if aim.method not in (method, ANY):
                continue
            if aim.deed is not None and slot == NOBODY:
                continue
            self.aims.remove(aim)
            self.hits[aim.kind] += 1
            if aim.deed is not None:
                request.deed = aim.kind
                aim.deed(slot)
            return aim.fault
        return None


class WatchedSlack(SlackSimulator):
    """Slack with a door for each process, so that it is known who called."""

    def __init__(self, *, signing_secret: str, life_of: Callable[[str], str]) -> None:
        """`life_of`: the name of the life that a slot leads now."""
        self.aimed = AimedFaults()
        super().__init__(signing_secret=signing_secret, faults=self.aimed)
        self.bot_requests: list[Request] = []
        self._life_of = life_of
        self._doors: dict[int, str] = {}
        self.subscribe(self._called)

    async def open(self) -> None:
        """Listen."""

        @web.middleware
        async def watch(request: web.Request, handler: Handler) -> web.StreamResponse:
            return await self._watch(request, handler)

        await self.start(middlewares=[watch])

    async def door(self, slot: str) -> str:
        """Open a door for a process; the Web API's address there."""
        assert self._runner is not None
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        port = int(self._runner.addresses[-1][1])
        self._doors[port] = slot
        return f"http://127.0.0.1:{port}/api/"

    @property
    def under_way(self) -> int:
        """Requests that Slack has not done with."""
        return sum(request.answered is None for request in self.bot_requests)

    async def _watch(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        assert request.transport is not None
        slot = self._doors.get(request.transport.get_extra_info("sockname")[1])
        made = Request(
            caller=self._life_of(slot) if slot else NOBODY,
            method=request.match_info.get("method", request.path.split("/")[1]),
            arrived=time(),
        )
        self.bot_requests.append(made)
        _CURRENT.set(made)
        try:
            return await handler(request)
        finally:
            made.answered = time()

    def _called(self, change: Change) -> None:
        if change.kind == "call":
            _CURRENT.get().call = change.item


class WatchedConfluence(ConfluenceSimulator):
    """Confluence, with the end of each look as well."""

    def __init__(self) -> None:
        super().__init__()
        self.askings: list[Asking] = []

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        _, found, remote_id = request.path.partition("/longtask/")
        if not found:
            return await super()._serve(request)
        made = Asking(remote_id=remote_id, arrived=time())
        self.askings.append(made)
        _ASKING.set(made)
        try:
            return await super()._serve(request)
        finally:
            made.answered = time()

    def note(self, request, now, claimed, status, fault) -> None:  # type: ignore[no-untyped-def] -- as the simulator has it
        super().note(request, now, claimed, status, fault)
        made = _ASKING.get(None)
        if made is not None:
            body = self.body(made.remote_id)
            made.status, made.fault = status, fault.name if fault else None
            made.percent = body["percentageComplete"] if body else None
