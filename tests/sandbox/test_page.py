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
from sandbox.slack.records import DispatchResult
from tests.sandbox.page_support import paragraph, post, share


@asynccontextmanager
async def opened(sandbox: Sandbox) -> AsyncIterator[tuple[aiohttp.ClientSession, list[tuple[str, str, str]]]]:
    """A browser at the page, and what was typed in it."""
    typed: list[tuple[str, str, str]] = []

    async def take(text: str, user: str, channel: str) -> DispatchResult:
        typed.append((text, user, channel))
        return DispatchResult(
            kind="command", team_id=TEAM, user=user, channel=channel, text=text, status=200, body="", seconds=0.0
        )

    async with serve_page(sandbox, take) as url, aiohttp.ClientSession(base_url=url) as browser:
        yield browser, typed


async def next_state(response: aiohttp.ClientResponse) -> list[tuple[str | None, object]]:
    """The next picture: root and content of each message."""
    while True:
        line = await response.content.readline()
        if line.startswith(b"data: "):
            return [(message["root"], message["content"]) for message in json.loads(line[6:])["messages"]]


async def test_a_file_is_handed_to_who_sees_its_message(sandbox: Sandbox) -> None:
    file = share(sandbox, b"\xef\xbb\xbfTitle", post(sandbox, "root"), "findings ü.csv")
    sandbox.slack.channels[CHANNEL].members.add("U0OLENA")
    sandbox.slack.add_user("U0OLENA")
    link = channel_messages(sandbox.slack, CHANNEL, PERSON)[-1]["content"]
    address = f"/files/F0LIST?user={PERSON}"
    attributes = {"class": "file", "href": address, "download": file.filename}
    assert link == [["a", attributes, file.filename, ["small", {}, "8 bytes"]]]
    async with opened(sandbox) as (browser, _):
        async with browser.get(address) as response:
            assert (response.status, response.content_type, await response.read()) == (200, "text/csv", file.content)
            assert response.headers["Content-Disposition"] == "attachment; filename*=UTF-8''findings%20%C3%BC.csv"
        for wrong in ("/files/F0OTHER", "/files/F0LIST?user=U0NOBODY"):
            async with browser.get(wrong) as response:
                assert response.status == 400


async def test_changes_are_streamed_as_they_come(sandbox: Sandbox) -> None:
    async with opened(sandbox) as (browser, _), asyncio.timeout(60), browser.get("/events") as events:
        assert await next_state(events) == []
        root = post(sandbox, "one")
        assert await next_state(events) == [(None, paragraph("one"))]
        sandbox.slack.edit(sandbox.slack.message(CHANNEL, root), MessageContent(text="two"))
        assert await next_state(events) == [(None, paragraph("two"))]


async def test_the_page_holds_the_first_picture_and_no_text_of_others_as_markup(sandbox: Sandbox) -> None:
    post(sandbox, "&lt;/script&gt;<javascript:alert(1)|go> &amp; {first} </script>")
    async with opened(sandbox) as (browser, _), browser.get("/") as response:
        html = await response.text()
    before, _, rest = html.partition('<script id="first" type="application/json">')
    data, _, after = rest.partition("</script>")
    shown = [message["content"] for message in json.loads(data)["messages"]]
    assert shown == [paragraph("</script>", "go", " & {first} ", "/script")]
    assert (before + after).count("<script") == 1


@pytest.mark.parametrize(
    ("path", "media_type"),
    [("/", "text/html"), ("/page.css", "text/css"), ("/page.js", "text/javascript"), ("/news.js", "text/javascript")],
)
async def test_nothing_comes_from_elsewhere(sandbox: Sandbox, path: str, media_type: str) -> None:
    async with opened(sandbox) as (browser, _), browser.get(path) as response:
        policy, text = response.headers["Content-Security-Policy"], await response.text()
    assert (response.content_type, "http://" in text, "https://" in text) == (media_type, False, False)
    assert policy == (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    )


async def test_what_is_typed_is_handed_on_for_whom_and_where_it_was_typed(sandbox: Sandbox) -> None:
    sandbox.slack.add_channel("C0DOCS", "docs", members=[COLLEAGUE])
    async with opened(sandbox) as (browser, typed):
        for order in ({"text": "help"}, {"text": "list", "user": COLLEAGUE, "channel": "C0DOCS"}):
            async with browser.post("/type", json=order) as response:
                assert await response.json() == {"status": 200, "error": None}
    assert typed == [("help", PERSON, CHANNEL), ("list", COLLEAGUE, "C0DOCS")]


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
        ("/type", {"text": "help", "channel": "C0DOCS"}),
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
    async def nothing(text: str, user: str, channel: str) -> DispatchResult:
        raise AssertionError

    async with asyncio.timeout(60), aiohttp.ClientSession() as browser, AsyncExitStack() as page:
        url = await page.enter_async_context(serve_page(sandbox, nothing))
        async with browser.get(f"{url}events") as events:
            await next_state(events)
            await page.aclose()
            assert (await events.content.read()).strip() == b""
