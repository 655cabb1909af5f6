"""A promise that was broken."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Violation:
    """What was seen that a promise rules out."""

    detail: str
    #: the long task that it is about
    remote_id: str | None = None
