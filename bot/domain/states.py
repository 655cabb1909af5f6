"""Why a long task is not moving on for us."""

from enum import StrEnum


class Trouble(StrEnum):
    """Why a long task is not moving on for us."""

    DOWN = "down"
    UNREADABLE = "unreadable"
    RATE_LIMITED = "rate_limited"
    ACCESS_LOST = "access_lost"
    MISCONFIGURED = "misconfigured"
    STALLED = "stalled"
    MISSING = "missing"
    SET_ASIDE = "set_aside"


class Outcome(StrEnum):
    """How it stands with a followed long task; every value but FOLLOWING is terminal."""

    FOLLOWING = "following"
    FINISHED = "finished"
    PROBLEMS = "finished with problems"
    FAILED = "failed"
    UNKNOWN = "result unknown"
    STOPPED = "stopped"


class Verbosity(StrEnum):
    """How much a thread says."""

    #: start and end
    QUIET = "quiet"
    #: and warnings
    NORMAL = "normal"
    #: and changes of phase
    ALL = "all"


class Titles(StrEnum):
    """Whether a channel sees page titles, or numbers only."""

    SHOWN = "shown"
    COUNTS = "counts"
