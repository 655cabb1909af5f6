"""Count the lines of a place in the code that come too often, instead of writing them."""

from collections import OrderedDict
from dataclasses import dataclass
from typing import NamedTuple

#: lines of one place that are written in a minute
MOST = 60
#: seconds
MINUTE = 60.0
#: places that are counted at once
PLACES = 1000


class Repeat(NamedTuple):
    """Lines of a place that were not written."""

    place: str
    times: int


@dataclass
class _Count:
    since: float
    lines: int = 0


class Repeats:
    """Counts the lines of each place from its first one on, for a minute. Times are seconds of any clock."""

    def __init__(self, *, most: int = MOST, places: int = PLACES) -> None:
        """Write at most `most` lines of a place in a minute, and remember at most so many `places`."""
        self._most = most
        self._places = places
        self._counts: OrderedDict[str, _Count] = OrderedDict()

    def admits(self, place: str, now: float) -> bool:
        """Count a line; false if it is not to be written."""
        count = self._counts.get(place)
        if count is None or now - count.since >= MINUTE:
            self._counts.pop(place, None)
            count = self._counts[place] = _Count(now)
        count.lines += 1
        return count.lines <= self._most

    def over(self, now: float) -> list[Repeat]:
        """Forget the places whose minute is over, and the oldest if there are too many; returns what was not written.

        To be called before each line is counted.
        """
        repeats = []
        while self._counts:
            place, count = next(iter(self._counts.items()))
            if now - count.since < MINUTE and len(self._counts) < self._places:
                break
            del self._counts[place]
            if count.lines > self._most:
                repeats.append(Repeat(place, count.lines - self._most))
        return repeats
