"""Run the bot: python -m bot [worker|migrate|doctor|demo]."""

import asyncio
import sys
from typing import NoReturn

import typer

from bot import log
from bot.config import ConfigError, Settings, load

cli = typer.Typer(add_completion=False, no_args_is_help=False, pretty_exceptions_enable=False)


def _settings(*, need_http: bool = True, need_credentials: bool = True) -> Settings:
    """The settings, or an end with one sentence."""
    try:
        settings = load(need_http=need_http, need_credentials=need_credentials)
    except ConfigError as error:
        _give_up(error)
    log.set_up(level=settings.log_level, style=settings.log_format)
    return settings


def _give_up(error: Exception) -> NoReturn:
    print(error, file=sys.stderr)  # noqa: T201 -- one sentence for whoever started it, not a log line
    raise SystemExit(1)


@cli.callback(invoke_without_command=True)
def everything(context: typer.Context) -> None:
    """Everything in one process: HTTP, polling, delivery."""
    if context.invoked_subcommand is None:
        _run(_settings(), worker=False)


@cli.command()
def worker() -> None:
    """Polling and delivery only; any number of them on Postgres."""
    _run(_settings(need_http=False), worker=True)


def _run(settings: Settings, *, worker: bool) -> None:
    from bot import app  # noqa: PLC0415 -- one import per command

    try:
        asyncio.run(app.run(settings, worker=worker))
    except (app.StartError, app.DatabaseError, app.CannotListen) as error:
        _give_up(error)


@cli.command()
def migrate() -> None:
    """Bring the database up to date."""
    from bot import app  # noqa: PLC0415 -- one import per command

    settings = _settings(need_http=False, need_credentials=False)
    try:
        asyncio.run(app.migrate_only(settings))
    except app.DatabaseError as error:
        _give_up(error)


if __name__ == "__main__":
    cli()
