"""Fixtures for commands."""

from collections.abc import Iterator

import pytest
from structlog.testing import capture_logs
from structlog.typing import EventDict


@pytest.fixture
def logs() -> Iterator[list[EventDict]]:
    """What is logged; not printed, since a printed traceback takes longer than what is tested."""
    with capture_logs() as captured:
        yield captured
