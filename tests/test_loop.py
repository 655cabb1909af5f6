import asyncio
from collections.abc import Awaitable, Callable, Iterator

import pytest
import structlog
from structlog.testing import capture_logs
from structlog.typing import EventDict

from bot.loop import Heartbeat, Lag, run

pytestmark = [pytest.mark.asyncio, pytest.mark.looptime]


@pytest.fixture(autouse=True)
def logged() -> Iterator[list[EventDict]]:
    """What is logged; structlog would take seconds to render the traceback of a crash."""
    structlog.reset_defaults()
    with capture_logs() as lines:
        yield lines


def script(stop: asyncio.Event, *moves: float | Exception) -> tuple[Callable[[], Awaitable[float]], list[float]]:
    """A step that makes these moves in turn, the time of each, and sets `stop` in the last."""
    left = list(moves)
    times: list[float] = []

    async def step() -> float:
        times.append(asyncio.get_running_loop().time())
        move = left.pop(0)
        if not left:
            stop.set()
        if isinstance(move, Exception):
            raise move
        return move

    return step, times


async def test_a_step_comes_again_after_the_seconds_it_returned() -> None:
    stop = asyncio.Event()
    step, times = script(stop, 2.0, 0.5, 0.0, -1.0, 1.0)
    await run(step, name="poll", stop=stop)
    assert times == pytest.approx([0.0, 2.0, 2.5, 2.5, 2.5])


async def test_no_wait_is_longer_than_the_longest() -> None:
    stop = asyncio.Event()
    step, times = script(stop, 3600.0, 0.0)
    await run(step, name="poll", stop=stop, max_wait=5.0)
    assert times == pytest.approx([0.0, 5.0])


async def test_a_wake_ends_the_waiting_no_earlier_than_the_shortest_wait() -> None:
    stop, wake = asyncio.Event(), asyncio.Event()
    step, times = script(stop, 4.0, 4.0, 0.01, 4.0)
    for seconds in (0.1, 0.2, 2.0):
        asyncio.get_running_loop().call_later(seconds, wake.set)
    await run(step, name="deliver", stop=stop, wake=wake, min_wait=0.5)
    assert times == pytest.approx([0.0, 0.5, 2.0, 2.5])


async def test_the_shortest_wait_does_not_hold_up_the_end() -> None:
    stop = asyncio.Event()
    step, times = script(stop, 4.0, 4.0)
    asyncio.get_running_loop().call_later(0.2, stop.set)
    before = asyncio.get_running_loop().time()
    await run(step, name="deliver", stop=stop, min_wait=3.0)
    assert times == [before]
    assert asyncio.get_running_loop().time() == pytest.approx(before + 0.2)


async def test_a_wake_ends_the_waiting_at_once_and_only_once() -> None:
    stop, wake = asyncio.Event(), asyncio.Event()
    step, times = script(stop, 4.0, 4.0, 4.0)
    asyncio.get_running_loop().call_later(1.0, wake.set)
    await run(step, name="poll", stop=stop, wake=wake)
    assert times == pytest.approx([0.0, 1.0, 5.0])


async def test_a_wake_during_a_step_brings_another() -> None:
    stop, wake = asyncio.Event(), asyncio.Event()
    times: list[float] = []

    async def step() -> float:
        times.append(asyncio.get_running_loop().time())
        await asyncio.sleep(1.0)
        (wake if len(times) == 1 else stop).set()
        return 4.0

    await run(step, name="poll", stop=stop, wake=wake)
    assert times == pytest.approx([0.0, 1.0])


async def test_a_stop_ends_the_wait_at_once_and_finishes_the_running_step() -> None:
    stop = asyncio.Event()
    finished: list[float] = []

    async def step() -> float:
        await asyncio.sleep(2.0)
        finished.append(asyncio.get_running_loop().time())
        return 60.0

    asyncio.get_running_loop().call_later(1.0, stop.set)
    await run(step, name="poll", stop=stop)
    assert finished == pytest.approx([2.0])
    assert asyncio.get_running_loop().time() == pytest.approx(2.0)


async def test_a_loop_that_is_stopped_before_it_began_takes_no_step() -> None:
    stop = asyncio.Event()
    stop.set()
    step, times = script(stop, 1.0)
    await run(step, name="poll", stop=stop)
    assert times == []


async def test_a_crashing_step_is_repeated_with_growing_waits_that_a_wake_does_not_shorten() -> None:
    stop, wake = asyncio.Event(), asyncio.Event()
    counted: list[tuple[str, bool]] = []
    oops = ValueError("oops")
    step, times = script(stop, oops, oops, oops, 1.0, oops, 0.0)
    wake.set()
    asyncio.get_running_loop().call_later(0.1, wake.set)
    await run(step, name="poll", stop=stop, wake=wake, count=lambda name, crashed: counted.append((name, crashed)))
    assert times == pytest.approx([0.0, 0.5, 1.5, 3.5, 4.5, 5.0])
    assert counted == [("poll", crashed) for crashed in (True, True, True, False, True, False)]


async def test_the_wait_after_many_crashes_stays_within_half_a_minute() -> None:
    stop = asyncio.Event()
    step, times = script(stop, *[ValueError("oops")] * 20, 0.0)
    await run(step, name="poll", stop=stop)
    assert times[-1] - times[-2] == pytest.approx(30.0)


async def test_a_row_of_crashes_is_logged_when_it_starts_and_when_it_is_over(logged: list[EventDict]) -> None:
    stop = asyncio.Event()
    step, _ = script(stop, ValueError("oops"), ValueError("oops"), 0.0, 0.0)
    await run(step, name="poll", stop=stop)
    assert [(line["event"], line["log_level"]) for line in logged] == [
        ("loop_crashes", "error"),
        ("loop_crashes_again", "warning"),
        ("loop_is_back", "info"),
    ]


async def test_a_turn_that_takes_too_long_is_logged(logged: list[EventDict]) -> None:
    stop = asyncio.Event()

    async def step() -> float:
        await asyncio.sleep(12.0)
        stop.set()
        return 0.0

    await run(step, name="poll", stop=stop)
    assert logged == [{"event": "turn_is_slow", "log_level": "warning", "loop": "poll", "seconds": 12.0}]


async def test_the_heartbeat_knows_how_long_a_loop_is_silent() -> None:
    stop, beat = asyncio.Event(), Heartbeat("poll")
    step, _ = script(stop, 2.0, 0.0)
    assert beat.silent_for(7.0) == 7.0
    await run(step, name="poll", stop=stop, heartbeat=beat)
    assert (beat.started, beat.last_turn, beat.silent_for(5.0)) == pytest.approx((0.0, 2.0, 3.0))


async def test_the_lag_is_by_how_much_a_turn_comes_later_than_the_one_before_asked_for() -> None:
    late: list[float] = []
    lag = Lag(late.append)
    for extra in (0.25, 0.0):
        await asyncio.sleep(await lag.step() + extra)
    await lag.step()
    assert late == pytest.approx([0.25, 0.0])


async def test_cancelling_is_not_mistaken_for_a_crash() -> None:
    task = asyncio.ensure_future(run(lambda: asyncio.sleep(60, 1.0), name="poll", stop=asyncio.Event()))
    await asyncio.sleep(1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_step_that_never_ends_makes_its_loop_hang() -> None:
    beat, never = Heartbeat("poll"), asyncio.Event()
    clock = asyncio.get_running_loop().time

    async def step() -> float:
        await never.wait()
        return 0.0

    turning = asyncio.ensure_future(run(step, name="poll", stop=asyncio.Event(), heartbeat=beat))
    await asyncio.sleep(90.0)
    assert beat.trouble(clock()) is None
    await asyncio.sleep(1.0)
    assert beat.trouble(clock()) == "the loop poll has not turned for 91 seconds"
    turning.cancel()


async def test_a_loop_is_in_trouble_after_five_crashes_in_a_row_until_a_turn_succeeds() -> None:
    stop, beat = asyncio.Event(), Heartbeat("poll")
    troubles: list[str | None] = []
    step, _ = script(stop, *[ValueError("oops")] * 6, 0.0)

    def note(_name: str, _crashed: bool) -> None:
        troubles.append(beat.trouble(asyncio.get_running_loop().time()))

    await run(step, name="poll", stop=stop, heartbeat=beat, count=note)
    crashed = "the loop poll has crashed {} times in a row".format
    assert troubles == [None, None, None, None, crashed(5), crashed(6), None]
