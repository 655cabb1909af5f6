"""A minute of chaos on each database, and mutants of the bot, whose chaos must fail."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.chaos.judge import RunResult
from tests.chaos.mutants import MUTANTS

ROOT = Path(__file__).parents[2]
#: the same for everybody who runs the tests; `make chaos` draws another each time
SEED = int(os.environ.get("CHAOS_SEED") or 21)
#: seconds of a run that is to break no promise
A_MINUTE = 60
#: a mutant is found with one of so many seeds
SEEDS = 8


@dataclass(frozen=True, kw_only=True)
class MutantRun:
    """How a mutant is found: by the fault that the missing safeguard is for, more often than usual."""

    database: str
    seconds: int
    only: str
    often: int = 1
    #: the promises that it breaks
    breaks: frozenset[str]


MUTANT_RUNS = {
    "claims": MutantRun(
        database="postgres",
        seconds=40,
        only="SIGSTOP",
        breaks=frozenset({"posted once", "one deliverer", "end last"}),
    ),
    "repetition": MutantRun(
        database="sqlite",
        seconds=40,
        only="late",
        often=2,
        breaks=frozenset({"complete", "end last"}),
    ),
    "order": MutantRun(
        database="sqlite",
        seconds=30,
        only="kill -9",
        breaks=frozenset({"not lost", "complete"}),
    ),
    "memory": MutantRun(
        database="sqlite",
        seconds=25,
        only="kill -9",
        breaks=frozenset({"watched"}),
    ),
}


@dataclass(kw_only=True)
class ChaosProcess:
    """One run in a process of its own."""

    process: subprocess.Popen[str]
    text: str | None = None

    def result(self) -> tuple[int, str]:
        """Its exit code and what it printed, once it is over."""
        if self.text is None:
            self.text, _ = self.process.communicate()
        return self.process.returncode, self.text


def start(database: str, *, seed: int, seconds: int, postgres: str, more: Sequence[str] = ()) -> ChaosProcess:
    options = ["--database", database, "--seed", str(seed), "--seconds", str(seconds), "--postgres", postgres, *more]
    return ChaosProcess(
        process=subprocess.Popen(  # noqa: S603 -- our own words
            [sys.executable, "-m", "tests.chaos", *options],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
    )


def start_mutant(name: str, *, seed: int, postgres: str) -> ChaosProcess:
    mutant = MUTANT_RUNS[name]
    more = ["--mutant", name, "--often", str(mutant.often), "--only", mutant.only]
    return start(mutant.database, seed=seed, seconds=mutant.seconds, postgres=postgres, more=more)


def broken_promises(text: str) -> set[str]:
    """The names of the promises that a run broke, from what it printed."""
    return {line[2:].partition(":")[0] for line in text.splitlines() if line.startswith("✗ ")}


def test_every_mutant_has_a_run() -> None:
    assert MUTANT_RUNS.keys() == MUTANTS.keys()


@pytest.fixture(scope="module")
def runs(postgres: str) -> Iterator[dict[str, ChaosProcess]]:
    """All of them side by side, since they mostly wait."""
    begun = {
        database: start(database, seed=SEED, seconds=A_MINUTE, postgres=postgres) for database in ("sqlite", "postgres")
    }
    begun |= {name: start_mutant(name, seed=SEED, postgres=postgres) for name in MUTANT_RUNS}
    yield begun
    for run in begun.values():
        if run.process.poll() is None:
            run.process.terminate()
        run.result()


@pytest.mark.chaos
@pytest.mark.postgres
@pytest.mark.timeout(900)
@pytest.mark.parametrize("database", ["sqlite", "postgres"])
def test_a_minute_of_chaos_breaks_no_promise(runs: dict[str, ChaosProcess], database: str) -> None:
    code, text = runs[database].result()

    print(text)  # noqa: T201 -- shown with the failure: the seed, and the timeline of the thread
    assert code == RunResult.KEPT
    assert "injected less than" not in text


@pytest.mark.chaos
@pytest.mark.postgres
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("name", MUTANTS)
def test_a_mutant_breaks_a_promise(runs: dict[str, ChaosProcess], postgres: str, name: str) -> None:
    code, text = runs[name].result()
    for further in range(1, SEEDS):
        if broken_promises(text) & MUTANT_RUNS[name].breaks:
            break
        code, text = start_mutant(name, seed=SEED + further, postgres=postgres).result()

    print(text)  # noqa: T201 -- shown with the failure
    assert code == RunResult.BROKEN
    assert broken_promises(text) & MUTANT_RUNS[name].breaks != set()
