"""An installation in which nothing is wrong, for tests to break: simulators over HTTP, a real file, an environment."""

import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from bot.app import clock
from bot.app.site import credential_of
from bot.clients.slack.scopes import OPTIONAL, REQUIRED
from bot.config import load
from bot.db.engine import open_database
from bot.db.url import parse
from bot.doctor.examination import examine
from bot.domain.check import Check
from sandbox.harness import TEAM, Sandbox, open_sandbox
from sandbox.slack.records import Workspace
from tests.support.clock import Clock
from tests.support.filled_database import FilledDatabase, fill
from tests.support.ports import reserved_port


@dataclass(kw_only=True)
class Installation:
    """What an operator has: settings, a database, Slack and Confluence."""

    sandbox: Sandbox
    #: where the database is
    folder: Path
    #: the variables that the bot reads; a test changes them
    environ: dict[str, str]
    #: words of the expected lines, by their names
    words: dict[str, str] = field(default_factory=dict)
    #: closed at the end
    stack: AsyncExitStack = field(default_factory=AsyncExitStack)

    @property
    def workspace(self) -> Workspace:
        return self.sandbox.slack.workspaces[TEAM]

    async def checks(self) -> list[Check]:
        """Every check, as the operator's command makes them."""
        settings = load(self.environ)
        found = examine(settings, now=clock.now, real_time=clock.now, credential_of=credential_of)
        return [check async for check in found]

    async def lines(self) -> list[str]:
        """Every line."""
        return [str(check) for check in await self.checks()]

    @asynccontextmanager
    async def filled(self) -> AsyncIterator[FilledDatabase]:
        """The database, open to add rows, on a clock that shows the real time."""
        now = Clock()
        now.at = datetime.now(UTC)
        database = open_database(parse(self.environ["DATABASE_URL"]))
        try:
            yield await fill(database, now)
        finally:
            await database.close()


@asynccontextmanager
async def open_installation(
    folder: Path, migrated_file: Path, *, kind: str = "cloud", socket_mode: bool = False
) -> AsyncIterator[Installation]:
    """An installation whose bot does not run; `kind`: of the site, `cloud` or `datacenter`."""
    file = folder / "longtask.db"
    shutil.copyfile(migrated_file, file)
    file.chmod(0o600)
    url = f"sqlite+aiosqlite:///{file}"
    async with (
        open_sandbox(database_url=url, kind=kind, socket=socket_mode, ack_seconds=60.0) as sandbox,
        AsyncExitStack() as stack,
    ):
        port = stack.enter_context(reserved_port())
        sandbox.environ["PORT"] = str(port)
        installation = Installation(sandbox=sandbox, folder=folder, environ=sandbox.environ, stack=stack)
        installation.workspace.scopes = frozenset({*REQUIRED, *OPTIONAL})
        installation.words |= {"folder": str(folder), "port": str(port), "public": sandbox.public.url}
        yield installation
