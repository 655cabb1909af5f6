"""Run the bot's commands in the process of the tests."""

from collections.abc import Mapping

from typer.testing import CliRunner

from bot.__main__ import cli
from tests.support.restored_logging import restored_logging


def run_command(*arguments: str, settings: Mapping[str, str] | None = None) -> tuple[int, str, str]:
    """Run a command that ends by itself; its status, output and errors.

    A command sets up logging to its own standard error, which is closed when it has ended: logging is restored then.
    """
    with restored_logging():
        result = CliRunner().invoke(cli, arguments, env=settings)
    return result.exit_code, result.stdout, result.stderr
