"""Read the wall clock; no other module does."""

from datetime import UTC, datetime


def now() -> datetime:
    """The current time (UTC)."""
    return datetime.now(UTC)
