"""Metrics of calls to Slack, and of the messages posted and edited by them."""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager

from prometheus_client import Counter, Gauge

from bot.metrics.families import Families

#: buckets in seconds
_AGE = (0.5, 1, 2, 3, 5, 10, 30, 60, 300, 1800)


class SlackMetrics:
    """What is asked of Slack, what it answers, and what Slack still allows."""

    def __init__(self, families: Families, in_flight: Gauge, rate_limited: Counter) -> None:
        self._in_flight = in_flight.labels("slack")
        self._rate_limited = rate_limited.labels("slack")
        self._calls = families.counter("slack_calls", "Calls to Slack, by method and answer.", "method", "answer")
        self._budget_left = families.gauge(
            "slack_budget_left",
            "Calls that may be made at once, by method; of the workspaces of this process the one with the fewest.",
            "method",
        )
        self._posted = families.counter("messages_posted", "Messages posted to Slack, by kind.", "kind")
        self._age = families.histogram("message_age_seconds", "From planned to posted, by kind.", _AGE, "kind")
        self._edited = families.counter("messages_edited", "Messages edited in Slack, by kind.", "kind")

    def expect(self, method: str, answers: Iterable[str]) -> None:
        """Count these answers of a method from 0, before the first of them."""
        for answer in answers:
            self._calls.labels(method, answer)

    def call(self, method: str, answer: str) -> None:
        """Count a call. `answer` is `ok` or the error's label."""
        self._calls.labels(method, answer).inc()
        if answer == "rate_limited":
            self._rate_limited.inc()

    def in_flight(self) -> AbstractContextManager[object]:
        """Count a request as under way within the context."""
        return self._in_flight.track_inprogress()

    def budget_left(self, method: str, left: Callable[[], float]) -> None:
        """Ask this for the number of calls that may be made at once whenever the metrics are read."""
        self._budget_left.labels(method).set_function(left)

    def posted(self, kind: str, *, age: float) -> None:
        """Count a posted message. `age` is the seconds since it was planned."""
        self._posted.labels(kind).inc()
        self._age.labels(kind).observe(max(0.0, age))

    def edited(self, kind: str) -> None:
        """Count an edited message."""
        self._edited.labels(kind).inc()
