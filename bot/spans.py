"""Spans: one piece of work each, with the ids that it is about and nothing else."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

Ids = Mapping[str, int | str]
#: begins a span that lasts as long as the context
Record = Callable[[str, Ids], AbstractContextManager[None]]


@dataclass(frozen=True)
class Spans:
    """Where spans are recorded; nowhere unless `record` is given."""

    record: Record | None = None

    def span(self, name: str, **ids: int | str) -> AbstractContextManager[None]:
        """Record what is done within the context."""
        return nullcontext() if self.record is None else self.record(name, ids)
