"""Proxies of the environment, for every client alike."""

import pytest
from aiohttp import web
from yarl import URL

from bot.clients.confluence import ConfluenceClient, Site
from bot.clients.confluence import open_session as open_confluence_session
from bot.clients.proxy import ProxyError, check_proxies, proxy_for
from bot.clients.slack.client import SlackClient
from bot.clients.slack.session import open_session as open_slack_session
from bot.domain.command import SiteKind
from bot.domain.poll_result import Seen
from bot.metrics import Metrics
from tests.support.simulated_site import BASIC
from tests.support.web_server import served

NAMES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")


@pytest.fixture
def environ(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An environment without proxies."""
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    return monkeypatch


@pytest.mark.parametrize("scheme", ["http://", "", " http://"])
async def test_every_client_goes_through_the_same_proxy(environ: pytest.MonkeyPatch, scheme: str) -> None:
    asked: list[tuple[str, str]] = []

    async def proxy(request: web.Request) -> web.Response:
        asked.append((request.method, request.raw_path))
        both = {"ok": True, "channel": "C1", "ts": "1.1", "id": "1", "finished": False, "successful": False}
        return web.json_response(both)

    async with served(proxy) as url:
        environ.setenv("HTTP_PROXY", scheme + url.removeprefix("http://"))
        base_url = "http://slack.example/api/"
        async with open_slack_session(base_url) as to_slack, open_confluence_session() as to_confluence:
            slack = SlackClient(to_slack, token="xoxb-1", base_url=base_url, metrics=Metrics())
            posted = await slack.post("C1", "hello")
            answered = await slack.respond(f"{base_url}response", "hello")
            site = Site(kind=SiteKind.CLOUD, base_url="http://acme.example")
            looked = await ConfluenceClient(to_confluence).look(site, BASIC, "1")
    assert (posted.ts, answered.status, type(looked)) == ("1.1", "delivered", Seen)
    assert asked == [
        ("POST", "http://slack.example/api/chat.postMessage"),
        ("POST", "http://slack.example/api/response"),
        ("GET", "http://acme.example/wiki/rest/api/longtask/1"),
    ]


@pytest.mark.parametrize(
    ("given", "url", "proxy"),
    [
        ({"HTTPS_PROXY": "p.example:8080"}, "https://slack.com/api/", "http://p.example:8080"),
        ({"HTTPS_PROXY": "http://u:p%40@p.example:8080/"}, "https://slack.com/api/", "http://u:p%40@p.example:8080/"),
        ({"HTTPS_PROXY": "https://p.example"}, "https://slack.com/api/", "https://p.example"),
        ({"HTTPS_PROXY": "p.example:1"}, "http://127.0.0.1/api/", None),
        ({"ALL_PROXY": "p.example:1"}, "https://slack.com/api/", "http://p.example:1"),
        (
            {"ALL_PROXY": "socks5://s.example:1", "HTTPS_PROXY": "p.example:1"},
            "https://a.example",
            "http://p.example:1",
        ),
        ({"HTTPS_PROXY": "a.example:1", "https_proxy": "b.example:1"}, "https://slack.com/", "http://b.example:1"),
        ({"HTTPS_PROXY": "a.example:1", "https_proxy": ""}, "https://slack.com/", None),
        ({"HTTPS_PROXY": "  "}, "https://slack.com/", None),
        ({"HTTPS_PROXY": "p.example:1", "NO_PROXY": "slack.com"}, "https://hooks.slack.com/x", None),
        ({"HTTPS_PROXY": "p.example:1", "NO_PROXY": ".slack.com, acme.example"}, "https://acme.example/", None),
        ({"HTTPS_PROXY": "p.example:1", "NO_PROXY": "slack.com"}, "https://evilslack.com/x", "http://p.example:1"),
        ({"HTTPS_PROXY": "p.example:1", "NO_PROXY": "*"}, "https://slack.com/", None),
        ({}, "https://slack.com/", None),
        ({"HTTPS_PROXY": "p.example:1"}, "wss://wss-primary.slack.com/link", "http://p.example:1"),
        ({"HTTPS_PROXY": "p.example:1", "NO_PROXY": ".slack.com"}, "wss://wss-primary.slack.com/link", None),
        ({"HTTP_PROXY": "p.example:1"}, "wss://wss-primary.slack.com/link", None),
        ({"HTTP_PROXY": "p.example:1"}, "ws://slack.example/link", "http://p.example:1"),
    ],
)
def test_a_proxy_is_found_by_the_rules_of_curl(
    environ: pytest.MonkeyPatch, given: dict[str, str], url: str, proxy: str | None
) -> None:
    for name, value in given.items():
        environ.setenv(name, value)
    assert proxy_for(url) == (None if proxy is None else URL(proxy))


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        *(
            (
                name,
                f"{scheme}://user:secret@127.0.0.1:9",
                "names a SOCKS proxy, which the bot does not speak: give an HTTP proxy or none.",
            )
            for name in ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY")
            for scheme in ("socks5", "socks5h", "SOCKS4")
        ),
        *(
            ("HTTPS_PROXY", value, "is not the address of an HTTP proxy, like http://proxy.example.com:8080.")
            for value in (
                "http://",
                "ftp://secret:1",
                "http://secret:99999",
                "http://u:se/cret@h:1",
                "http://[secret",
                "://",
            )
        ),
    ],
)
def test_a_proxy_that_cannot_be_used_is_one_sentence(
    environ: pytest.MonkeyPatch, name: str, value: str, sentence: str
) -> None:
    environ.setenv(name, value)
    with pytest.raises(ProxyError) as raised:
        check_proxies()
    assert str(raised.value) == f"{name} {sentence}"
