"""A pair of runs that shows what a promise rules out."""

from dataclasses import dataclass

from tests.chaos.observations import Observations


@dataclass(frozen=True, kw_only=True)
class Case:
    """A run that keeps a promise, a run that breaks it, and what is said of that."""

    promise: str
    kept: Observations
    broken: Observations
    details: tuple[str, ...]
