"""The performance figures, each against a peer in the same run."""

from collections.abc import Callable
from dataclasses import dataclass
from random import SystemRandom


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of the table."""

    #: sorts the table: "7", or "F" for figures that are not numbered
    number: str
    what: str
    figure: str
    #: what it is measured against, and that one's figure
    peer: str
    goal: str
    met: bool

    @property
    def verdict(self) -> str:
        """The goal and whether it is met, in words."""
        return "met" if self.met else "NOT met"


def fresh_seed() -> int:
    """A seed for this run; every program prints the one it used."""
    return SystemRandom().randrange(10**9)


def alone(measure: Callable[[], Row]) -> None:
    """Run one figure by itself and print it."""
    row = measure()
    print(
        f"{row.number}. {row.what}\n  figure  {row.figure}\n  peer    {row.peer}\n  goal    {row.goal}: {row.verdict}"
    )
