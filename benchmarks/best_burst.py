"""The best possible in a burst: the order of posts, as fast as the budget allows, in calls that take no time."""

from collections import deque
from collections.abc import Sequence

from bot.domain.pacing import A_POST_MORE, LIMITS, Method


def p99(seconds: Sequence[float]) -> float:
    """The time within which 99 % are done."""
    return sorted(seconds)[int(len(seconds) * 0.99)]


def best(ends: Sequence[float], *, full: bool) -> list[float]:
    """How long each end waits for its completion (seconds).

    `ends`: seconds after the follows; `full`: whether the budget of posts is full then, or empty.
    """
    limit, threads = LIMITS[Method.POST], range(len(ends))
    tokens, at, waits = float(limit.burst if full else 0), 0.0, list[float]()
    rooted, carded, completed = set[int](), set[int](), set[int]()
    roots = deque(threads)
    while len(completed) < len(ends):
        if tokens < 1:
            at, tokens = at + (1 - tokens) * limit.spacing, 1.0
        over = [number for number in threads if ends[number] <= at and number not in completed]
        over.sort(key=lambda number: ends[number] + (A_POST_MORE.total_seconds() if number not in rooted else 0))
        roots = deque(number for number in roots if number not in rooted)
        cards = [number for number in threads if number in rooted - carded - completed and ends[number] > at]
        if over and over[0] in rooted:
            completed.add(over[0])
            waits.append(at - ends[over[0]])
        elif over or roots:
            rooted.add((over or roots)[0])
        elif cards:
            carded.add(cards[0])
        else:
            coming = min(end for end in ends if end > at)
            tokens = min(limit.burst, tokens + (coming - at) / limit.spacing)
            at = coming
            continue
        tokens -= 1
    return waits
