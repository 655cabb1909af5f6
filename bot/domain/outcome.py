"""How a long task ended, and the account of what it did."""

from enum import StrEnum


class Outcome(StrEnum):
    """How it stands with a followed long task; every value but FOLLOWING is terminal."""

    FOLLOWING = "following"
    FINISHED = "finished"
    PROBLEMS = "finished with problems"
    FAILED = "failed"
    UNKNOWN = "result unknown"
    STOPPED = "stopped"
