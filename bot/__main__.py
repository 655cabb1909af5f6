"""Run the bot: python -m bot [worker|migrate|doctor|manifest|demo|gallery|backup|export|delete|move]."""

import asyncio
import gc
import sys
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from bot.data_commands import DataCommands

if TYPE_CHECKING:
    from bot.config import Settings

_DATABASE_AWAY = "The database does not answer ({}): see that it runs and has room, or change DATABASE_URL."
_TAKES_NO_WRITES = "The database takes no writes ({}): put that right, or change DATABASE_URL. Nothing was changed."

# Each command imports what it needs, so that production never loads the simulators.
cli = typer.Typer(add_completion=False, no_args_is_help=False, pretty_exceptions_enable=False)


def _settings(*, need_http: bool = True, need_credentials: bool = True) -> "Settings":
    """Load the settings and set up logging. Ends the process with one sentence if the settings are unusable."""
    from bot.config import ConfigError  # noqa: PLC0415 -- with the garbage collector off at a start

    try:
        return _load(need_http=need_http, need_credentials=need_credentials)
    except ConfigError as error:
        _give_up(error)


def _load(*, need_http: bool, need_credentials: bool) -> "Settings":
    """Load the settings and set up logging. Raises ConfigError."""
    import structlog  # noqa: PLC0415 -- with the garbage collector off at a start

    from bot import log  # noqa: PLC0415 -- with the garbage collector off at a start
    from bot.config import ephemeral_host, load  # noqa: PLC0415 -- with the garbage collector off at a start

    settings = load(need_http=need_http, need_credentials=need_credentials)
    log.set_up(level=settings.log_level, style=settings.log_format)
    if settings.database_url.unused_keys:
        structlog.get_logger(__name__).warning("database_url_keys_not_used", keys=settings.database_url.unused_keys)
    platform = ephemeral_host(settings.database_url.file)
    if platform is not None:
        lost = "everything that is followed, at the next start"
        fix = "set DATABASE_URL to postgres://…; python -m bot doctor says more"
        structlog.get_logger(__name__).error("disk_does_not_last", platform=platform, lost=lost, fix=fix)
    return settings


def _give_up(reason: Exception | str) -> NoReturn:
    print(reason, file=sys.stderr)  # noqa: T201 -- a sentence for the operator, not a log line
    raise SystemExit(1)


@cli.callback(invoke_without_command=True)
def everything(context: typer.Context) -> None:
    """Run everything in one process: HTTP, polling, delivery."""
    if context.invoked_subcommand is None:
        _run(worker=False)


@cli.command()
def worker() -> None:
    """Run polling and delivery only; any number of workers share a Postgres database."""
    _run(worker=True)


def _run(*, worker: bool) -> None:
    with _nothing_is_garbage():
        settings = _settings(need_http=not worker)
        from bot import app, log  # noqa: PLC0415 -- one import per command

        log.adopt_the_rest()
    _run_to_its_end(app.run(settings, worker=worker))


@contextmanager
def _nothing_is_garbage() -> Iterator[None]:
    """What is imported stays: looking for garbage among it takes a tenth of a start, and a part of every collection."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def _run_to_its_end(work: Coroutine[Any, Any, None]) -> None:
    """Run work of `bot.app`; what keeps it from starting ends the process with one sentence."""
    from bot import app  # noqa: PLC0415 -- one import per command
    from bot.app import event_loop  # noqa: PLC0415 -- one import per command

    try:
        event_loop.run(work)
    except (app.StartError, app.DatabaseError, app.CannotListen) as error:
        _give_up(error)
    except app.TakesNoWrites as error:
        _give_up(_TAKES_NO_WRITES.format(error))
    except app.DatabaseAway as error:
        _give_up(_DATABASE_AWAY.format(error))


@cli.command()
def migrate() -> None:
    """Migrate the database to the newest version."""
    from bot import app  # noqa: PLC0415 -- one import per command

    settings = _settings(need_http=False, need_credentials=False)
    _run_to_its_end(app.migrate_only(settings))


@cli.command()
def doctor(
    *, json: Annotated[bool, typer.Option("--json", help="One JSON document, for machines, at the end.")] = False
) -> None:
    """Check the installation: one line for each check, with the fix. Exits with 1 if a check fails."""
    from bot.app.clock import now  # noqa: PLC0415 -- one import per command
    from bot.app.site import credential_of  # noqa: PLC0415 -- one import per command
    from bot.config import ConfigError  # noqa: PLC0415 -- one import per command
    from bot.doctor import report  # noqa: PLC0415 -- one import per command
    from bot.doctor.examination import examine  # noqa: PLC0415 -- one import per command

    async def check(settings: "Settings") -> "report.Report":
        found = []
        async for result in examine(settings, now=now, real_time=now, credential_of=credential_of):
            found.append(result)
            if not json:
                typer.echo(str(result))
        return report.report(found)

    try:
        done = asyncio.run(check(_load(need_http=True, need_credentials=True)))
    except ConfigError as error:
        if not json:
            _give_up(error)
        done = report.of_unreadable(error)
    if json:
        typer.echo(report.as_json(done))
    if not done.ok:
        raise SystemExit(1)


@cli.command()
def manifest(
    *,
    url: Annotated[
        str | None, typer.Option(help="Where Slack reaches this service: https://longtask.example.com")
    ] = None,
    socket: Annotated[bool, typer.Option("--socket", help="For Socket Mode, which needs no address.")] = False,
) -> None:
    """Print the manifest of the Slack app, to be pasted at api.slack.com/apps."""
    from bot.config import manifest as app_manifest  # noqa: PLC0415 -- one import per command

    try:
        typer.echo(app_manifest.manifest(url, socket=socket), nl=False)
    except app_manifest.ManifestError as error:
        _give_up(error)


@cli.command()
def demo(
    *,
    once: Annotated[bool, typer.Option("--once", help="Play to the end; exit 1 if a message is missing.")] = False,
    scenario: Annotated[list[str] | None, typer.Option(help="A story to play, instead of the usual four.")] = None,
    list_scenarios: Annotated[bool, typer.Option("--list", help="List the stories.")] = False,
    kind: Annotated[str, typer.Option(help="cloud or datacenter.")] = "cloud",
    language: Annotated[str, typer.Option(help="The language of the channel's people: en, de, uk, ja.")] = "en",
    speed: Annotated[float | None, typer.Option(help="How many times as fast; 1, with --once 2.", min=0.1)] = None,
    port: Annotated[int, typer.Option(help="Of the page; a free one if none is given.")] = 0,
    without_bot: Annotated[
        bool, typer.Option("--without-bot", help="Print the settings of a bot, for one that you start yourself.")
    ] = False,
) -> None:
    """Run the real bot against a simulated Slack and Confluence: no account, no network."""
    try:
        from sandbox import demo as sandbox  # noqa: PLC0415 -- one import per command
    except ModuleNotFoundError as error:
        _give_up(f"The demo needs {error.name}, which production does without: run `make install`.")

    from bot.config import forget_proxies  # noqa: PLC0415 -- one import per command

    forget_proxies()
    usual = sandbox.DemoOptions()
    options = sandbox.DemoOptions(
        names=tuple(scenario) if scenario else usual.names,
        kind=kind,
        language=language,
        speed=speed or (sandbox.ONCE_SPEED if once else usual.speed),
        once=once,
        port=port,
        bot=not without_bot,
    )
    try:
        if list_scenarios:
            typer.echo("\n".join(sandbox.list_scenarios(options)))
            return
        status = asyncio.run(sandbox.run_demo(options))
    except sandbox.DemoError as error:
        _give_up(error)
    raise SystemExit(status)


@cli.command()
def gallery(output: Annotated[Path, typer.Option(help="Where the page is written.")] = Path("gallery.html")) -> None:
    """Write a page with every message of every scenario in every language."""
    from bot.render.i18n import CATALOGS, load_catalogs  # noqa: PLC0415 -- one import per command
    from sandbox.gallery.page import page  # noqa: PLC0415 -- one import per command
    from sandbox.gallery.scenarios import every_situation  # noqa: PLC0415 -- one import per command

    try:
        with output.open("w", encoding="utf-8") as file:
            languages = list(load_catalogs(CATALOGS).languages.values())
            file.write(page(languages, every_situation()))
    except OSError as error:
        _give_up(error)
    typer.echo(f"Written: {output}")


DataCommands(read_settings=_settings, run=_run_to_its_end, give_up=_give_up).add_to(cli)

if __name__ == "__main__":
    cli()
