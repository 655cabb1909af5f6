"""Slack's rate limits: so many calls a minute per method and workspace, one message a second per channel.

Documented (https://docs.slack.dev/apis/web-api/rate-limits): tier 3 is 50 and more a minute, tier 4 100 and more,
posting about one message a second per channel and several hundred a minute per workspace. Chosen here: a sliding
minute without any burst on top; 300 for "several hundred"; a channel takes one message a second on average,
`post_burst` at once; all of it with `jitter` seconds of mercy for the network's unevenness. Calls that Slack
refuses for another reason count, those that are rate limited do not.
"""

import math
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

TIER_1 = 1
TIER_2 = 20
TIER_3 = 50
TIER_4 = 100
POSTS_PER_MINUTE = 300
MINUTE = 60.0
#: seconds; a wait that short is rounding, not a limit
_NOTHING = 1e-6


@dataclass(kw_only=True)
class Limits:
    """How often each method may be called; may be changed while the simulator runs."""

    clock: Callable[[], float]
    enabled: bool = True
    #: method -> calls a minute, over what the method's tier says
    per_minute: dict[str, int] = field(default_factory=dict)
    #: messages a second in one channel, on average
    post_per_second: float = 1.0
    #: messages that may come at once in one channel
    post_burst: int = 1
    #: seconds
    jitter: float = 0.25
    #: method -> calls answered with 429
    refused: Counter[str] = field(default_factory=Counter)
    _minutes: dict[tuple[str, str], deque[float]] = field(default_factory=dict)
    _channels: dict[tuple[str, str], float] = field(default_factory=dict)

    def wait(self, team_id: str, method: str, tier: int | None, channel: str | None = None) -> int | None:
        """None where the call is let through (and counted), else Retry-After in whole seconds.

        `channel` is named for chat.postMessage alone.
        """
        if not self.enabled:
            return None
        now = self.clock()
        waits = [self._of_the_minute(team_id, method, self.per_minute.get(method, tier), now)]
        if channel is not None:
            waits.append(self._of_the_channel(team_id, channel, now))
        if max(waits) > _NOTHING:
            self.refused[method] += 1
            return max(1, math.ceil(max(waits)))
        self._minutes.setdefault((team_id, method), deque()).append(now)
        if channel is not None:
            due = self._channels.get((team_id, channel), now)
            self._channels[team_id, channel] = max(due, now) + 1 / self.post_per_second
        return None

    def _of_the_minute(self, team_id: str, method: str, most: int | None, now: float) -> float:
        calls = self._minutes.get((team_id, method))
        if most is None or calls is None:
            return 0.0
        while calls and calls[0] <= now - (MINUTE - self.jitter) + _NOTHING:
            calls.popleft()
        return 0.0 if len(calls) < most else calls[len(calls) - most] + MINUTE - self.jitter - now

    def _of_the_channel(self, team_id: str, channel: str, now: float) -> float:
        due = self._channels.get((team_id, channel), now)
        mercy = (self.post_burst - 1) / self.post_per_second + self.jitter
        return due - mercy - now

    def report(self) -> Mapping[str, int]:
        """Method -> calls answered with 429."""
        return dict(self.refused)
