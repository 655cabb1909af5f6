"""Metrics of what people ask for, and of the threads that come of it."""

from bot.metrics.families import DURATION, Families


class CommandMetrics:
    """Commands, and how the threads that follow end."""

    def __init__(self, families: Families) -> None:
        self._carried_out = families.counter("commands", "Commands, by verb and result.", "verb", "result")
        self._not_stored = families.counter(
            "commands_not_stored", "Commands that could not be stored: nothing was started."
        )
        self._acknowledgement = families.histogram(
            "acknowledgement_seconds", "From a command's arrival to its acknowledgement.", DURATION
        )
        self._ended = families.counter("subscriptions_ended", "Threads that follow no more, by outcome.", "outcome")

    def carried_out(self, verb: str, result: str) -> None:
        """Count a command. `verb` is one of those the bot knows; `result`: `answered`, `crashed` or `given_up`."""
        self._carried_out.labels(verb, result).inc()

    def not_stored(self) -> None:
        """Count a command that could not be stored."""
        self._not_stored.inc()

    def acknowledged(self, seconds: float) -> None:
        """Count a command that was acknowledged so many seconds after it arrived."""
        self._acknowledgement.observe(max(0.0, seconds))

    def ended(self, outcome: str, threads: int = 1) -> None:
        """Count threads that have ended. `outcome` is that of the long task, or `lost` for a thread that was lost."""
        self._ended.labels(outcome).inc(threads)
