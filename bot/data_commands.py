"""The commands for an operator's data: backup, export, delete, move."""

import os
import sys
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn, Protocol

import typer

if TYPE_CHECKING:
    from bot.config import Settings
    from bot.db.backup import Contents
    from bot.db.personal_data import Subject

#: what a summary counts
_COUNTED = ("long_tasks", "subscriptions", "messages", "people")
_User = Annotated[str | None, typer.Option("--user", help="The id of a person in Slack: U0123456789.")]
_Team = Annotated[str | None, typer.Option("--team", help="The id of a workspace: T0123456789.")]


class ReadSettings(Protocol):
    """Reads the settings, or ends the process with one sentence."""

    def __call__(self, *, need_http: bool, need_credentials: bool) -> "Settings": ...


@dataclass(frozen=True, kw_only=True)
class DataCommands:
    """The commands, with what every command begins and ends with."""

    read_settings: ReadSettings
    #: runs work to its end; what the database refuses ends the process with one sentence
    run: Callable[[Coroutine[Any, Any, None]], None]
    #: ends the process with one sentence
    give_up: Callable[[Exception | str], NoReturn]

    def add_to(self, cli: typer.Typer) -> None:
        """Add them to the other commands."""
        for command in (self.backup, self.export, self.delete, self.move):
            cli.command()(command)

    def _settings(self) -> "Settings":
        return self.read_settings(need_http=False, need_credentials=False)

    def backup(
        self,
        *,
        to: Annotated[Path | None, typer.Option(help="The file to write; none is overwritten.")] = None,
        check: Annotated[Path | None, typer.Option(help="A copy to read and check; nothing is changed.")] = None,
    ) -> None:
        """Copy the SQLite file while the bot runs, or check a copy."""
        if (to is None) == (check is None):
            self.give_up("Say where to: python -m bot backup --to FILE; or which copy to check: --check FILE.")
        address = self._settings().database_url
        from bot.db import backup  # noqa: PLC0415 -- one import per command
        from bot.db.errors import DatabaseError  # noqa: PLC0415 -- one import per command
        from bot.db.migrate import is_known, newest  # noqa: PLC0415 -- one import per command

        try:
            if check is not None:
                contents = backup.examine(check)
                if not is_known(contents.migration):
                    self.give_up(
                        f"{check} is whole, but of a newer version, which alone uses it: {_summary(contents)}."
                    )
                use = "uses" if contents.migration == newest() else "brings up to date and uses"
                typer.echo(f"{check} is whole: {_summary(contents)}. This version {use} it.")
            elif to is not None:
                if address.file is None:
                    self.give_up(_how_to_dump(address.for_libpq()))
                typer.echo(f"Copied to {to}, read again and found whole: {_summary(backup.back_up(address.file, to))}.")
        except DatabaseError as error:
            self.give_up(error)

    def export(self, *, user: _User = None, team: _Team = None) -> None:
        """Print what is stored about a person or a workspace as JSON."""
        subject = self._subject(user, team)
        settings = self._settings()
        from bot.app import data  # noqa: PLC0415 -- one import per command

        try:
            self.run(data.export(settings, subject, _print))
        except _NotPrinted as error:
            # What is left would be tried again as the process ends (docs.python.org/3/library/signal.html, on SIGPIPE).
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            if isinstance(error.__cause__, BrokenPipeError):
                raise SystemExit(1) from None
            self.give_up(f"The export cannot be written ({error}), so it is not whole: make room and run it again.")

    def delete(
        self,
        *,
        user: _User = None,
        team: _Team = None,
        yes: Annotated[bool, typer.Option("--yes", help="Do not ask back.")] = False,
    ) -> None:
        """Delete what is stored about a person or a workspace; what others share goes on without the person."""
        subject = self._subject(user, team)
        settings = self._settings()
        from bot.app import data  # noqa: PLC0415 -- one import per command

        whose = " in ".join(each for each in (user, team) if each)

        def confirm(rows: dict[str, int]) -> bool:
            return yes or typer.confirm(f"Delete what is stored about {whose} ({_counts(rows)})?", abort=True)

        async def work() -> None:
            rows = await data.delete(settings, subject, confirm)
            typer.echo(f"Deleted, or cleared where others share it: {_counts(rows)}." if rows else "Nothing is stored.")

        self.run(work())

    def move(
        self, *, to: Annotated[str, typer.Option(help="An empty Postgres database: postgres://user@host/name.")]
    ) -> None:
        """Move everything from the SQLite file to a Postgres database; threads go on there."""
        settings = self._settings()
        from bot.app import data  # noqa: PLC0415 -- one import per command
        from bot.db.url import DatabaseUrlError, parse  # noqa: PLC0415 -- one import per command

        try:
            target = parse(to)
        except DatabaseUrlError as error:
            self.give_up(f"--to {error}.")

        async def work() -> None:
            rows = await data.move(settings, target)
            typer.echo(f"Moved and counted: {_counts(rows)}.")
            typer.echo(f"Set DATABASE_URL to the new database and start the bot. {settings.database_url.file} was not")
            typer.echo("changed: start no bot on it any more, and delete it once all is well.")

        self.run(work())

    def _subject(self, user: str | None, team: str | None) -> "Subject":
        from bot.db.personal_data import Subject  # noqa: PLC0415 -- one import per command

        if not user and not team:
            self.give_up(
                "Say whose data: --user U0123456789, --team T0123456789, or both for a person of one workspace."
            )
        return Subject(team_id=team or None, user_id=user or None)


class _NotPrinted(Exception):
    """What an output's reader or its disk refuses; no OSError, which means the database within its transactions."""


def _print(piece: bytes) -> None:
    try:
        sys.stdout.buffer.write(piece)
        sys.stdout.buffer.flush()
    except OSError as error:
        raise _NotPrinted(error.strerror) from error


def _summary(contents: "Contents") -> str:
    newest = contents.newest_change
    changed = "nothing was ever stored" if newest is None else f"the newest change at {newest:%Y-%m-%d %H:%M:%S} UTC"
    rows = {name: contents.rows.get(name, 0) for name in _COUNTED}
    return f"migration {contents.migration}, {_counts(rows)}, {changed}"


def _counts(rows: dict[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in rows.items())


def _how_to_dump(address: str) -> str:
    return (
        "DATABASE_URL is a Postgres database, which its own tool copies while the bot runs: "
        f"pg_dump --format=custom --file=longtask.dump {address} (the password in PGPASSWORD or ~/.pgpass)."
    )
