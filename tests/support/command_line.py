"""Run the bot's commands in the process of the tests."""

import logging
from collections.abc import Mapping

import structlog
from typer.testing import CliRunner

from bot.__main__ import cli


def run_command(*arguments: str, settings: Mapping[str, str] | None = None) -> tuple[int, str, str]:
    """Run a command that ends by itself; its status, output and errors.

    A command sets up logging to its own standard error, which is closed when it has ended: logging is restored then.
    """
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    try:
        result = CliRunner().invoke(cli, arguments, env=settings)
    finally:
        structlog.reset_defaults()
        root.handlers[:] = handlers
        root.setLevel(level)
    return result.exit_code, result.stdout, result.stderr
