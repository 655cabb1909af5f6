"""Metrics of loops, claims and crashes."""

from collections.abc import Callable

from bot.metrics.families import Families

#: buckets in seconds; a loop that is late by half a second holds up acknowledgements, for which people wait
_LAG = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)
#: where rows are set aside
_STEPS = ("poll", "deliver")


class WorkMetrics:
    """How the work of this process goes on."""

    def __init__(self, families: Families) -> None:
        self._turns = families.counter("turns", "Turns of a loop.", "loop")
        self._crashed_turns = families.counter(
            "crashed_turns", "Turns of a loop that ended in an unexpected exception.", "loop"
        )
        self._lag = families.histogram("loop_lag_seconds", "How late the event loop calls back.", _LAG)
        self._claims = families.gauge("claims", "Claims that this process holds, by table.", "table")
        self._claims_lost = families.counter(
            "claims_lost", "Claims that another process took while this one held them, by table.", "table"
        )
        self._crashes = families.counter(
            "crashes", "Work on claimed rows that ended in an unexpected exception, by table.", "table"
        )
        self._set_aside = families.counter("rows_set_aside", "Rows that kept crashing their step, by step.", "step")
        for step in _STEPS:
            self._set_aside.labels(step)

    def turn(self, loop: str, crashed: bool) -> None:
        """Count a turn of a loop."""
        self._turns.labels(loop).inc()
        crashes = self._crashed_turns.labels(loop)
        if crashed:
            crashes.inc()

    def lag(self, seconds: float) -> None:
        """Note by how many seconds the event loop was late."""
        self._lag.observe(max(0.0, seconds))

    def claims(self, table: str, held: Callable[[], float]) -> None:
        """Ask this for the number of claims on rows of a table whenever the metrics are read."""
        self._claims.labels(table).set_function(held)
        self._claims_lost.labels(table)
        self._crashes.labels(table)

    def claims_lost(self, table: str, count: int) -> None:
        """Count claims that another process has now."""
        self._claims_lost.labels(table).inc(count)

    def crashed(self, table: str) -> None:
        """Count work on a row of a table that crashed."""
        self._crashes.labels(table).inc()

    def set_aside(self, step: str) -> None:
        """Count a row that was set aside because it crashed its step too often."""
        self._set_aside.labels(step).inc()
