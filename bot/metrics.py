"""Prometheus metrics of this process."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import cache

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from prometheus_client.exposition import generate_latest

#: buckets in seconds; looks are due every 2 to 60 s, so a tenth of a second late is little and a minute is much
_LATENESS = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)
_DURATION = (0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8)
_AGE = (0.5, 1, 2, 3, 5, 10, 30, 60, 300, 1800)


class Metrics:
    """Counters and histograms. Labels come from small closed sets, never from a task, channel, user or title."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        # What is counted for each look finds its labels once.
        self._looks = cache(self._counter("looks", "Looks at Confluence, by the kind of result.", "result").labels)
        self._lateness = self._histogram("look_lateness_seconds", "From due to asked.", _LATENESS)
        self._look_duration = self._histogram("look_duration_seconds", "From asked to answered.", _DURATION)
        self._in_flight = Gauge(
            "longtask_in_flight", "Requests under way, by the system asked.", ("system",), registry=self._registry
        )
        self._slack_calls = self._counter(
            "slack_calls", "Calls to Slack, by method and kind of answer.", "method", "answer"
        )
        self._rate_limited = self._counter("rate_limited", "Answers 429, by the system that gave them.", "system")
        self._messages_posted = self._counter("messages_posted", "Messages posted to Slack, by kind.", "kind")
        self._message_age = self._histogram("message_age_seconds", "From planned to posted, by kind.", _AGE, "kind")
        self._messages_edited = self._counter("messages_edited", "Messages edited in Slack, by kind.", "kind")
        self._set_aside = self._counter("rows_set_aside", "Rows that kept crashing their step, by step.", "step")
        self._commands = self._counter("commands", "Commands, by verb and result.", "verb", "result")
        self._acknowledgement = self._histogram(
            "acknowledgement_seconds", "From a command's arrival to its acknowledgement.", _DURATION
        )
        self._unknown_keys = self._counter(
            "unknown_status_keys", "Status keys from Confluence that are in no table of the bot."
        )
        self._dropped_parts = self._counter("dropped_parts", "Parts of Confluence's answers that were unreadable.")
        self._sockets_open = Gauge(
            "longtask_sockets_open", "Connections of Socket Mode that are open.", registry=self._registry
        )
        self._sockets_opened = self._counter("sockets_opened", "Tries to open a connection of Socket Mode.", "result")
        self._envelopes = self._counter("envelopes", "Envelopes of Socket Mode, by kind and result.", "kind", "result")
        self._turns = self._counter("turns", "Turns of a loop.", "loop")
        self._crashed_turns = self._counter(
            "crashed_turns", "Turns of a loop that ended in an unexpected exception.", "loop"
        )

    def _counter(self, name: str, meaning: str, *labels: str) -> Counter:
        return Counter(f"longtask_{name}", meaning, labels, registry=self._registry)

    def _histogram(self, name: str, meaning: str, buckets: tuple[float, ...], *labels: str) -> Histogram:
        return Histogram(f"longtask_{name}", meaning, labels, buckets=buckets, registry=self._registry)

    def look(self, result: str, *, lateness: float, duration: float) -> None:
        """Count a look by the name of its result's type. `lateness` and `duration` are seconds."""
        self._looks(result).inc()
        self._lateness.observe(max(0.0, lateness))
        self._look_duration.observe(max(0.0, duration))
        if result == "RateLimited":
            self._rate_limited.labels("confluence").inc()

    def looks_in_flight(self, count: Callable[[], float]) -> None:
        """Ask this for the number of looks under way whenever the metrics are read."""
        self._in_flight.labels("confluence").set_function(count)

    def in_flight(self, system: str) -> AbstractContextManager[object]:
        """Count a request to a system as under way within the context."""
        return self._in_flight.labels(system).track_inprogress()

    def slack_call(self, method: str, answer: str) -> None:
        """Count a call to Slack. `answer` is `ok` or the error's label."""
        self._slack_calls.labels(method, answer).inc()
        if answer == "rate_limited":
            self._rate_limited.labels("slack").inc()

    def message_posted(self, kind: str, *, age: float) -> None:
        """Count a posted message. `age` is the seconds since it was planned."""
        self._messages_posted.labels(kind).inc()
        self._message_age.labels(kind).observe(max(0.0, age))

    def message_edited(self, kind: str) -> None:
        """Count an edited message."""
        self._messages_edited.labels(kind).inc()

    def set_aside(self, step: str) -> None:
        """Count a row that was set aside because it crashed its step too often."""
        self._set_aside.labels(step).inc()

    def command(self, verb: str, result: str) -> None:
        """Count a command. `verb` is one of those the bot knows."""
        self._commands.labels(verb, result).inc()

    def acknowledged(self, seconds: float) -> None:
        """Count a command that was acknowledged so many seconds after it arrived."""
        self._acknowledgement.observe(max(0.0, seconds))

    def unread(self, *, unknown_keys: int = 0, dropped_parts: int = 0) -> None:
        """Count what the bot could not read of an answer from Confluence."""
        self._unknown_keys.inc(unknown_keys)
        self._dropped_parts.inc(dropped_parts)

    def sockets_open(self, count: Callable[[], float]) -> None:
        """Ask this for the number of open connections of Socket Mode whenever the metrics are read."""
        self._sockets_open.set_function(count)

    def socket_opened(self, result: str) -> None:
        """Count a try to open a connection of Socket Mode: `ok` or `failed`."""
        self._sockets_opened.labels(result).inc()

    def envelope(self, kind: str, result: str) -> None:
        """Count an envelope of Socket Mode. `result` is `acknowledged` or `not_acknowledged`."""
        self._envelopes.labels(kind, result).inc()

    def turn(self, loop: str, crashed: bool) -> None:
        """Count a turn of a loop."""
        self._turns.labels(loop).inc()
        if crashed:
            self._crashed_turns.labels(loop).inc()

    def render(self) -> bytes:
        """All metrics in Prometheus's text format."""
        return generate_latest(self._registry)
