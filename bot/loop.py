"""Run one step again and again until told to stop."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import structlog

_log = structlog.get_logger(__name__)

#: seconds to rest after the first crash of a step; doubled with each further one in a row
_FIRST_REST = 0.5
_LONGEST_REST = 30.0


@dataclass
class Heartbeat:
    """When a loop was last seen alive, in seconds of the event loop's monotonic clock."""

    name: str
    #: None until the first turn is over
    last_turn: float | None = None
    started: float = field(default=0.0)
    #: crashes in a row
    crashes: int = 0

    def silent_for(self, now: float) -> float:
        """Seconds since the last turn ended, or since the loop began where none has."""
        return now - (self.started if self.last_turn is None else self.last_turn)


async def run(
    step: Callable[[], Awaitable[float]],
    *,
    name: str,
    stop: asyncio.Event,
    wake: asyncio.Event | None = None,
    heartbeat: Heartbeat | None = None,
    slow_after: float = 10.0,
    rest_at_most: float = 5.0,
    count: Callable[[str, bool], None] | None = None,
) -> None:
    """Take a step, wait as many seconds as it returned (at most `rest_at_most`), and again, until `stop` is set.

    `wake` ends the waiting at once; it is cleared before the step, so that what comes in during a step brings another.
    A step under way is finished. An exception of a step is logged, once at the first of a row and once when it is over,
    and followed by a growing rest that only `stop` ends. A turn longer than `slow_after` seconds is said.
    `count` is told the name and whether the turn crashed.
    """
    clock = asyncio.get_running_loop().time
    beat = heartbeat or Heartbeat(name)
    beat.started = clock()
    while not stop.is_set():
        if wake is not None:
            wake.clear()
        began = clock()
        crashes = beat.crashes
        rest = await _turn(step, beat)
        beat.last_turn = clock()
        if count is not None:
            count(name, beat.crashes > crashes)
        if beat.last_turn - began > slow_after:
            _log.warning("turn_is_slow", loop=name, seconds=round(beat.last_turn - began, 1))
        if beat.crashes:
            await _wait(rest, stop)
        else:
            await _wait(min(rest, rest_at_most), stop, wake)


async def _turn(step: Callable[[], Awaitable[float]], beat: Heartbeat) -> float:
    """Seconds to wait after it."""
    try:
        rest = await step()
    except Exception as error:  # noqa: BLE001 — one bad step must not end the loop
        beat.crashes += 1
        if beat.crashes == 1:
            _log.exception("loop_crashes", loop=beat.name)
        else:
            _log.warning("loop_crashes_again", loop=beat.name, crashes=beat.crashes, error=type(error).__name__)
        return min(_LONGEST_REST, _FIRST_REST * 2.0 ** min(beat.crashes - 1, 10))
    if beat.crashes:
        _log.info("loop_is_back", loop=beat.name, crashes=beat.crashes)
        beat.crashes = 0
    return max(0.0, rest)


async def _wait(seconds: float, *events: asyncio.Event | None) -> None:
    """Until one of the events is set, at most so many seconds."""
    waiting = [asyncio.ensure_future(event.wait()) for event in events if event is not None]
    try:
        await asyncio.wait(waiting, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
