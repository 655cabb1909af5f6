"""A clock that tests move."""

from datetime import UTC, datetime, timedelta


class Clock:
    """A clock that moves only when a test advances it."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        """The time (UTC)."""
        return self.at

    def seconds(self) -> float:
        """The time in seconds since the epoch, as simulators ask for it."""
        return self.at.timestamp()

    def later(self, seconds: float) -> datetime:
        """The time so many seconds from now; before now if negative."""
        return self.at + timedelta(seconds=seconds)

    def move(self, seconds: float) -> datetime:
        """Let so many seconds pass."""
        self.at += timedelta(seconds=seconds)
        return self.at
