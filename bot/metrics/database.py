"""Metrics of the database."""

from collections.abc import Callable
from enum import StrEnum
from time import perf_counter

from bot.metrics.families import Families

#: buckets in seconds
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)


class Access(StrEnum):
    """What a transaction does."""

    READ = "read"
    WRITE = "write"


class DatabaseMetrics:
    """How long transactions take, and which fail."""

    def __init__(self, families: Families) -> None:
        #: seconds since any moment
        self.clock: Callable[[], float] = perf_counter
        seconds = families.histogram(
            "database_seconds", "From the beginning of a transaction to its end, by access.", _SECONDS, "access"
        )
        wait = families.histogram(
            "database_wait_seconds", "What a transaction waits for a connection, by access.", _SECONDS, "access"
        )
        failures = families.counter(
            "database_failures", "Transactions that failed: the database is away, or takes no writes.", "reason"
        )
        self._seconds = {access: seconds.labels(access.value) for access in Access}
        self._wait = {access: wait.labels(access.value) for access in Access}
        self._failures = {reason: failures.labels(reason) for reason in ("away", "takes_no_writes")}

    def waited(self, access: Access, seconds: float) -> None:
        """Note how long a transaction waited for a connection."""
        self._wait[access].observe(seconds)

    def took(self, access: Access, seconds: float) -> None:
        """Note how long a transaction took, without its wait."""
        self._seconds[access].observe(seconds)

    def failed(self, *, takes_no_writes: bool) -> None:
        """Count a transaction that failed because of the database."""
        self._failures["takes_no_writes" if takes_no_writes else "away"].inc()
