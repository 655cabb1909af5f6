"""Injects the faults of a schedule: into processes, the database, and calls to Slack and Confluence."""

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from time import time

from sandbox.confluence import faults as confluence_faults
from sandbox.confluence.faults import Fault as ConfluenceFault
from sandbox.slack import Fault
from tests.chaos import schedule as kinds
from tests.chaos.databases import LOCKABLE, BotDatabase
from tests.chaos.observations import Outage
from tests.chaos.processes import TERM_PATIENCE, Supervisor
from tests.chaos.schedule import SPARED, Injection
from tests.chaos.simulators import PendingFault, RecordingConfluence, RecordingSlack

#: seconds after which Slack carries out a late call whose caller is gone; or a 429 asks to wait
LATE_AFTER = 11.0
#: seconds at most until a process is undisturbed for long enough
SPARED_AT_MOST = 40.0
#: seconds that an interruption waits for a call
CALL_PATIENCE = 5.0

_SLACK: dict[str, Callable[[float], Fault]] = {
    "dropped before": lambda _: Fault.drop_before(),
    "dropped after": lambda _: Fault.drop_after(),
    "429": lambda seconds: Fault.ratelimited(int(seconds) or 1),
    "5xx": lambda _: Fault.status(503),
    "5xx after": lambda _: Fault.status_after(502),
    "slow": Fault.slow_answer,
    "late": Fault.slow,
}
_CONFLUENCE: dict[str, Callable[[float], ConfluenceFault]] = {
    "dropped before": lambda _: confluence_faults.reset(),
    "dropped after": lambda _: confluence_faults.reset(late=True),
    "429": lambda seconds: confluence_faults.rate_limited(seconds, reason="confluence-burst-based"),
    "5xx": lambda _: confluence_faults.status(503, body="<html>away</html>", headers={"Content-Type": "text/html"}),
    "slow": confluence_faults.slow,
    "truncated": lambda _: confluence_faults.truncated(),
    "html": lambda _: confluence_faults.html(),
}


@dataclass(kw_only=True)
class Injector:
    """Injects faults and records what it did."""

    seed: int
    #: seconds since the epoch
    began: float
    slack: RecordingSlack
    confluence: RecordingConfluence
    database: BotDatabase
    supervisors: dict[str, Supervisor]
    #: by kind
    injected: Counter[str] = field(default_factory=Counter)
    outages: list[Outage] = field(default_factory=list)

    async def inject_all(self, injections: Sequence[Injection]) -> None:
        """Inject a whole schedule; the faults of processes one after the other."""
        in_turn = [each for each in injections if each.target in self.supervisors and not each.beside]
        others = [[each] for each in injections if each not in in_turn]
        await asyncio.gather(*(self._inject_in_turn(several) for several in (in_turn, *others)))
        for supervisor in self.supervisors.values():
            supervisor.resume()

    async def _inject_in_turn(self, injections: Sequence[Injection]) -> None:
        for injection in injections:
            await self._inject(injection)

    async def _inject(self, injection: Injection) -> None:
        await asyncio.sleep(max(0.0, self.began + injection.at - time()))
        if injection.kind in (kinds.LOCKED, kinds.FULL, kinds.CUT):
            await self._take_database_away(injection)
        elif injection.kind == kinds.TERM:
            await self._terminate(injection)
        elif injection.kind in (kinds.KILL, kinds.STOP):
            await self._interrupt(injection)
        elif injection.target == "Confluence":
            self.confluence.faults.add(_CONFLUENCE[injection.kind](injection.seconds), times=1)
        else:
            fault = _SLACK[injection.kind](injection.seconds)
            kind = f"{injection.target} {injection.kind}"
            self.slack.pending_faults.pending.append(PendingFault(kind=kind, method=injection.target, fault=fault))

    async def _take_database_away(self, injection: Injection) -> None:
        since = time()
        if injection.kind == kinds.LOCKED:
            what = random.Random(f"{self.seed} {injection.at}").choice(LOCKABLE)
            await self.database.lock(injection.seconds, what)
        elif injection.kind == kinds.FULL:
            await self.database.fill(injection.seconds)
        else:
            await self.database.cut()
        self.injected[injection.kind] += 1
        self.outages.append(Outage(kind=injection.kind, since=since, until=time()))

    async def _terminate(self, injection: Injection) -> None:
        """Send SIGTERM, and, as a platform does, end the process by force if it does not end in time."""
        supervisor = self.supervisors[injection.target]
        await self._spare(supervisor)
        if not await self._insist(supervisor, supervisor.terminate):
            return
        self.injected[kinds.TERM] += 1
        terminated = supervisor.current
        for _ in range(int(TERM_PATIENCE * 15)):
            await asyncio.sleep(0.1)
            if terminated.ended is not None:
                return
        supervisor.abort()

    async def _interrupt(self, injection: Injection) -> None:
        """Kill or suspend a process, perhaps in the middle of a call."""
        target = self.supervisors[injection.target]
        if not injection.beside:
            await self._spare(target)
        hit: list[Supervisor] = []
        done = asyncio.Event()

        def interrupt(name: str) -> bool:
            supervisor = self.supervisors[name]
            if not hit and (supervisor.kill() if injection.kind == kinds.KILL else supervisor.suspend()):
                hit.append(supervisor)
                done.set()
                self.injected[injection.kind] += 1
            return bool(hit)

        if injection.in_call:
            await self._interrupt_next_call(injection, interrupt, done)
        if await self._insist(target, lambda: interrupt(target.name)) and injection.kind == kinds.STOP:
            await asyncio.sleep(injection.seconds)
            if injection.fatal and hit[0].suspended and hit[0].kill():
                self.injected[kinds.KILL] += 1
            hit[0].resume()

    async def _insist(self, supervisor: Supervisor, inject: Callable[[], bool]) -> bool:
        """Inject into a process, or into its successor if it has just ended; false if there was none in time."""
        for _ in range(20):
            if inject():
                return True
            await asyncio.sleep(0.2)
            await self._spare(supervisor)
        return False

    async def _spare(self, supervisor: Supervisor) -> None:
        """Wait until a process has had time to get something done, however slow the machine is."""
        until = time() + SPARED_AT_MOST
        while not (supervisor.up and supervisor.undisturbed > SPARED) and time() < until:  # noqa: ASYNC110 -- no event
            await asyncio.sleep(0.1)

    async def _interrupt_next_call(
        self, injection: Injection, interrupt: Callable[[str], bool], done: asyncio.Event
    ) -> None:
        """Interrupt whichever process makes the next post or edit, in the middle of it."""
        fault = _SLACK[injection.then](LATE_AFTER) if injection.then else None
        waiting = [
            PendingFault(kind=f"{injection.kind} in {method}", method=method, fault=fault, interrupt=interrupt)
            for method in ("chat.postMessage", "chat.update")
        ]
        pending = self.slack.pending_faults.pending
        pending[:0] = waiting
        try:
            async with asyncio.timeout(CALL_PATIENCE):
                await done.wait()
        except TimeoutError:
            pass
        finally:
            for each in waiting:
                if each in pending:
                    pending.remove(each)

    @property
    def waiting(self) -> bool:
        """Whether a fault still waits for the call that it meets."""
        return bool(self.slack.pending_faults.pending or self.confluence.faults.in_force)

    def withdraw(self) -> None:
        """Withdraw the faults that no call has met."""
        self.slack.pending_faults.pending.clear()
        self.confluence.faults.clear()

    def counts(self) -> Counter[str]:
        """How many faults were injected, by kind."""
        found = self.injected + self.slack.pending_faults.hits
        for name, count in self.confluence.faults.fired.items():
            found[f"Confluence {name}"] += count
        return found
