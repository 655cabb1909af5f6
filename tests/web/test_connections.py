"""Whatever strangers send or do not send, it is refused in a few words, and everybody else is answered."""

import asyncio
import errno
import json
import os
import random
import resource
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import pytest

from bot.web import Rejection, connections
from tests.support.http_client import Client
from tests.support.ports import reserved_port

Logged = list[MutableMapping[str, Any]]
ROOT = Path(__file__).parents[2]
#: seconds that a start may take on a busy machine
START = 60.0
HALF_A_HEAD = b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: "
HEAD = b"POST /slack/events HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n"


@pytest.mark.parametrize(
    "sent",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 100,
        b"hello\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET /healthz HTTP/9.9\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: x\r\nno colon\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Long: " + b"x" * 9000 + b"\r\n\r\n",
        b"GET /" + b"x" * 9000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: x\r\n" + b"X-One: 1\r\n" * 70 + b"\r\n",
        b"POST /slack/events HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
        b"POST /slack/events HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST /slack/events HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nnot a number\r\n",
    ],
)
async def test_what_is_not_http_gets_a_short_answer_without_a_banner(
    client: Client, sent: bytes, logged: Logged
) -> None:
    head, _, text = (await client.send(sent)).partition(b"\r\n\r\n")

    assert (head.split()[1], text, b"Server:" in head) == (b"400", b"bad request\n", False)
    assert [line["reason"] for line in logged] == [Rejection.MALFORMED]


@pytest.mark.parametrize(
    ("sent", "status", "text"),
    [
        (b"GET /healthz HTTP/1.1\r\nHost: x\r\nExpect: \xff\r\n\r\n", b"417", b"unknown expectation\n"),
        (b"CONNECT \nx: 1 HTTP/1.1\r\nHost: x\r\n\r\n", b"404", b"404: Not Found"),
    ],
)
async def test_what_is_http_but_asks_for_nothing_that_there_is_gets_a_short_answer(
    client: Client, sent: bytes, status: bytes, text: bytes, logged: Logged
) -> None:
    head, _, answer = (await client.send(sent)).partition(b"\r\n\r\n")

    assert (head.split()[1], answer, b"Server:" in head, logged) == (status, text, False, [])


#: requests that are right but for a few bytes
ALMOST_RIGHT = (
    b"POST /slack/events HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Encoding: gzip\r\n\r\nhello",
    b"POST /slack/events HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    b"GET /metrics HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n",
    b"GET http://[::1]:3000/%ff HTTP/1.1\r\nHost: x\r\nCookie: a=b\r\nAuthorization: Bearer \xff\r\n\r\n",
    b"CONNECT x:443 HTTP/1.1\r\nHost: x\r\n\r\n",
)


@pytest.mark.parametrize("seed", range(5))
async def test_no_bytes_make_an_error_a_banner_or_a_traceback(client: Client, seed: int, logged: Logged) -> None:
    rng = random.Random(seed)
    answers = []
    for _ in range(100):
        sent = bytearray(rng.choice(ALMOST_RIGHT))
        for _ in range(rng.randint(1, 4)):
            at = rng.randrange(len(sent))
            sent[at : at + rng.choice([0, 1, 8])] = rng.choice([b"\r\n", b"\0", b"\xff", b":", b" ", b"9" * 20, b"x"])
        answers.append(await client.send(bytes(sent), end=True))

    heads = [answer.partition(b"\r\n\r\n")[0] for answer in answers]
    assert [head for head in heads if b" 500 " in head or b"Server:" in head] == []
    assert {line["event"] for line in logged} == {"request_rejected"}


async def test_a_head_larger_than_any_proxy_makes_it_is_cut_off(client: Client, logged: Logged) -> None:
    fields = b"".join(b"X-%d: %s\r\n" % (number, b"x" * 8000) for number in range(5))

    assert await client.send(b"GET /healthz HTTP/1.1\r\nHost: x\r\n" + fields) == b""
    assert [line["reason"] for line in logged] == [Rejection.TOO_LARGE]


async def test_a_client_that_goes_away_in_the_middle_of_a_body_is_nothing_to_log(
    client: Client, logged: Logged
) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", client.port)
    writer.write(HEAD + b"half")
    # answered after the request before
    await client.ask("GET", "/healthz")
    writer.close()
    await writer.wait_closed()
    await client.ask("GET", "/healthz")

    assert logged == []


async def test_a_connection_serves_one_request(client: Client) -> None:
    request = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"

    answer = await client.send(request * 3)

    assert (answer.count(b"alive\n"), b"Connection: close\r\n" in answer) == (1, True)


async def _drip(client: Client, first: bytes, more: bytes) -> bytes:
    """Send a beginning, then a little each half second; what comes until the server closes the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", client.port)
    answer = bytearray()

    async def read() -> None:
        # The server resets the connection if there is something left to read, and what came before counts.
        with suppress(ConnectionError):
            while piece := await reader.read(1000):
                answer.extend(piece)

    writer.write(first)
    reading = asyncio.ensure_future(read())
    while not reading.done():
        await asyncio.wait([reading], timeout=0.5)
        writer.write(more)
    writer.close()
    return bytes(answer)


async def test_heads_and_bodies_that_do_not_end_are_cut_off(client: Client, logged: Logged) -> None:
    body_of_a_get = b"GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n"
    async with asyncio.timeout(30):
        answers = await asyncio.gather(
            _drip(client, b"", b""),
            _drip(client, HALF_A_HEAD, b""),
            _drip(client, HALF_A_HEAD, b"x"),
            _drip(client, HEAD, b""),
            _drip(client, HEAD, b"x"),
            _drip(client, body_of_a_get, b"x"),
        )

    assert [answer[:15] for answer in answers] == [b"", b"", b"", b"", b"", b"HTTP/1.1 200 OK"]
    assert [line["reason"] for line in logged] == [Rejection.TOO_SLOW]


async def test_of_many_bodies_that_do_not_end_the_oldest_give_way(
    client: Client, logged: Logged, monkeypatch: pytest.MonkeyPatch
) -> None:
    # however long a busy machine takes for all of them
    monkeypatch.setitem(connections._LONGEST, connections.Phase.BODY, 60.0)
    streams = []
    for _ in range(66):
        streams.append(await asyncio.open_connection("127.0.0.1", client.port))
        streams[-1][1].write(HEAD)
        # answered after the request before
        await client.ask("GET", "/healthz")

    closed = [await reader.read() for reader, _ in streams[:2]]
    still_open = [not reader.at_eof() for reader, _ in streams[2:]]
    for _, writer in streams:
        writer.close()

    assert (closed, still_open) == ([b"", b""], [True] * 64)
    assert [line["reason"] for line in logged] == [Rejection.TOO_MANY]


@pytest.fixture
def many_files() -> Iterator[None]:
    """Let the process of the tests open thousands of connections."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard if hard != resource.RLIM_INFINITY else 65536, hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


StartBot = Callable[[int], tuple[int, Path]]


@pytest.fixture
def start_bot(tmp_path: Path) -> Iterator[StartBot]:
    """Start the bot as a process that may open so many files; its port and its log."""
    with ExitStack() as stack:

        def start(files: int) -> tuple[int, Path]:
            port = stack.enter_context(reserved_port())
            log = tmp_path / "bot.log"
            process = subprocess.Popen(  # noqa: S603 -- the project's own program
                [
                    sys.executable,
                    "-c",
                    f"import resource, runpy\n{_limit(files)}\nrunpy.run_module('bot', run_name='__main__')",
                ],
                env=_settings(tmp_path, port),
                cwd=tmp_path,
                stderr=stack.enter_context(log.open("w")),
            )
            stack.callback(process.wait)
            stack.callback(process.kill)
            give_up = time.monotonic() + START
            # A start opens files as well, and needs them.
            while _answer(port, "/readyz", b"ready\n", seconds=5.0) is None:
                assert process.poll() is None, log.read_text()
                assert time.monotonic() < give_up
                time.sleep(0.1)  # another process's port has no event
            return port, log

        yield start


def _limit(files: int) -> str:
    return f"resource.setrlimit(resource.RLIMIT_NOFILE, ({files}, {files}))"


def _settings(folder: Path, port: int) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "DATABASE_URL": f"sqlite+aiosqlite:///{folder / 'longtask.db'}",
        "SLACK_BOT_TOKEN": "xoxb-sample",
        "SLACK_SIGNING_SECRET": "sample",
        "SLACK_API_URL": "http://127.0.0.1:1/api/",
        "CONFLUENCE_URL": "http://127.0.0.1:1/wiki",
        "CONFLUENCE_EMAIL": "bot@example.com",
        "CONFLUENCE_API_TOKEN": "sample",
        "LOG_FORMAT": "json",
    }


def _answer(port: int, path: str, ending: bytes, *, seconds: float) -> float | None:
    """How many seconds an answer with this ending took; None if there was none within `seconds`."""
    began = time.monotonic()
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=seconds) as connection:
            connection.settimeout(seconds)
            connection.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            answer = b"".join(iter(lambda: connection.recv(4096), b""))
    except OSError:
        return None
    return time.monotonic() - began if answer.endswith(ending) else None


def _half_open(stack: ExitStack, port: int) -> None:
    connection = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=START))
    try:
        connection.sendall(HALF_A_HEAD)
    except OSError as error:
        # closed already in favour of later ones
        assert error.errno in (errno.EPIPE, errno.ECONNRESET)  # noqa: PT017 -- a race that both ends may win


# at 64 there are fewer files than the connections that the process would take
@pytest.mark.parametrize("files", [64, 256, 1024, 4096])
def test_health_is_answered_within_a_second_while_2000_half_open_connections_are_held(
    start_bot: StartBot, files: int, many_files: None
) -> None:
    port, log = start_bot(files)
    with ExitStack() as held:
        for _ in range(2000):
            _half_open(held, port)
        answers = [_answer(port, "/healthz", b"alive\n", seconds=5.0) for _ in range(5)]

    # the fastest, because how busy a machine is must not decide
    assert min(answer for answer in answers if answer is not None) < 1.0
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    refused = sorted(line["reason"] for line in lines if line["event"] == "request_rejected")
    assert refused in (
        [Rejection.TOO_MANY],
        sorted([Rejection.TOO_MANY, Rejection.TOO_SLOW]),
        sorted([Rejection.TOO_MANY, Rejection.NOT_ACCEPTED]),
        sorted([Rejection.TOO_MANY, Rejection.NOT_ACCEPTED, Rejection.TOO_SLOW]),
    )
    # There is no Slack to say whose the token is.
    expected = ("request_rejected", "token_not_identified")
    assert [line for line in lines if line["level"] in ("warning", "error") and line["event"] not in expected] == []
