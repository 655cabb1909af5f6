"""Repeat one step until stopped."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog

_log = structlog.get_logger(__name__)

#: seconds to wait after the first crash of a step; doubled with each further one in a row
_FIRST_BACKOFF = 0.5
_LONGEST_BACKOFF = 30.0
#: seconds after which a turn is logged as slow
_SLOW_TURN = 10.0
#: seconds between two measurements of how late the event loop is
_LAG_INTERVAL = 1.0
#: seconds without the end of a turn after which a loop counts as hanging
HANGS_AFTER = 90.0
#: crashes in a row after which a loop counts as not running; they take at least seven seconds
MOST_CRASHES = 5

#: one turn of a loop; returns the seconds to wait before the next
Step = Callable[[], Awaitable[float]]


@dataclass
class Heartbeat:
    """When a loop last finished a turn, in seconds of the event loop's monotonic clock."""

    name: str
    last_turn: float | None = None  #: None before the first turn is over
    started: float = 0.0
    crashes: int = 0  #: crashes in a row

    def silent_for(self, now: float) -> float:
        """Seconds since the last turn ended, or since the loop started if none has."""
        return now - (self.started if self.last_turn is None else self.last_turn)

    def trouble(self, now: float) -> str | None:
        """Why the loop does nothing, in words; None if it turns."""
        silent = self.silent_for(now)
        if silent > HANGS_AFTER:
            return f"the loop {self.name} has not turned for {silent:.0f} seconds"
        if self.crashes >= MOST_CRASHES:
            return f"the loop {self.name} has crashed {self.crashes} times in a row"
        return None


@dataclass
class Lag:
    """How late the event loop calls back: by so much whatever else has come in waits, a command among it."""

    observe: Callable[[float], None]  #: gets seconds
    _expected: float | None = None

    async def step(self) -> float:
        """Note how much later this turn comes than the one before asked for."""
        now = asyncio.get_running_loop().time()
        if self._expected is not None:
            self.observe(now - self._expected)
        self._expected = now + _LAG_INTERVAL
        return _LAG_INTERVAL


async def run(
    step: Step,
    *,
    name: str,
    stop: asyncio.Event,
    wake: asyncio.Event | None = None,
    heartbeat: Heartbeat | None = None,
    min_wait: float = 0.0,
    max_wait: float = 5.0,
    count: Callable[[str, bool], None] | None = None,
) -> None:
    """Run a step, wait for as many seconds as it returned (at most `max_wait`), and repeat until `stop` is set.

    `wake` ends the wait, but not before `min_wait` seconds of it. It is cleared before the step, so setting it during a
    step brings another. `stop` ends the wait but lets a running step finish. An exception of a step is logged, the
    first of a row with its traceback, and followed by a growing wait that only `stop` ends. A slow turn is logged.
    `count` is called after each turn with the loop's name and whether the turn crashed.
    """
    clock = asyncio.get_running_loop().time
    beat = heartbeat or Heartbeat(name)
    beat.started = clock()
    while not stop.is_set():
        if wake is not None:
            wake.clear()
        began = clock()
        seconds = await _turn(step, beat)
        beat.last_turn = clock()
        if count is not None:
            count(name, beat.crashes > 0)
        if beat.last_turn - began > _SLOW_TURN:
            _log.warning("turn_is_slow", loop=name, seconds=round(beat.last_turn - began, 1))
        if beat.crashes:
            await _wait(seconds, stop)
        else:
            if min_wait:
                await _wait(min_wait, stop)
            await _wait(max(0.0, min(seconds, max_wait) - min_wait), stop, wake)


async def _turn(step: Step, beat: Heartbeat) -> float:
    """Run the step once. Returns the seconds to wait afterwards."""
    try:
        seconds = await step()
    except Exception as error:  # noqa: BLE001 -- one bad step must not end the loop
        beat.crashes += 1
        if beat.crashes == 1:
            _log.exception("loop_crashes", loop=beat.name)
        else:
            _log.warning("loop_crashes_again", loop=beat.name, crashes=beat.crashes, error=type(error).__name__)
        return min(_LONGEST_BACKOFF, _FIRST_BACKOFF * 2.0 ** min(beat.crashes - 1, 10))
    if beat.crashes:
        _log.info("loop_is_back", loop=beat.name, crashes=beat.crashes)
        beat.crashes = 0
    return max(0.0, seconds)


async def _wait(seconds: float, *events: asyncio.Event | None) -> None:
    """Wait until one of the events is set, at most so many seconds."""
    waiting = [asyncio.ensure_future(event.wait()) for event in events if event is not None]
    try:
        await asyncio.wait(waiting, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
