"""One run: the real bot as processes, both simulators, and a schedule of blows."""

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from time import time

from sandbox.confluence import faults as confluence
from sandbox.slack import Fault
from tests.chaos import schedule as kinds
from tests.chaos.databases import LOCKABLE, Database
from tests.chaos.people import Crowd, Tale, tales
from tests.chaos.processes import TERM_PATIENCE, Slot
from tests.chaos.schedule import SPARED, Blow, schedule
from tests.chaos.seen import Outage, Seen
from tests.chaos.watched import Aim, WatchedConfluence, WatchedSlack

#: seconds after the last blow in which everything has to have been told
PATIENCE = 150.0
#: seconds after which a late call is carried out whose caller is gone; of a 429, for which it asks
LATE_AFTER = 11.0
#: seconds for which a process is waited for
SPARED_AT_MOST = 40.0
#: seconds without anything new after which nothing more is expected: a terminal edit is repeated after thirty
STILL_FOR = 45.0
#: seconds after the last blow in which calls still fail
AFTERMATH = 15.0
#: seconds that a blow in the middle of a call waits for one
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
_CONFLUENCE: dict[str, Callable[[float], confluence.Fault]] = {
    "dropped before": lambda _: confluence.reset(),
    "dropped after": lambda _: confluence.reset(late=True),
    "429": lambda seconds: confluence.rate_limited(seconds, reason="confluence-burst-based"),
    "5xx": lambda _: confluence.status(503, body="<html>away</html>", headers={"Content-Type": "text/html"}),
    "slow": confluence.slow,
    "truncated": lambda _: confluence.truncated(),
    "html": lambda _: confluence.html(),
}


@dataclass(kw_only=True)
class Run:
    """Everything that is there while it goes on."""

    seed: int
    seconds: float
    slack: WatchedSlack
    confluence: WatchedConfluence
    database: Database
    slots: dict[str, Slot]
    crowd: Crowd
    #: kinds of blows; all where none is named
    only: frozenset[str] = frozenset()
    often: int = 1
    began: float = field(default_factory=time)
    fired: Counter[str] = field(default_factory=Counter)
    outages: list[Outage] = field(default_factory=list)

    async def _one_after_the_other(self, blows: list[Blow]) -> None:
        for blow in blows:
            await self.blow(blow)

    async def blow(self, blow: Blow) -> None:
        """Do one thing."""
        await asyncio.sleep(max(0.0, self.began + blow.at - time()))
        if blow.kind in (kinds.LOCKED, kinds.FULL, kinds.CUT):
            await self._take_away(blow)
        elif blow.kind in (kinds.KILL, kinds.TERM, kinds.STOP):
            await self._hit(blow)
        elif blow.what == "Confluence":
            self.confluence.faults.add(_CONFLUENCE[blow.kind](blow.seconds), times=1)
        else:
            fault = _SLACK[blow.kind](blow.seconds)
            self.slack.aimed.aims.append(Aim(kind=f"{blow.what} {blow.kind}", method=blow.what, fault=fault))

    async def _take_away(self, blow: Blow) -> None:
        since = time()
        if blow.kind == kinds.LOCKED:
            await self.database.lock(blow.seconds, random.Random(f"{self.seed} {blow.at}").choice(LOCKABLE))
        elif blow.kind == kinds.FULL:
            await self.database.fill(blow.seconds)
        else:
            await self.database.cut()
        self.fired[blow.kind] += 1
        self.outages.append(Outage(kind=blow.kind, since=since, until=time()))

    async def _hit(self, blow: Blow) -> None:
        slot = self.slots[blow.what]
        if not blow.beside:
            await self._spared(slot)
        if blow.kind == kinds.TERM:
            await self._end(slot)
            return
        hit: list[Slot] = []
        done = asyncio.Event()

        def deed(name: str) -> bool:
            found = self.slots[name]
            if not hit and (found.kill() if blow.kind == kinds.KILL else found.stop()):
                hit.append(found)
                done.set()
                self.fired[blow.kind] += 1
            return bool(hit)

        if blow.in_call:
            await self._in_call(blow, deed, done)
        if await self._insist(slot, lambda: deed(slot.name)) and blow.kind == kinds.STOP:
            await asyncio.sleep(blow.seconds)
            if blow.fatal and hit[0].stopped and hit[0].kill():
                self.fired[kinds.KILL] += 1
            hit[0].go_on()

    async def _insist(self, slot: Slot, deed: Callable[[], bool]) -> bool:
        """Do it to a process, or to the next in its place where that has just ended; whether it came to it."""
        for _ in range(20):
            if deed():
                return True
            await asyncio.sleep(0.2)
            await self._spared(slot)
        return False

    async def _spared(self, slot: Slot) -> None:
        """Until it has had a while to come to something, however slow the machine is."""
        until = time() + SPARED_AT_MOST
        while not (slot.up and slot.spare > SPARED) and time() < until:  # noqa: ASYNC110 -- no event
            await asyncio.sleep(0.1)

    async def _in_call(self, blow: Blow, deed: Callable[[str], bool], done: asyncio.Event) -> None:
        """In the middle of the next message that comes in; done to whoever sends it."""
        fault = _SLACK[blow.then](LATE_AFTER) if blow.then else None
        aims = [
            Aim(kind=f"{blow.kind} in {method}", method=method, fault=fault, deed=deed)
            for method in ("chat.postMessage", "chat.update")
        ]
        self.slack.aimed.aims[:0] = aims
        try:
            async with asyncio.timeout(CALL_PATIENCE):
                await done.wait()
        except TimeoutError:
            pass
        finally:
            for aim in aims:
                if aim in self.slack.aimed.aims:
                    self.slack.aimed.aims.remove(aim)

    async def _end(self, slot: Slot) -> None:
        """SIGTERM, and, as a platform does, kill -9 where that is not heeded."""
        if not await self._insist(slot, slot.term):
            return
        self.fired[kinds.TERM] += 1
        life = slot.life
        for _ in range(int(TERM_PATIENCE * 15)):
            await asyncio.sleep(0.1)
            if life.ended is not None:
                return
        slot.abort()

    async def go(self, told: Sequence[Tale] | None = None, blows: Sequence[Blow] | None = None) -> None:
        """All blows and all tales (those of the seed, unless named), then leave everybody to finish."""
        if blows is None:
            blows = schedule(
                self.seed,
                self.seconds,
                slots=tuple(self.slots),
                database=self.database.kind,
                only=self.only,
                often=self.often,
            )
        told = tales(self.seed, self.seconds) if told is None else told
        telling = asyncio.gather(*(self.crowd.tell(tale) for tale in told))
        in_turn = [blow for blow in blows if blow.what in self.slots and not blow.beside]
        others = [[blow] for blow in blows if blow not in in_turn]
        await asyncio.gather(*(self._one_after_the_other(few) for few in (in_turn, *others)))
        for slot in self.slots.values():
            slot.go_on()
        await self._let_calls_fail()
        self.slack.aimed.aims.clear()
        self.confluence.faults.clear()
        try:
            async with asyncio.timeout(PATIENCE):
                await telling
        except TimeoutError:
            pass
        await self._finish()

    async def _let_calls_fail(self) -> None:
        """What was aimed at calls while nobody could make any."""
        until = time() + AFTERMATH
        while (self.slack.aimed.aims or self.confluence.faults.in_force) and time() < until:  # noqa: ASYNC110 -- lists
            await asyncio.sleep(0.2)

    async def _finish(self) -> None:
        """Until nothing is left to do, nothing is done any more, or the patience is at an end."""
        until = time() + PATIENCE
        calm, before, since = 0, None, time()
        while calm < 3 and time() < until and time() - since < STILL_FOR:
            left = await self.database.left()
            now = (left, len(self.slack.bot_requests))
            before, since = now, since if now == before else time()
            calm = 0 if any(left.values()) or self.slack.under_way else calm + 1
            await asyncio.sleep(0.5)

    async def seen(self) -> Seen:
        """What there is to judge."""
        fired = self.fired + self.slack.aimed.hits
        for name, count in self.confluence.faults.fired.items():
            fired[f"Confluence {name}"] += count
        return Seen(
            seed=self.seed,
            database=self.database.kind,
            seconds=self.seconds,
            began=self.began,
            slack=self.slack,
            confluence=self.confluence,
            lives=[life for slot in self.slots.values() for life in slot.lives],
            outages=self.outages,
            told=self.crowd.told,
            left={name: count for name, count in (await self.database.left()).items() if count},
            chosen=bool(self.only),
            fired=fired,
        )
