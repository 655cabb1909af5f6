"""Metrics are for the bearer of the token, or for this machine."""

from collections.abc import Sequence

import pytest

from bot.web import create
from tests.support.http_client import Client, listening


async def ready() -> Sequence[str]:
    return []


async def metrics() -> bytes:
    return b"m 1\n"


async def get(client: Client, *, target: str = "/metrics", version: str = "1.1", headers: str = "") -> tuple[str, str]:
    """Ask for the metrics with such headers; the status and text of the answer."""
    answer = (await client.send(f"GET {target} HTTP/{version}\r\n{headers}\r\n".encode())).decode()
    head, _, text = answer.partition("\r\n\r\n")
    return head.split()[1], text


@pytest.mark.parametrize("host", ["localhost", "LocalHost:3000", "127.0.0.1:3000", "127.9.9.9", "[::1]:3000", "[::1]"])
async def test_metrics_are_for_this_machine_by_a_name_of_its_own(client: Client, host: str) -> None:
    assert await get(client, headers=f"Host: {host}\r\n") == ("200", "m 1\n")


@pytest.mark.parametrize(
    "headers",
    [
        "Host: bot.example.com\r\n",
        "Host: localhost.example.com\r\n",
        "Host: localhost@bot.example.com\r\n",
        "Host: 10.0.0.1\r\n",
        "Host: [::2]\r\n",
        "Host: [::1\r\n",
        "Host: \r\n",
        "Host: localhost\r\nX-Forwarded-For: 127.0.0.1\r\n",
        "Host: localhost\r\nx-forwarded-host: localhost\r\n",
        "Host: localhost\r\nForwarded: for=127.0.0.1\r\n",
        "Host: localhost\r\nX-Real-IP: 127.0.0.1\r\n",
        "Host: localhost\r\nVia: 1.1 localhost\r\n",
        "Host: localhost\r\nCF-Connecting-IP: 127.0.0.1\r\n",
    ],
)
async def test_metrics_without_a_token_are_for_nobody_else(client: Client, headers: str) -> None:
    assert await get(client, headers=headers) == ("403", "not for you\n")


async def test_a_request_that_names_no_host_or_two_gets_no_metrics(client: Client) -> None:
    answers = [
        await get(client, version="1.0"),
        await get(client),
        await get(client, headers="Host: localhost\r\nHost: bot.example.com\r\n"),
    ]

    assert [status for status, _ in answers] == ["403", "400", "400"]


async def test_the_host_of_an_absolute_address_counts_as_well(client: Client) -> None:
    targets = ("http://localhost/metrics", "http://bot.example.com/metrics")

    answers = [await get(client, target=target, headers="Host: localhost\r\n") for target in targets]

    assert answers == [("200", "m 1\n"), ("403", "not for you\n")]


@pytest.mark.parametrize(
    ("authorization", "status"),
    [
        ("Bearer right", 200),
        ("Bearer wrong", 401),
        ("Bearer ", 401),
        ("", 401),
        ("right", 401),
        ("Basic right", 401),
        ("Bearer räight", 401),
    ],
)
async def test_metrics_with_a_token_are_for_its_bearer_only(authorization: str, status: int) -> None:
    app = create(slack=None, readiness=ready, metrics=metrics, metrics_token="right")
    headers = {"Authorization": authorization, "Host": "bot.example.com", "X-Forwarded-For": "192.0.2.1"}
    async with listening(app) as client:
        assert (await client.ask("GET", "/metrics", headers=headers))[0] == status
