"""What is counted."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

CONTENT_TYPE = CONTENT_TYPE_LATEST

#: seconds; looks are due every 2 to 60 s, so a tenth of a second late is nothing and a minute is much
_LATENESS = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)
_DURATION = (0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8)
_AGE = (0.5, 1, 2, 3, 5, 10, 30, 60, 300, 1800)


class Metrics:
    """Counters of this process. Labels come from small closed sets, never from a task, channel, user or title."""

    def __init__(self) -> None:
        self._registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        self._looks = Counter(
            "longtask_looks", "Looks at Confluence by the kind of answer.", ("answer",), registry=registry
        )
        self._lateness = Histogram(
            "longtask_look_lateness_seconds", "From due to asked.", buckets=_LATENESS, registry=registry
        )
        self._look_duration = Histogram(
            "longtask_look_duration_seconds", "From asked to answered.", buckets=_DURATION, registry=registry
        )
        self._in_flight = Gauge(
            "longtask_in_flight", "Requests under way, by the system asked.", ("system",), registry=registry
        )
        self._slack_calls = Counter(
            "longtask_slack_calls",
            "Calls of Slack by method and kind of answer.",
            ("method", "answer"),
            registry=registry,
        )
        self._rate_limited = Counter(
            "longtask_rate_limited", "Answers 429, by the system that gave them.", ("system",), registry=registry
        )
        self._notices = Counter("longtask_notices_told", "Notices told, by kind.", ("kind",), registry=registry)
        self._notice_age = Histogram(
            "longtask_notice_age_seconds", "From noticed to told, by kind.", ("kind",), buckets=_AGE, registry=registry
        )
        self._edits = Counter("longtask_card_edits", "Cards edited.", registry=registry)
        self._set_aside = Counter(
            "longtask_rows_set_aside", "Rows that kept crashing their step, by the step.", ("step",), registry=registry
        )
        self._commands = Counter(
            "longtask_commands", "Commands by what was asked and how it went.", ("verb", "result"), registry=registry
        )
        self._acknowledged = Histogram(
            "longtask_acknowledgement_seconds",
            "From a command's arrival to its 200.",
            buckets=_DURATION,
            registry=registry,
        )
        self._unknown_keys = Counter(
            "longtask_unknown_status_keys", "Status keys Confluence sent that no table knows.", registry=registry
        )
        self._dropped_parts = Counter(
            "longtask_dropped_parts", "Parts of Confluence's answers that could not be read.", registry=registry
        )
        self._crashes = Counter(
            "longtask_crashed_turns",
            "Turns of a loop that ended in an unexpected exception.",
            ("loop",),
            registry=registry,
        )
        self._turns = Counter("longtask_turns", "Turns of a loop.", ("loop",), registry=registry)

    def look(self, answer: str, *, lateness: float, duration: float) -> None:
        """One look: the kind of answer (the name of its type), and seconds late and taken."""
        self._looks.labels(answer).inc()
        self._lateness.observe(max(0.0, lateness))
        self._look_duration.observe(max(0.0, duration))
        if answer == "RateLimited":
            self._rate_limited.labels("confluence").inc()

    def in_flight(self, system: str, change: int) -> None:
        """One more (+1) or less (-1) request under way, to `confluence` or `slack`."""
        self._in_flight.labels(system).inc(change)

    def slack_call(self, method: str, answer: str) -> None:
        """One call of Slack: its method and `ok` or the label of the error."""
        self._slack_calls.labels(method, answer).inc()
        if answer == "rate_limited":
            self._rate_limited.labels("slack").inc()

    def told(self, kind: str, *, age: float) -> None:
        """One notice told, so many seconds after what it tells was noticed."""
        self._notices.labels(kind).inc()
        self._notice_age.labels(kind).observe(max(0.0, age))

    def card_edited(self) -> None:
        """One card edited."""
        self._edits.inc()

    def set_aside(self, step: str) -> None:
        """One row set aside after it had crashed its step too often."""
        self._set_aside.labels(step).inc()

    def command(self, verb: str, result: str) -> None:
        """One command: what was asked, of the known verbs, and how it went."""
        self._commands.labels(verb, result).inc()

    def acknowledged(self, seconds: float) -> None:
        """One command acknowledged, so many seconds after it came."""
        self._acknowledged.observe(max(0.0, seconds))

    def unread(self, *, unknown_keys: int = 0, dropped_parts: int = 0) -> None:
        """What an answer of Confluence held that is not known or could not be read."""
        self._unknown_keys.inc(unknown_keys)
        self._dropped_parts.inc(dropped_parts)

    def turn(self, loop: str, *, crashed: bool) -> None:
        """One turn of a loop."""
        self._turns.labels(loop).inc()
        if crashed:
            self._crashes.labels(loop).inc()

    def render(self) -> bytes:
        """Everything in the text format of Prometheus."""
        return generate_latest(self._registry)
