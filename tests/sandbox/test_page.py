"""The page shows the channel as HTML, sends signed requests, and lets nobody else in."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import aiohttp
import pytest

from sandbox.harness import CHANNEL, COLLEAGUE, PERSON, TEAM, Sandbox
from sandbox.page import serve_page
from sandbox.page.channel import channel_messages
from sandbox.slack.message_content import MessageContent
from sandbox.slack.records import DispatchResult, EphemeralMessage


@asynccontextmanager
async def opened(sandbox: Sandbox) -> AsyncIterator[tuple[aiohttp.ClientSession, list[tuple[str, str]]]]:
    """A browser at the page, and what was typed in it."""
    typed: list[tuple[str, str]] = []

    async def take(text: str, user: str) -> DispatchResult:
        typed.append((text, user))
        return DispatchResult(
            kind="command", team_id=TEAM, user=user, channel=CHANNEL, text=text, status=200, body="", seconds=0.0
        )

    async with serve_page(sandbox, take) as url, aiohttp.ClientSession(base_url=url) as browser:
        yield browser, typed


def post(sandbox: Sandbox, text: str, root: str | None = None) -> str:
    slack = sandbox.slack
    return slack.post(slack.workspaces[TEAM], slack.channels[CHANNEL], MessageContent(text=text), thread_ts=root).ts


async def next_state(response: aiohttp.ClientResponse) -> list[tuple[str | None, str]]:
    """The next picture: root and HTML of each message."""
    while True:
        line = await response.content.readline()
        if line.startswith(b"data: "):
            return [(message["root"], message["html"]) for message in json.loads(line[6:])["messages"]]


def section(html: str) -> str:
    return f'<div class="slack"><div class="section">{html}</div></div>'


def test_threads_files_and_what_only_one_person_sees(sandbox: Sandbox) -> None:
    root = post(sandbox, f"*Following* for <@{PERSON}>")
    reply = post(sandbox, "38%", root)
    for user in (PERSON, COLLEAGUE):
        sandbox.slack.show_to_one(
            EphemeralMessage(ts=f"1.{user}", at=0, user=user, channel=CHANNEL, via="ack", text=f"<@{user}>")
        )
    sandbox.slack.show_to_one(
        EphemeralMessage(
            ts="2.0", at=0, user=PERSON, channel=CHANNEL, via="chat.postEphemeral", text="psst", thread_ts=root
        )
    )
    bot = {"author": "longtask", "app": True, "edited": False}
    assert channel_messages(sandbox.slack, CHANNEL, PERSON) == [
        {
            **bot,
            "ts": root,
            "root": None,
            "private": False,
            "html": section('<b>Following</b> for <span class="mention">@marta</span>'),
        },
        {**bot, "ts": reply, "root": root, "private": False, "html": section("38%")},
        {
            **bot,
            "ts": f"1.{PERSON}",
            "root": None,
            "private": True,
            "html": section('<span class="mention">@marta</span>'),
        },
        {**bot, "ts": "2.0", "root": root, "private": True, "html": section("psst")},
    ]


async def test_changes_are_streamed_as_they_come(sandbox: Sandbox) -> None:
    async with opened(sandbox) as (browser, _), asyncio.timeout(10), browser.get("/events") as events:
        assert await next_state(events) == []
        root = post(sandbox, "one")
        assert await next_state(events) == [(None, section("one"))]
        sandbox.slack.edit(sandbox.slack.message(CHANNEL, root), MessageContent(text="two"))
        assert await next_state(events) == [(None, section("two"))]


async def test_the_page_holds_the_first_picture_and_no_text_of_others_as_markup(sandbox: Sandbox) -> None:
    post(sandbox, "&lt;/script&gt;<javascript:alert(1)|go> &amp; {first} </script>")
    async with opened(sandbox) as (browser, _), browser.get("/") as response:
        html = await response.text()
    before, _, rest = html.partition('<script id="first" type="application/json">')
    data, _, after = rest.partition("</script>")
    shown = [message["html"] for message in json.loads(data)["messages"]]
    assert shown == [section("&lt;/script&gt;go &amp; {first} /script")]
    assert (before + after).count("<script") == 1


@pytest.mark.parametrize(
    ("path", "media_type"), [("/", "text/html"), ("/page.css", "text/css"), ("/page.js", "text/javascript")]
)
async def test_nothing_comes_from_elsewhere(sandbox: Sandbox, path: str, media_type: str) -> None:
    async with opened(sandbox) as (browser, _), browser.get(path) as response:
        policy, text = response.headers["Content-Security-Policy"], await response.text()
    assert (response.content_type, "http://" in text, "https://" in text) == (media_type, False, False)
    assert policy == (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'"
    )


async def test_what_is_typed_is_handed_on_for_whom_it_was_typed(sandbox: Sandbox) -> None:
    async with opened(sandbox) as (browser, typed):
        for order in ({"text": "help"}, {"text": "list", "user": COLLEAGUE}):
            async with browser.post("/type", json=order) as response:
                assert await response.json() == {"status": 200, "error": None}
    assert typed == [("help", PERSON), ("list", COLLEAGUE)]


async def test_a_click_is_a_signed_request_to_the_bot(sandbox: Sandbox) -> None:
    await sandbox.start_bot()
    slack = sandbox.slack
    button = {"type": "button", "action_id": "stop", "value": "1", "text": {"type": "plain_text", "text": "Stop"}}
    content = MessageContent(text="card", blocks=({"type": "actions", "elements": [button]},))
    card = slack.post(slack.workspaces[TEAM], slack.channels[CHANNEL], content)
    order = {"ts": card.ts, "action_id": "stop", "user": COLLEAGUE}
    async with opened(sandbox) as (browser, _), browser.post("/click", json=order) as response:
        answer = await response.json()
    # the bot took the signature for good; with a bad one it would have said 401
    assert [(each.kind, each.user, each.text) for each in slack.requests] == [("click", COLLEAGUE, "stop")]
    assert answer == {"status": slack.requests[0].status, "error": slack.requests[0].error}
    assert slack.requests[0].status != 401


@pytest.mark.parametrize(
    ("path", "order"),
    [
        ("/type", {"text": "help", "user": "U0NOBODY"}),
        ("/type", {}),
        ("/type", []),
        ("/click", {"ts": "1.0", "action_id": "stop"}),
    ],
)
async def test_an_order_that_makes_no_sense_is_refused(sandbox: Sandbox, path: str, order: object) -> None:
    async with opened(sandbox) as (browser, typed), browser.post(path, json=order) as response:
        assert (response.status, typed) == (400, [])


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "sandbox.evil.example"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Content-Type": "text/plain"}, 415),
        ({"Content-Type": "application/x-www-form-urlencoded"}, 415),
    ],
)
async def test_other_sites_may_not_type(sandbox: Sandbox, headers: dict[str, str], status: int) -> None:
    sent = {"Content-Type": "application/json", **headers}
    async with (
        opened(sandbox) as (browser, typed),
        browser.post("/type", data=b'{"text": "help"}', headers=sent) as response,
    ):
        assert (response.status, typed) == (status, [])


async def test_the_end_does_not_wait_for_those_who_look(sandbox: Sandbox) -> None:
    async def nothing(text: str, user: str) -> DispatchResult:
        raise AssertionError

    async with asyncio.timeout(5), aiohttp.ClientSession() as browser, AsyncExitStack() as page:
        url = await page.enter_async_context(serve_page(sandbox, nothing))
        async with browser.get(f"{url}events") as events:
            await next_state(events)
            await page.aclose()
            assert (await events.content.read()).strip() == b""
