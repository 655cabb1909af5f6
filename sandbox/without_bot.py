"""The demo without a bot: both simulators and the page, for a bot that somebody starts in another terminal."""

import asyncio
import signal
from collections.abc import Mapping
from pathlib import Path
from tempfile import mkdtemp

from rich.console import Console

from sandbox.harness import Sandbox
from sandbox.page import serve_page
from sandbox.scenarios.in_confluence import begin_unfollowed

#: what is for a bot in the same process: it has no address of its own, so that it serves nothing over HTTP
_NOT_FOR_OTHERS = frozenset({"PORT", "HOST", "PUBLIC_URL", "DATABASE_URL"})


def environment(sandbox: Sandbox, database: Path) -> Mapping[str, str]:
    """Return the settings of a bot in Socket Mode that is started by hand, with a SQLite file of its own."""
    given = {name: value for name, value in sandbox.environ.items() if name not in _NOT_FOR_OTHERS}
    return {**given, "DATABASE_URL": f"sqlite+aiosqlite:///{database}"}


async def wait_for_bots(sandbox: Sandbox, console: Console, *, port: int) -> None:
    """Print the settings of a bot, and stay until SIGINT or SIGTERM; a few long tasks run that nobody follows.

    `port`: of the page, 0 takes a free one. The bot's database is left where it is: the bot may still run.
    """
    stopped = asyncio.Event()
    for signum in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(signum, stopped.set)
    begin_unfollowed(sandbox.confluence)
    database = Path(mkdtemp(prefix="longtask-sandbox-")) / "longtask.db"
    lines = "\n".join(f"{name}={value}" for name, value in environment(sandbox, database).items())
    async with serve_page(sandbox, sandbox.type_in, port=port) as url:
        said = (
            f"These lines are the whole .env of a bot, as long as this runs:\n\n{lines}\n\n"
            f"Then `make doctor`, and `make run`, in another terminal.\nThe workspace in a browser: {url}"
        )
        console.print(said, soft_wrap=True, markup=False, highlight=False)
        await stopped.wait()
