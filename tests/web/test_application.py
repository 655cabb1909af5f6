import asyncio
from collections.abc import Sequence

import aiohttp
import pytest

from bot.web import CannotListen, Deferred, Readiness, create, serve
from tests.support.http_client import Client, listening, signed, slack_events

COMMAND = "command=%2Flongtask&text=1"


async def ready() -> Sequence[str]:
    return []


async def test_slack_events_takes_posts_only(client: Client) -> None:
    assert (await client.ask("GET", "/slack/events"))[0] == 405


async def test_a_process_reports_that_it_is_alive_and_ready(client: Client) -> None:
    assert [await client.ask("GET", path) for path in ("/healthz", "/readyz")] == [(200, "alive\n"), (200, "ready\n")]


async def not_ready() -> Sequence[str]:
    return ["the database is not reachable", "poll has not turned for 40 s"]


async def unknown() -> Sequence[str]:
    raise ConnectionError("secret host")


@pytest.mark.parametrize(
    ("why", "text"),
    [
        (not_ready, "the database is not reachable\npoll has not turned for 40 s\n"),
        (unknown, "readiness could not be found out\n"),
    ],
)
async def test_the_reasons_for_not_being_ready_are_named(why: Readiness, text: str) -> None:
    async with listening(create(slack=None, readiness=why, metrics=bytes)) as client:
        assert await client.ask("GET", "/readyz") == (503, text)
        assert await client.ask("GET", "/healthz") == (200, "alive\n")


async def test_a_worker_has_no_slack_events() -> None:
    async with listening(create(slack=None, readiness=ready, metrics=bytes)) as client:
        assert (await client.ask("POST", "/slack/events", COMMAND, signed(COMMAND)))[0] == 404


async def test_a_request_waits_for_its_part_and_is_refused_if_that_takes_too_long() -> None:
    patient, impatient = Deferred(patience=60.0), Deferred(patience=0.0)
    async with listening(create(slack=patient, hooks=impatient, readiness=ready, metrics=bytes)) as client:
        waiting = asyncio.ensure_future(client.ask("POST", "/slack/events", COMMAND, signed(COMMAND)))
        # accepted after it, and not answered by anything yet
        assert await client.ask("POST", "/hook/x", "{}") == (503, "starting\n")
        patient.begin(slack_events())
        assert await waiting == (200, "looking")


async def test_every_answer_has_the_security_headers_and_no_banner(client: Client) -> None:
    for path in ("/healthz", "/nothing", "/slack/events"):
        headers = await client.headers(path)
        assert {name: headers.get(name) for name in ("Server", "X-Content-Type-Options", "Cache-Control")} == {
            "Server": None,
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store",
        }


async def test_an_address_in_use_is_one_sentence() -> None:
    app = create(slack=None, readiness=ready, metrics=bytes)
    first = await serve(app, host="127.0.0.1", port=0)
    with pytest.raises(CannotListen) as raised:
        await serve(create(slack=None, readiness=ready, metrics=bytes), host="127.0.0.1", port=first.port)
    await first.stop()
    assert str(raised.value) == f"HOST 127.0.0.1, PORT {first.port} cannot be listened on: Address already in use."


async def test_a_request_under_way_is_finished_when_the_server_stops() -> None:
    begun, released = asyncio.Event(), asyncio.Event()

    async def slow() -> Sequence[str]:
        begun.set()
        await released.wait()
        return []

    server = await serve(create(slack=None, readiness=slow, metrics=bytes), host="127.0.0.1", port=0)
    async with aiohttp.ClientSession() as session:
        asking = asyncio.ensure_future(Client(server.port, session).ask("GET", "/readyz"))
        await begun.wait()
        stopping = asyncio.ensure_future(server.stop())
        released.set()
        assert await asking == (200, "ready\n")
        await stopping
        with pytest.raises(aiohttp.ClientConnectorError):
            await Client(server.port, session).ask("GET", "/healthz")


async def test_readiness_is_found_out_once_for_all_who_ask_at_the_same_time() -> None:
    asked, begun, released = [], asyncio.Event(), asyncio.Event()

    async def slow() -> Sequence[str]:
        asked.append(1)
        begun.set()
        await released.wait()
        return []

    async with listening(create(slack=None, readiness=slow, metrics=bytes)) as client:
        answers = [asyncio.ensure_future(client.ask("GET", "/readyz")) for _ in range(20)]
        await begun.wait()
        # answered after those that have connected, because connections are accepted in turn
        await client.ask("GET", "/healthz")
        released.set()

        assert (await asyncio.gather(*answers), asked) == ([(200, "ready\n")] * 20, [1])


async def test_a_worker_cannot_be_asked_for_a_name_that_is_not_known() -> None:
    with pytest.raises(CannotListen) as raised:
        await serve(create(slack=None, readiness=ready, metrics=bytes), host="nobody.invalid", port=0)

    assert str(raised.value) == "HOST nobody.invalid, PORT 0 cannot be listened on: the name is not known."
