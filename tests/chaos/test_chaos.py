"""A minute of chaos on each database, and bots without a safeguard, whose chaos must fail."""

import os
import random
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.chaos.broken import BUILDS

ROOT = Path(__file__).parents[2]
SEED = int(os.environ.get("CHAOS_SEED") or random.SystemRandom().randrange(10**6))
#: seconds of a run that is to break nothing, and of one that is to break something
A_MINUTE, SHORTER = 60, 30
#: so many seeds may a bot without a safeguard come through unnoticed
SEEDS = 4
#: what its loss shows in
SHOWS = {
    "claims": r"was posted again although the first had arrived|held the workspace|was edited after its last state",
    "repetition": r"The card's text do not say|was edited after its last state",
    "order": r"has no message about it|Its thread is empty|is told \d+ times|replies mention the follower",
}


@dataclass(kw_only=True)
class Run:
    """One run in a process of its own."""

    process: subprocess.Popen[str]

    def said(self) -> tuple[int, str]:
        """Its exit code and what it printed, once it is over."""
        text, _ = self.process.communicate()
        return self.process.returncode, text


def start(database: str, *, seed: int, seconds: int, postgres: str, build: str | None = None) -> Run:
    words = ["--database", database, "--seed", str(seed), "--seconds", str(seconds), "--postgres", postgres]
    words += ["--build", build] if build else []
    command = [sys.executable, "-m", "tests.chaos", *words]
    return Run(
        process=subprocess.Popen(  # noqa: S603 -- our own words
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
    )


@pytest.fixture(scope="module")
def runs(postgres: str) -> Iterator[dict[str, Run]]:
    """All of them side by side, since they mostly wait."""
    begun = {
        database: start(database, seed=SEED, seconds=A_MINUTE, postgres=postgres) for database in ("sqlite", "postgres")
    }
    begun |= {build: start("postgres", seed=SEED, seconds=SHORTER, postgres=postgres, build=build) for build in BUILDS}
    yield begun
    for run in begun.values():
        if run.process.poll() is None:
            run.process.terminate()
        run.process.communicate()


@pytest.mark.chaos
@pytest.mark.postgres
@pytest.mark.timeout(600)
@pytest.mark.parametrize("database", ["sqlite", "postgres"])
def test_a_minute_of_chaos_breaks_no_promise(runs: dict[str, Run], database: str) -> None:
    code, said = runs[database].said()

    print(said)  # noqa: T201 -- shown with the failure: the seed, and the story of the thread
    assert code == 0
    assert re.search(r"fired less than", said) is None


@pytest.mark.chaos
@pytest.mark.postgres
@pytest.mark.timeout(900)
@pytest.mark.parametrize("build", list(BUILDS))
def test_a_bot_without_a_safeguard_does_not_come_through(runs: dict[str, Run], postgres: str, build: str) -> None:
    code, said = runs[build].said()
    for further in range(1, SEEDS):
        if code != 0:
            break
        seed = SEED + further
        code, said = start("postgres", seed=seed, seconds=SHORTER, postgres=postgres, build=build).said()

    print(said)  # noqa: T201 -- shown with the failure
    assert code == 1
    assert [line for line in said.splitlines() if line.startswith("✗") and re.search(SHOWS[build], line)] != []
