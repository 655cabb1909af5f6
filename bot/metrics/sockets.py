"""Metrics of Socket Mode."""

from collections.abc import Callable

from bot.metrics.families import Families


class SocketMetrics:
    """Connections, and the envelopes that come over them."""

    def __init__(self, families: Families) -> None:
        self._open = families.gauge("sockets_open", "Connections of Socket Mode that are open.")
        self._opened = families.counter("sockets_opened", "Tries to open a connection of Socket Mode.", "result")
        self._envelopes = families.counter(
            "envelopes", "Envelopes of Socket Mode, by kind and result.", "kind", "result"
        )

    def open(self, count: Callable[[], float]) -> None:
        """Ask this for the number of open connections whenever the metrics are read."""
        self._open.set_function(count)

    def opened(self, result: str) -> None:
        """Count a try to open a connection: `ok` or `failed`."""
        self._opened.labels(result).inc()

    def envelope(self, kind: str, result: str) -> None:
        """Count an envelope. `result` is `acknowledged` or `not_acknowledged`."""
        self._envelopes.labels(kind, result).inc()
