"""Run a coroutine on uvloop, or on asyncio's own loop where there is none."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end; returns what it returns.

    uvloop has no wheels for Windows and other interpreters than CPython (https://pypi.org/project/uvloop/#files).
    """
    try:
        import uvloop  # noqa: PLC0415 -- not there on every platform
    except ImportError:
        return asyncio.run(work)
    return uvloop.run(work)
