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
