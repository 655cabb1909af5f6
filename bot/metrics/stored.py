"""Metrics that only the database knows."""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from bot.metrics.families import Families

#: what a metric is divided by: one label, or a tuple of several
Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True)
class Group:
    """Rows that wait: how many, and for how long the oldest of them has."""

    count: int = 0
    oldest: float = 0.0  #: seconds


@dataclass(frozen=True, kw_only=True)
class Stored:
    """What the database holds at one time. Sites are known by their ids, the rest by the values of enums."""

    unposted: Mapping[str, Group] = field(default_factory=dict)  #: by kind of message
    stale: Mapping[str, Group] = field(default_factory=dict)  #: by kind of message
    due_looks: Mapping[int, Group] = field(default_factory=dict)  #: by site
    site_down: Mapping[int, float] = field(default_factory=dict)  #: seconds, by site
    unanswered_commands: Group = Group()
    subscriptions: Mapping[str, int] = field(default_factory=dict)  #: by state
    workspaces: Mapping[str, int] = field(default_factory=dict)  #: by state
    accounts: Mapping[tuple[str, str], int] = field(default_factory=dict)  #: by kind and state
    pauses: Mapping[str, float] = field(default_factory=dict)  #: seconds that are left, by what is paused


class StoredMetrics(Collector):
    """Shows what was last read; nothing but that the database is away if it could not be."""

    def __init__(self, families: Families) -> None:
        self._stored: Stored | None = None
        families.registry.register(self)

    def show(self, stored: Stored | None) -> None:
        """Show this from now on; None if the database could not be read."""
        self._stored = stored

    def collect(self) -> Iterable[GaugeMetricFamily]:
        """The families with what was last read."""
        is_read, stored = self._stored is not None, self._stored or Stored()
        yield GaugeMetricFamily(
            "longtask_database_up", "Whether the database could be read for these metrics.", value=int(is_read)
        )
        yield from _groups("unposted_messages", "Messages that are not posted yet, by kind", stored.unposted, "kind")
        yield from _groups("stale_messages", "Messages that show something old, by kind", stored.stale, "kind")
        yield from _groups("due_looks", "Looks that are due, by site", stored.due_looks, "site")
        commands: dict[tuple[()], Group] = {(): stored.unanswered_commands} if is_read else {}
        yield from _groups("unanswered_commands", "Commands that are not answered yet", commands)
        yield _family("site_down_seconds", "For how long a site has not answered.", stored.site_down, "site")
        yield _family("subscriptions", "Threads that follow a long task, by state.", stored.subscriptions, "state")
        yield _family("workspaces", "Workspaces; resting: Slack refuses the token.", stored.workspaces, "state")
        yield _family("accounts", "Credentials of Confluence, by kind and state.", stored.accounts, "kind", "state")
        yield _family("pause_seconds", "What is left of the longest pause after a 429.", stored.pauses, "scope")


def _groups(name: str, meaning: str, groups: Mapping[Key, Group], *labels: str) -> Iterable[GaugeMetricFamily]:
    """How many rows wait, and for how long the oldest has."""
    counts = {key: group.count for key, group in groups.items()}
    oldest = {key: group.oldest for key, group in groups.items()}
    yield _family(name, f"{meaning}.", counts, *labels)
    yield _family(f"{name}_oldest_seconds", f"{meaning}: the age of the oldest.", oldest, *labels)


def _family(name: str, meaning: str, values: Mapping[Key, float], *labels: str) -> GaugeMetricFamily:
    family = GaugeMetricFamily(f"longtask_{name}", meaning, labels=labels)
    for key, value in values.items():
        family.add_metric([str(part) for part in key] if isinstance(key, tuple) else [str(key)], value)
    return family
