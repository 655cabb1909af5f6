"""Metrics of looks at Confluence."""

from collections.abc import Callable
from functools import cache

from prometheus_client import Counter, Gauge

from bot.metrics.families import DURATION, Families

#: buckets in seconds; looks are due every 2 to 60 s, so a tenth of a second late is little and a minute is much
_LATENESS = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)


class LookMetrics:
    """What is asked of Confluence, and what it answers."""

    def __init__(self, families: Families, in_flight: Gauge, rate_limited: Counter) -> None:
        self._in_flight = in_flight.labels("confluence")
        self._rate_limited = rate_limited.labels("confluence")
        self._looks = families.counter("looks", "Looks at Confluence, by answer and site.", "result", "site")
        self._lateness = families.histogram("look_lateness_seconds", "From due to asked.", _LATENESS)
        self._duration = families.histogram("look_duration_seconds", "From asked to answered.", DURATION)
        self._unknown_keys = families.counter(
            "unknown_status_keys", "Status keys from Confluence that are in no table of the bot."
        )
        self._dropped_parts = families.counter("dropped_parts", "Parts of Confluence's answers that were unreadable.")
        # What is counted for each look finds its labels once.
        self._of_site = cache(self._by_result)

    def _by_result(self, site_id: int) -> Callable[[str], Counter]:
        """The counters of one site, by the kind of answer."""
        return cache(lambda result: self._looks.labels(result, site_id))

    def count(self, site_id: int, result: str, *, lateness: float, duration: float) -> None:
        """Count a look by the name of its result's type. `lateness` and `duration` are seconds."""
        self._of_site(site_id)(result).inc()
        self._lateness.observe(max(0.0, lateness))
        self._duration.observe(max(0.0, duration))
        if result == "RateLimited":
            self._rate_limited.inc()

    def under_way(self, count: Callable[[], float]) -> None:
        """Ask this for the number of looks under way whenever the metrics are read."""
        self._in_flight.set_function(count)

    def unread(self, *, unknown_keys: int = 0, dropped_parts: int = 0) -> None:
        """Count what the bot could not read of an answer from Confluence."""
        self._unknown_keys.inc(unknown_keys)
        self._dropped_parts.inc(dropped_parts)
