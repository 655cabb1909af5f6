"""Each promise, by values: a run that keeps it, and one that breaks it."""

import pytest

from tests.chaos.cases import bystanders, commands, messages, processes, threads
from tests.chaos.cases.case import Case
from tests.chaos.cases.small_runs import run, run_without_thread, stopped_run
from tests.chaos.promises import PROMISES, broken_promises, is_conclusive

CASES = {**commands.CASES, **messages.CASES, **threads.CASES, **processes.CASES, **bystanders.CASES}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_check_lets_pass_what_keeps_a_promise_and_finds_what_breaks_it(case: Case) -> None:
    (promise,) = [each for each in PROMISES if each.name == case.promise]

    assert [violation.detail for violation in promise.check(case.kept)] == []
    assert tuple(violation.detail for violation in promise.check(case.broken)) == case.details


def test_every_promise_has_a_case() -> None:
    assert {case.promise for case in CASES.values()} == {promise.name for promise in PROMISES}


def test_a_run_without_faults_breaks_no_promise() -> None:
    assert broken_promises(run()) == []
    assert broken_promises(stopped_run("Following: 50%", "No longer followed: 50%")) == []


def test_a_run_is_conclusive_if_a_third_of_its_long_tasks_has_a_thread() -> None:
    assert is_conclusive(run())
    assert not is_conclusive(run_without_thread())
