"""Figure 6: posts and edits in one busy workspace, by the real deliverer on a passed-in clock."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from typing import Any

import structlog
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient

from benchmarks import Row, alone, fresh_seed
from benchmarks.busy_workspace import (
    CHANNELS,
    OWNER,
    THREADS,
    TOKEN,
    Change,
    Clock,
    Workspace,
    changes,
    look,
    stale,
    store,
)
from benchmarks.delivering import delivering, turn
from bot.clients.slack.session import open_session
from bot.deliver import Deliverer
from bot.domain.message_kinds import RULES, MessageKind
from sandbox.slack import SlackSimulator

#: simulated seconds: long tasks take up to hours
LASTS = 3 * 3600.0
#: simulated seconds between two measurements of what is stale, in the second half
SAMPLED = 30.0
EDITS_A_MINUTE = 50
KEPT_TRUE = [kind for kind, rules in RULES.items() if rules.edit_rank is not None]


@dataclass(kw_only=True)
class Result:
    """What came of a run."""

    #: seconds from the look that saw an end to its completion; of those not posted, to the end of the run
    completions: list[float] = field(default_factory=list)
    missing: int = 0
    refused: int = 0
    #: mean number of stale messages, and their mean age in seconds
    stale: float = 0.0
    age: float = 0.0

    @property
    def p99(self) -> float:
        """Seconds."""
        return sorted(self.completions)[int(len(self.completions) * 0.99)]

    @property
    def age_of_best(self) -> float:
        """Mean age of what is stale, of the best possible: all in turn, 50 a minute."""
        return self.age / (self.stale / EDITS_A_MINUTE * 60 / 2)

    def add_completions(self, workspace: Workspace, ended: dict[int, float], until: float) -> None:
        """How long each end waited for its completion."""
        for thread, at in ended.items():
            completed = workspace.completed_at(thread)
            self.missing += completed is None
            self.completions.append((until if completed is None else completed) - at)
        self.refused = sum(workspace.slack.limits.report().values())


async def bot(seed: int, lasts: float, *, growing: bool = False) -> Result:
    """The real deliverer; of cards, or, where replies about warnings are `growing` too, of all that is kept true."""
    clock, result = Clock(), Result()
    async with delivering(clock) as (deliverer, slack):
        workspace = Workspace(clock=clock, slack=slack)
        workspace.fill()
        await store(deliverer.deps.database, workspace)
        coming = deque(changes(seed, lasts))
        ended = await _deliver(deliverer, clock, result, coming, lasts=lasts, growing=growing)
        result.add_completions(workspace, ended, lasts)
    return result


async def _deliver(
    deliverer: Deliverer, clock: Clock, result: Result, coming: deque[Change], *, lasts: float, growing: bool
) -> dict[int, float]:
    """Let everything change and be delivered; returns when each long task was seen to have ended."""
    kinds = KEPT_TRUE if growing else [MessageKind.CARD]
    ended: dict[int, float] = {}
    samples: list[tuple[int, float]] = []
    renew_at, sample_at = 0.0, lasts / 2
    while clock.at < lasts:
        changed = []
        while coming and coming[0].at <= clock.at:
            changed.append(coming.popleft())
        if changed:
            await look(deliverer.deps.database, changed, clock.now(), growing=growing)
            ended |= {one.thread: clock.at for one in changed if one.ends}
        if clock.at >= renew_at:
            renew_at = clock.at + await deliverer.renew_step()
        wait = await turn(deliverer)
        if clock.at >= sample_at:
            sample_at = clock.at + SAMPLED
            samples.append(await stale(deliverer.deps.database, kinds, clock.now()))
        # Looks are written in batches, and the end of a batch wakes the deliverer.
        until_end = next((one.at - clock.at for one in coming if one.ends), wait) if coming else wait
        clock.at += max(0.05, min(wait, until_end))
    result.stale = sum(count for count, _ in samples) / len(samples)
    result.age = sum(count * age for count, age in samples) / max(sum(count for count, _ in samples), 1)
    return ended


class OnTheClock(AsyncRateLimitErrorRetryHandler):
    """The SDK's own handler for 429, for which the passed-in clock moves instead of the time."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(max_retry_count=1000)
        self._clock = clock

    async def prepare_for_next_attempt_async(self, *, state: Any, response: Any = None, **_: Any) -> None:
        """Wait for Retry-After."""
        headers = {name.lower(): value for name, value in response.headers.items()}
        wait = headers["retry-after"]
        self._clock.at += float(wait[0] if isinstance(wait, list) else wait)
        state.next_attempt_requested = True
        state.increment_current_attempt()


async def peer(seed: int, lasts: float) -> Result:
    """First come, first served: each change is a call in a queue, and the SDK waits out each 429."""
    clock, result, ended = Clock(), Result(), dict[int, float]()
    async with SlackSimulator(clock=clock.seconds) as slack, open_session(slack.api_url) as session:
        workspace = Workspace(clock=clock, slack=slack)
        workspace.fill()
        client = AsyncWebClient(
            token=TOKEN, base_url=slack.api_url, session=session, retry_handlers=[OnTheClock(clock)]
        )
        coming = deque(changes(seed, lasts))
        queue: deque[Callable[[], Awaitable[object]]] = deque()
        while clock.at < lasts:
            while coming and coming[0].at <= clock.at:
                one = coming.popleft()
                queue.extend(_calls(client, workspace, one))
                if one.ends:
                    ended[one.thread] = one.at
            if queue:
                await queue.popleft()()
            elif coming:
                clock.at = max(clock.at, coming[0].at)
            else:
                break
        result.add_completions(workspace, ended, lasts)
    return result


def _calls(client: AsyncWebClient, workspace: Workspace, one: Change) -> Iterator[Callable[[], Awaitable[object]]]:
    """The calls that a change leads to, in the order in which one would make them."""
    channel, root, card = workspace.channel(one.thread), workspace.roots[one.thread], workspace.cards[one.thread]
    yield lambda: client.chat_update(channel=channel, ts=card, text=f"{one.percent} %")
    if one.ends:
        text = f"<@{OWNER}> finished, with five kinds of findings"
        yield lambda: client.chat_postMessage(channel=channel, thread_ts=root, text=text)
        yield lambda: client.chat_update(channel=channel, ts=root, text="finished")


def _run(run: Callable[..., Coroutine[Any, Any, Result]], seed: int, lasts: float, **how: bool) -> Result:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    return asyncio.run(run(seed, lasts, **how))


def measure(seed: int | None = None, *, lasts: float = LASTS) -> Row:
    """Hours of one workspace: three runs side by side, since their clock is passed in."""
    seed = fresh_seed() if seed is None else seed
    with ProcessPoolExecutor(3, mp_context=get_context("spawn")) as pool:
        runs = (
            pool.submit(_run, bot, seed, lasts),
            pool.submit(_run, bot, seed, lasts, growing=True),
            pool.submit(_run, peer, seed, lasts),
        )
        ours, growing, theirs = (run.result() for run in runs)
    return Row(
        number="6",
        what=f"delivery: {THREADS:,} long tasks, {CHANNELS} channels, {lasts / 3600:.0f} hours (seed {seed})",
        figure=(
            f"completion posted p99 {ours.p99:.1f} s after it was seen; {ours.missing} missing; {ours.refused} refused;"
            f" mean age of stale cards {ours.age_of_best:.2f} times the best possible ({ours.stale:.0f} stale);"
            f" where replies about warnings grow in a third: p99 {growing.p99:.1f} s, {growing.refused} refused,"
            f" mean age of all that is stale {growing.age_of_best:.2f} times ({growing.stale:.0f} stale)"
        ),
        peer=(
            f"first come, first served with the SDK's retry handler: p99 at least {theirs.p99 / 60:.0f} min,"
            f" {theirs.missing} of {len(theirs.completions)} missing at the end; {theirs.refused} refused"
        ),
        goal="p99 ≤ 3 s; none refused; ≤ 1.2 times",
        met=all(
            one.p99 <= 3 and not one.missing and not one.refused and one.age_of_best <= 1.2 for one in (ours, growing)
        ),
    )


if __name__ == "__main__":
    alone(measure)
