"""Run the bot: python -m bot [worker|migrate|doctor|demo|gallery]."""

import asyncio
import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from bot import log
from bot.config import ConfigError, Settings, load

# Each command imports what it needs itself, so that production never loads the simulators.
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
    except app.DatabaseAway as error:
        _give_up(_away(error))


def _away(error: Exception) -> Exception:
    return RuntimeError(
        f"The database does not answer ({error}): see that it runs and has room, or change DATABASE_URL."
    )


@cli.command()
def migrate() -> None:
    """Bring the database up to date."""
    from bot import app  # noqa: PLC0415 -- one import per command

    settings = _settings(need_http=False, need_credentials=False)
    try:
        asyncio.run(app.migrate_only(settings))
    except app.DatabaseError as error:
        _give_up(error)
    except app.DatabaseAway as error:
        _give_up(_away(error))


@cli.command()
def doctor() -> None:
    """Check the installation: one line per check, with what to do about it."""
    from bot.app.clock import now  # noqa: PLC0415 -- one import per command
    from bot.app.site import credential_of  # noqa: PLC0415 -- one import per command
    from bot.doctor.checks import Verdict  # noqa: PLC0415 -- one import per command
    from bot.doctor.probes import examine  # noqa: PLC0415 -- one import per command

    async def look(settings: Settings) -> bool:
        failed = False
        async for check in examine(settings, now=now(), credential_of=credential_of):
            typer.echo(str(check))
            failed = failed or check.verdict is Verdict.FAILED
        return failed

    # a socket needs no signing secret, and that it is missing is said by the settings themselves
    if asyncio.run(look(_settings())):
        raise SystemExit(1)


@cli.command()
def demo(
    *,
    once: Annotated[bool, typer.Option("--once", help="Play to the end; exit 1 if anything was not told.")] = False,
    scenario: Annotated[list[str] | None, typer.Option(help="A story to play, instead of the usual four.")] = None,
    list_scenarios: Annotated[bool, typer.Option("--list", help="Name the stories there are.")] = False,
    kind: Annotated[str, typer.Option(help="cloud or datacenter.")] = "cloud",
    language: Annotated[str, typer.Option(help="The language of the channel's people: en, de, uk, ja.")] = "en",
    speed: Annotated[float | None, typer.Option(help="How many times as fast; 1, with --once 2.", min=0.1)] = None,
    port: Annotated[int, typer.Option(help="Of the page; a free one where none is named.")] = 0,
) -> None:
    """The real bot against a simulated Slack and Confluence: no account, no network."""
    from rich.console import Console  # noqa: PLC0415 -- one import per command

    from sandbox import demo as sandbox  # noqa: PLC0415 -- one import per command

    usual = sandbox.Wishes()
    wishes = sandbox.Wishes(
        names=tuple(scenario) if scenario else usual.names,
        kind=kind,
        language=language,
        speed=speed or (sandbox.SPEED_OF_ONCE if once else usual.speed),
        once=once,
        port=port,
    )
    try:
        if list_scenarios:
            typer.echo("\n".join(sandbox.listing(wishes)))
            return
        status = asyncio.run(sandbox.demo(wishes, console=Console()))
    except sandbox.CannotPlay as error:
        _give_up(error)
    raise SystemExit(status)


@cli.command()
def gallery(output: Annotated[Path, typer.Option(help="Where the page is written.")] = Path("gallery.html")) -> None:
    """Every message of every scenario in every language, on one page."""
    from bot.app.bootstrap import CATALOGS  # noqa: PLC0415 -- one import per command
    from bot.render.i18n import load_catalogs  # noqa: PLC0415 -- one import per command
    from sandbox.gallery.page import page  # noqa: PLC0415 -- one import per command
    from sandbox.gallery.scenarios import every_situation  # noqa: PLC0415 -- one import per command

    languages = list(load_catalogs(CATALOGS).languages.values())
    try:
        output.write_text(page(languages, every_situation()), encoding="utf-8")
    except OSError as error:
        _give_up(error)
    typer.echo(f"Written: {output}")


if __name__ == "__main__":
    cli()
