"""The rule of outbound calls, against real servers."""

import tracemalloc
import zlib

import pytest
from aiohttp import web
from yarl import URL

from bot.clients.confluence import ConfluenceClient, ConfluenceError, Site
from bot.clients.confluence import open_session as open_confluence_session
from bot.clients.http import MAX_BODY, UnknownHost
from bot.clients.slack.client import SlackClient
from bot.clients.slack.errors import Ambiguous, NotConnected, Refused
from bot.clients.slack.responses import RespondResult, RespondStatus
from bot.clients.slack.session import slack_hosts
from bot.domain.command import SiteKind
from bot.domain.poll_result import Unreadable
from tests.support.scripted_slack import ScriptedSlack, ok
from tests.support.simulated_site import BASIC, STORY, simulated
from tests.support.web_server import Answer, served

#: bytes
UNPACKED = 8 * MAX_BODY


def redirects(status: int, location: str) -> Answer:
    async def answer(_request: web.Request) -> web.Response:
        # what a redirect says besides is not believed
        return web.json_response({"ok": False, "error": "invalid_auth"}, status=status, headers={"Location": location})

    return answer


class Elsewhere:
    """A server that should hear nothing, and would agree to everything."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    async def answer(self, request: web.Request) -> web.Response:
        self.heard.append(f"{request.method} {request.path} {(await request.read()).decode()}")
        return web.json_response({"ok": True, "channel": "C1", "ts": "6.6"})


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_message_is_not_sent_where_a_redirect_leads(
    slack: ScriptedSlack, client: SlackClient, status: int
) -> None:
    elsewhere = Elsewhere()
    async with served(elsewhere.answer) as url:
        slack.prepare("chat.postMessage", redirects(status, f"{url}/api/chat.postMessage"))
        with pytest.raises(Ambiguous, match=r"^chat\.postMessage: Redirected$"):
            await client.post("C1", "private words")
        slack.prepare("users.info", redirects(status, f"{slack.url}users.info"))
        with pytest.raises(Ambiguous, match=r"^users\.info: Redirected$"):
            await client.user_info("U1")
        slack.prepare("response", redirects(status, f"{slack.url}elsewhere"))
        assert await client.respond(f"{slack.url}response", "hello") == RespondResult(
            status=RespondStatus.LATER, answer="Redirected"
        )
        slack.prepare("files.getUploadURLExternal", ok(upload_url=f"{slack.url}upload", file_id="F1"))
        slack.prepare("upload", redirects(status, f"{url}/upload"))
        with pytest.raises(NotConnected, match=r"^files\.upload: Redirected$"):
            await client.upload_file("C1", "1.0", "all.csv", b"a,b", title="All", comment="all")
    assert elsewhere.heard == []
    assert [method for method, _arguments in slack.calls] == [
        "chat.postMessage",
        "users.info",
        "response",
        "files.getUploadURLExternal",
        "upload",
    ]


async def test_a_response_url_and_an_upload_url_of_another_host_are_not_called(
    slack: ScriptedSlack, client: SlackClient
) -> None:
    elsewhere = Elsewhere()
    async with served(elsewhere.answer) as url:
        assert await client.respond(f"{url}/commands/1/2", "private words") == RespondResult(
            status=RespondStatus.REFUSED, answer="unknown host"
        )
        slack.prepare("files.getUploadURLExternal", ok(upload_url=f"{url}/upload", file_id="F1"))
        with pytest.raises(Refused, match=r"^files\.upload: unknown host$"):
            await client.upload_file("C1", "1.0", "all.csv", b"a,b", title="All", comment="all")
    assert elsewhere.heard == []


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("https://hooks.slack.com/commands/T1/2/3", True),
        ("https://hooks.slack.com:443/commands/T1/2/3", True),
        ("https://HOOKS.Slack.com/commands/T1/2/3", True),
        ("https://files.slack.com/upload/v1/abc", True),
        ("https://slack.com/x", True),
        ("https://hooks.slack-gov.com/commands/T1/2/3", True),
        ("http://127.0.0.1:9000/response/1", True),
        ("http://hooks.slack.com/commands/T1/2/3", False),
        ("https://hooks.slack.com.evil.example/x", False),
        ("https://evilslack.com/x", False),
        ("https://hooks.slack.com@evil.example/x", False),
        ("https://evil.example/hooks.slack.com", False),
        ("https://evil.example#.slack.com", False),
        ("http://127.0.0.1:9001/response/1", False),
        ("http://127.0.0.1/response/1", False),
        ("https://127.0.0.1:9000/response/1", False),
        ("http://localhost:9000/response/1", False),
        ("http://169.254.169.254/latest/meta-data", False),
        ("wss://wss-primary.slack.com/link/?ticket=1", True),
        ("wss://wss.slack-gov.com/link/?ticket=1", True),
        ("ws://127.0.0.1:9000/link/?ticket=1", True),
        ("ws://wss-primary.slack.com/link/?ticket=1", False),
        ("wss://wss-primary.slack.com.evil.example/link/?ticket=1", False),
        ("wss://127.0.0.1:9000/link/?ticket=1", False),
        ("ftp://slack.com/link", False),
    ],
)
def test_only_slacks_hosts_are_called(url: str, allowed: bool) -> None:
    assert slack_hosts("http://127.0.0.1:9000/api/")(URL(url)) is allowed


async def test_the_session_to_confluence_calls_only_the_site_that_is_asked() -> None:
    async with simulated() as (simulator, site, client), open_confluence_session() as session:
        await client.look(site, BASIC, simulator.add(STORY))
        with pytest.raises(UnknownHost):
            await session.get(f"{simulator.origin}/wiki/rest/api/longtask/1")
        assert len(simulator.log) == 1


def packed(size: int, *, begin: bytes = b"", end: bytes = b"") -> bytes:
    """So many bytes between two texts, in gzip."""
    press = zlib.compressobj(1, wbits=31)
    parts = [press.compress(begin)]
    parts += [press.compress(b" " * 2**20) for _ in range(size // 2**20)]
    return b"".join([*parts, press.compress(end), press.flush()])


async def test_an_answer_that_unpacks_to_much_more_is_not_unpacked(slack: ScriptedSlack, client: SlackClient) -> None:
    bomb = packed(UNPACKED, begin=b'{"ok":true,"channel":"C1","ts":"1.1"', end=b"}")

    async def answer(request: web.Request) -> web.Response:
        media_type = "text/plain" if request.path.endswith("users.info") else "application/json"
        return web.Response(body=bomb, headers={"Content-Encoding": "gzip", "Content-Type": media_type})

    slack.prepare("chat.postMessage", answer)
    slack.prepare("users.info", answer)
    slack.prepare("response", answer)
    tracemalloc.start()
    with pytest.raises(Ambiguous, match=r"^chat\.postMessage: BodyRefused$"):
        await client.post("C1", "hello")
    with pytest.raises(Ambiguous, match=r"^users\.info: BodyRefused$"):
        await client.user_info("U1")
    await client.respond(f"{slack.url}response", "hello")
    _size, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < UNPACKED // 2


async def test_a_charset_of_the_servers_choice_is_not_used(slack: ScriptedSlack, client: SlackClient) -> None:
    async def answer(_request: web.Request) -> web.Response:
        body = b'{"ok":true,"channel":"C1","ts":"1.1"}'
        return web.Response(body=body, headers={"Content-Type": "application/json; charset=zlib"})

    slack.prepare("chat.postMessage", answer)
    assert (await client.post("C1", "hello")).ts == "1.1"


@pytest.mark.parametrize("unit", [b"[]", b"{}", b"0", b'""', b'{"a":[]}'])
async def test_millions_of_values_from_confluence_are_not_decoded(unit: bytes) -> None:
    head, tail = b'{"id":"1","finished":false,"messages":[', b"]}"
    body = head + b",".join([unit] * ((MAX_BODY - 100) // (len(unit) + 1))) + tail

    async def answer(_request: web.Request) -> web.Response:
        return web.Response(body=body, content_type="application/json")

    async with served(answer) as url, open_confluence_session() as session:
        looked = await ConfluenceClient(session).look(Site(kind=SiteKind.CLOUD, base_url=url), BASIC, "1")
    assert looked == Unreadable(reason="more than 200,000 values")


async def test_a_cloud_id_in_an_answer_without_bounds_is_none() -> None:
    async def answer(_request: web.Request) -> web.Response:
        return web.Response(text="[" * 100_000 + "]" * 100_000, content_type="application/json")

    async with served(answer) as url, open_confluence_session() as session:
        with pytest.raises(ConfluenceError, match="no cloud id"):
            await ConfluenceClient(session).cloud_id(url)
