"""Another process can look into a simulated site and change it."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import msgspec
import pytest

from sandbox.confluence import ConfluenceSimulator, Script, cloud, faults
from sandbox.confluence.control import NewTask
from sandbox.scenarios import KINDS, names, scenario


@asynccontextmanager
async def site() -> AsyncIterator[tuple[ConfluenceSimulator, aiohttp.ClientSession]]:
    simulator = ConfluenceSimulator(clock=lambda: 1000.0)
    await simulator.start()
    try:
        async with aiohttp.ClientSession(simulator.origin) as session:
            yield simulator, session
    finally:
        await simulator.stop()


async def ask(session: aiohttp.ClientSession, method: str, path: str, body: object = None) -> tuple[int, object]:
    data = None if body is None else msgspec.json.encode(body)
    async with session.request(method, path, data=data) as response:
        return response.status, json.loads(await response.read())


@pytest.mark.parametrize("kind", KINDS)
def test_every_story_goes_over_the_wire_and_comes_back(kind: str) -> None:
    for name in names(kind):
        new = NewTask(story=scenario(name, kind).story, speed=2.0)
        assert msgspec.json.decode(msgspec.json.encode(new), type=NewTask) == new


async def test_tasks_are_added_by_story_or_script_and_removed() -> None:
    story = scenario("archive").story
    async with site() as (simulator, session):
        by_story = await ask(session, "POST", "/sandbox/tasks", NewTask(story=story, owner="bot", speed=10))
        by_script = await ask(session, "POST", "/sandbox/tasks", NewTask(script=cloud(story), remote_id="77"))
        assert (by_story, by_script) == ((200, {"id": "3145728001"}), (200, {"id": "77"}))
        assert simulator.tasks["3145728001"].script == cloud(story.scaled(10))
        assert (simulator.tasks["3145728001"].owner, simulator.tasks["77"].script) == ("bot", cloud(story))
        assert await ask(session, "DELETE", "/sandbox/tasks/77") == (200, {})
        assert list(simulator.tasks) == ["3145728001"]


async def test_faults_are_added_and_taken_back() -> None:
    async with site() as (simulator, session):
        fault = faults.rate_limited(1847, reason="conf-global-based")
        assert await ask(session, "POST", "/sandbox/faults", fault) == (200, {"number": 1})
        await ask(session, "POST", "/sandbox/faults", faults.slow(1))
        assert simulator.faults.in_force == (fault, faults.slow(1))
        await ask(session, "DELETE", "/sandbox/faults/1")
        assert simulator.faults.in_force == (faults.slow(1),)
        await ask(session, "DELETE", "/sandbox/faults")
        assert simulator.faults.in_force == ()


async def test_the_state_tells_tasks_faults_and_what_was_asked() -> None:
    async with site() as (simulator, session):
        simulator.add(scenario("archive").story, "5", owner="ann")
        simulator.faults.add(msgspec.structs.replace(faults.status(503), times=1))
        for _ in range(3):
            await session.get("/wiki/rest/api/longtask/5")
        _, state = await ask(session, "GET", "/sandbox/state")
        _, later = await ask(session, "GET", "/sandbox/state?since=2")
        body = simulator.body("5")
    task = {
        "story": "archive",
        "owner": "ann",
        "started": 1000.0,
        "looks": 3,
        "over": False,
        "gone": False,
        "body": body,
    }
    log = state.pop("log")
    assert state == {
        "kind": "cloud",
        "now": 1000.0,
        "tasks": {"5": task},
        "fired": {"status_503": 1},
        "answered": {"503": 1, "403": 2},
        "requests": 3,
    }
    assert [entry["status"] for entry in log] == [503, 403, 403]
    assert [entry["status"] for entry in later["log"]] == [403]


async def test_sessions_can_be_forgotten_from_outside() -> None:
    async with site() as (simulator, session):
        cookie = simulator.accounts.sessions.open("bot")
        await ask(session, "POST", "/sandbox/sessions/expire")
        assert cookie not in simulator.accounts.sessions


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/sandbox/tasks", {}, 400),
        ("POST", "/sandbox/tasks", {"story": 5}, 400),
        ("POST", "/sandbox/faults", {"name": "x"}, 400),
        ("GET", "/sandbox/state?since=x", None, 400),
        ("GET", "/sandbox/nothing", None, 404),
    ],
)
async def test_a_control_that_cannot_be_read_is_refused(method: str, path: str, body: object, status: int) -> None:
    async with site() as (_, session):
        answer = await ask(session, method, path, body)
    assert (answer[0], list(answer[1])) == (status, ["error"])


def test_a_script_is_forgotten_when_its_time_comes() -> None:
    script = Script(frames=cloud(scenario("archive").story).frames, gone_at=3.0)
    assert [script.frame(at) is None for at in (-1.0, 0.0, 2.9, 3.0)] == [False, False, False, True]
