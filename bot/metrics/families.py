"""Families of metrics in one registry."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from prometheus_client.exposition import generate_latest

#: buckets in seconds of what a person, Slack or Confluence waits for
DURATION = (0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8)


class Families:
    """Makes families, each with the prefix `longtask_`, and renders all of them."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)

    def counter(self, name: str, meaning: str, *labels: str) -> Counter:
        """A counter; Prometheus adds `_total` to its name."""
        return Counter(f"longtask_{name}", meaning, labels, registry=self.registry)

    def gauge(self, name: str, meaning: str, *labels: str) -> Gauge:
        """A number that goes up and down."""
        return Gauge(f"longtask_{name}", meaning, labels, registry=self.registry)

    def histogram(self, name: str, meaning: str, buckets: tuple[float, ...], *labels: str) -> Histogram:
        """Numbers counted by bucket; `buckets` are upper bounds."""
        return Histogram(f"longtask_{name}", meaning, labels, buckets=buckets, registry=self.registry)

    def render(self) -> bytes:
        """All families in Prometheus's text format."""
        return generate_latest(self.registry)
