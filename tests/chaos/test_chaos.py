"""A minute of chaos on each database, and bots without a safeguard, whose chaos must fail."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.chaos.broken import BUILDS

ROOT = Path(__file__).parents[2]
#: the same for everybody who runs the tests; `make chaos` draws another each time
SEED = int(os.environ.get("CHAOS_SEED") or 21)
#: seconds of a run that is to break nothing
A_MINUTE = 60
#: with so many seeds at most a bot without a safeguard is found out
SEEDS = 8


@dataclass(frozen=True, kw_only=True)
class Loss:
    """How the loss of a safeguard is looked for: by what it was made for, more often than usual."""

    database: str
    seconds: int
    only: str
    often: int = 1
    #: what it shows in
    shows: str


LOSSES = {
    "claims": Loss(
        database="postgres",
        seconds=40,
        only="SIGSTOP",
        shows=r"was posted again although the first had arrived|held the workspace|was edited after its last state",
    ),
    "repetition": Loss(
        database="sqlite",
        seconds=40,
        only="late",
        often=2,
        shows=r"The card's (text|blocks) do not say|was edited after its last state",
    ),
    "order": Loss(
        database="sqlite",
        seconds=30,
        only="kill -9",
        shows=r"has no message about it|Its thread is empty|is told \d+ times|replies mention the follower|do not say",
    ),
}


@dataclass(kw_only=True)
class Run:
    """One run in a process of its own."""

    process: subprocess.Popen[str]
    text: str | None = None

    def said(self) -> tuple[int, str]:
        """Its exit code and what it printed, once it is over."""
        if self.text is None:
            self.text, _ = self.process.communicate()
        return self.process.returncode, self.text


def start(database: str, *, seed: int, seconds: int, postgres: str, more: Sequence[str] = ()) -> Run:
    texts = ["--database", database, "--seed", str(seed), "--seconds", str(seconds), "--postgres", postgres, *more]
    return Run(
        process=subprocess.Popen(  # noqa: S603 -- our own words
            [sys.executable, "-m", "tests.chaos", *texts],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
    )


def start_broken(build: str, *, seed: int, postgres: str) -> Run:
    loss = LOSSES[build]
    more = ["--build", build, "--often", str(loss.often), "--only", loss.only]
    return start(loss.database, seed=seed, seconds=loss.seconds, postgres=postgres, more=more)


def test_every_safeguard_that_can_be_switched_off_is_missed() -> None:
    assert LOSSES.keys() == BUILDS.keys()


@pytest.fixture(scope="module")
def runs(postgres: str) -> Iterator[dict[str, Run]]:
    """All of them side by side, since they mostly wait."""
    begun = {
        database: start(database, seed=SEED, seconds=A_MINUTE, postgres=postgres) for database in ("sqlite", "postgres")
    }
    begun |= {build: start_broken(build, seed=SEED, postgres=postgres) for build in LOSSES}
    yield begun
    for run in begun.values():
        if run.process.poll() is None:
            run.process.terminate()
        run.said()


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
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("build", BUILDS)
def test_a_bot_without_a_safeguard_does_not_come_through(runs: dict[str, Run], postgres: str, build: str) -> None:
    code, said = runs[build].said()
    for further in range(1, SEEDS):
        if code != 0:
            break
        code, said = start_broken(build, seed=SEED + further, postgres=postgres).said()

    print(said)  # noqa: T201 -- shown with the failure
    assert code == 1
    assert [line for line in said.splitlines() if line.startswith("✗") and re.search(LOSSES[build].shows, line)] != []
