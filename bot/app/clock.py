"""The wall clock: the only place where it is read."""

from datetime import UTC, datetime


def now() -> datetime:
    """What time it is (UTC)."""
    return datetime.now(UTC)
