"""Rate limits of Slack: calls a minute per method and workspace, one message a second per channel.

Documented (https://docs.slack.dev/apis/web-api/rate-limits): tier 2 is 20 and more a minute, tier 3 50, tier 4 100,
posting about one message a second per channel and several hundred a minute per workspace. Chosen here: a sliding
minute without any burst on top; 300 for "several hundred"; a channel takes one message a second on average; each
limit lets a call through `jitter` seconds early, because the network delays calls unevenly. Calls that Slack refuses
for another reason count, those that are rate limited do not.
"""

import math
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

#: calls a minute
TIER_2 = 20
TIER_3 = 50
TIER_4 = 100
POSTS_PER_MINUTE = 300
MINUTE = 60.0
#: seconds: so short a wait is an error of rounding
_NOTHING = 1e-6


@dataclass(kw_only=True)
class RateLimits:
    """The limits, which may be changed while the simulator runs; `clock` in seconds."""

    clock: Callable[[], float]
    enabled: bool = True
    #: method -> calls a minute, instead of what its tier allows
    per_minute: dict[str, int] = field(default_factory=dict)
    #: seconds
    jitter: float = 0.25
    #: method -> calls answered with 429
    refused: Counter[str] = field(default_factory=Counter)
    _minutes: dict[tuple[str, str], deque[float]] = field(default_factory=dict)
    _channels: dict[tuple[str, str], float] = field(default_factory=dict)

    def wait(self, team_id: str, method: str, tier: int | None, channel: str | None = None) -> int | None:
        """Count the call and return None, or return Retry-After in whole seconds.

        `channel` is given only for chat.postMessage.
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
            self._channels[team_id, channel] = max(due, now) + 1
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
        return due - self.jitter - now

    def report(self) -> Mapping[str, int]:
        """Return method -> calls answered with 429."""
        return dict(self.refused)
