"""The addresses of hooks are served within the same bounds as everything else."""

import asyncio
from urllib.parse import urlsplit

import aiohttp
from structlog.typing import EventDict

from bot.render import replies
from bot.render.i18n import Texts
from bot.render.message import plain_line
from bot.web import Rejection
from bot.web.hooks import LARGEST_BODY
from tests.support.scripts import call, make_hook
from tests.support.stepped_bot import SteppedBot


def port(stepped: SteppedBot) -> int:
    """Where the bot itself listens."""
    found = urlsplit(stepped.sandbox.public.target or "").port
    assert found is not None
    return found


def direct(stepped: SteppedBot, address: str) -> str:
    """The address of a hook without the proxy before the bot."""
    return f"{stepped.sandbox.public.target}{urlsplit(address).path}"


async def test_a_body_that_does_not_end_is_cut_off(stepped: SteppedBot, logs: list[EventDict]) -> None:
    path = urlsplit(await make_hook(stepped)).path
    reader, writer = await asyncio.open_connection("127.0.0.1", port(stepped))
    writer.write(f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{{".encode())

    async with asyncio.timeout(30):
        assert await reader.read() == b""

    writer.close()
    rejected = [log["reason"] for log in logs if log["event"] == "request_rejected"]
    assert rejected == [Rejection.TOO_SLOW]
    assert [log for log in logs if path in str(log)] == []


async def test_of_many_bodies_that_do_not_end_the_oldest_give_way(stepped: SteppedBot) -> None:
    path = urlsplit(await make_hook(stepped)).path
    streams = []
    for _ in range(65):
        streams.append(await asyncio.open_connection("127.0.0.1", port(stepped)))
        streams[-1][1].write(f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n".encode())
        # answered after the request before
        async with aiohttp.ClientSession() as session:
            await session.get(f"{stepped.sandbox.public.target}/healthz")

    closed = await streams[0][0].read()
    for _, writer in streams:
        writer.close()

    assert closed == b""


async def test_a_body_that_is_too_large_is_not_read_to_its_end(stepped: SteppedBot, en: Texts) -> None:
    path = urlsplit(await make_hook(stepped)).path
    reader, writer = await asyncio.open_connection("127.0.0.1", port(stepped))
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {1024**3}\r\n\r\n".encode()
    writer.write(head + b" " * (LARGEST_BODY + 1))

    answer = (await reader.read()).decode()

    writer.close()
    assert answer.startswith("HTTP/1.1 413 ")
    assert plain_line(replies.call_too_large(en)) in answer


async def test_the_limit_of_an_address_holds_behind_a_proxy(stepped: SteppedBot) -> None:
    wrong = direct(stepped, f"/hook/{'A' * 43}")

    async def status(forwarded: str) -> int:
        return (await call(wrong, {}, headers={"X-Forwarded-For": forwarded})).status

    for number in range(20):
        assert await status(f"9.9.9.{number}, 8.8.8.8") == 404

    assert [await status("8.8.8.8"), await status("8.8.4.4"), await status("8.8.8.8, 8.8.4.4")] == [429, 404, 404]


async def test_answers_are_not_kept_and_name_no_software(stepped: SteppedBot) -> None:
    reply = await call(direct(stepped, await make_hook(stepped)), {})

    assert {name: reply.headers.get(name) for name in ("Cache-Control", "Content-Type", "Server")} == {
        "Cache-Control": "no-store",
        "Content-Type": "application/json; charset=utf-8",
        "Server": None,
    }


async def test_unknown_hooks_are_one_line_of_fixed_text_a_minute(stepped: SteppedBot, logs: list[EventDict]) -> None:
    for number in range(5):
        await call(f"{stepped.sandbox.public.url}/hook/{'A' * 42}{number}", {"task": "secret"})

    rejected = [log for log in logs if log["event"] == "request_rejected"]
    assert rejected == [
        {"event": "request_rejected", "log_level": "warning", "reason": Rejection.NO_SUCH_HOOK.value, "count": 1}
    ]
