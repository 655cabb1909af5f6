"""Prometheus metrics of this process, by subject.

Labels come from small closed sets, never from a task, channel, user, title or address: a site is its number in the
database, as in the log. A counter by which an alert goes is there with 0 from the start, since Prometheus sees no
increase in one that appears.
"""

from bot.metrics.commands import CommandMetrics
from bot.metrics.database import DatabaseMetrics
from bot.metrics.families import Families
from bot.metrics.looks import LookMetrics
from bot.metrics.slack import SlackMetrics
from bot.metrics.sockets import SocketMetrics
from bot.metrics.stored import Group, Stored, StoredMetrics
from bot.metrics.work import WorkMetrics

__all__ = ["DatabaseMetrics", "Group", "Metrics", "Stored", "WorkMetrics"]


class Metrics:
    """All metrics."""

    def __init__(self) -> None:
        self._families = families = Families()
        in_flight = families.gauge("in_flight", "Requests under way, by the system asked.", "system")
        rate_limited = families.counter("rate_limited", "Answers 429, by the system that gave them.", "system")
        self.looks = LookMetrics(families, in_flight, rate_limited)
        self.slack = SlackMetrics(families, in_flight, rate_limited)
        self.sockets = SocketMetrics(families)
        self.commands = CommandMetrics(families)
        self.work = WorkMetrics(families)
        self.database = DatabaseMetrics(families)
        self.stored = StoredMetrics(families)

    def render(self) -> bytes:
        """All metrics in Prometheus's text format."""
        return self._families.render()
