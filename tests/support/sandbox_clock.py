"""A clock of the simulators that can be held while something real takes its time."""

import time
from collections.abc import Iterator
from contextlib import contextmanager


class SandboxClock:
    """The real time without what a busy machine took, so that a story is the same on every one."""

    def __init__(self) -> None:
        self._behind = 0.0
        self._held_at: float | None = None

    def __call__(self) -> float:
        return (time.time() if self._held_at is None else self._held_at) - self._behind

    @contextmanager
    def held(self) -> Iterator[None]:
        """Let no time pass within the context."""
        self._held_at = time.time()
        try:
            yield
        finally:
            self._behind += time.time() - self._held_at
            self._held_at = None
