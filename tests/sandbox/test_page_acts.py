"""What a person does on the page reaches the bot as Slack would send it, as that person and from that place."""

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
import yaml

from bot.domain.snapshot import Kind
from sandbox.harness import CHANNEL, COLLEAGUE, PERSON, TEAM, Sandbox
from sandbox.page import serve_page
from sandbox.page.acts import NOT_HEARD
from sandbox.page.shortcuts import read_shortcuts
from sandbox.slack.modal_stack import top_modal
from sandbox.slack.records import Json, PostedMessage
from tests.sandbox.page_support import post
from tests.sandbox.scripted_app import ScriptedApp, button, field_of, modal

HEARD = (200, {"status": 200, "error": None})
NOBODY_ASKED = (200, {"status": None, "error": None})
BOT = "U0SANDBOXBOT"


@pytest.fixture
async def browser(sandbox: Sandbox) -> AsyncIterator[aiohttp.ClientSession]:
    """A browser at the page."""
    async with serve_page(sandbox, sandbox.type_in) as url, aiohttp.ClientSession(base_url=url) as session:
        yield session


async def act(browser: aiohttp.ClientSession, path: str, **body: object) -> tuple[int, Json]:
    """Do something as the colleague; the status and the JSON of the answer."""
    async with browser.post(path, json={"user": COLLEAGUE, "channel": CHANNEL, **body}) as response:
        return response.status, await response.json()


async def open_modal(sandbox: Sandbox, app: ScriptedApp, *blocks: Json, user: str = COLLEAGUE) -> str:
    app.open("shortcut", modal(*blocks))
    await sandbox.slack.shortcut("ask", user=user)
    top = top_modal(sandbox.slack, user)
    assert top is not None
    return top.id


def newest(sandbox: Sandbox, channel: str = CHANNEL) -> PostedMessage:
    return list(sandbox.slack.channels[channel].messages.values())[-1]


async def test_what_mentions_nobody_is_only_posted(
    sandbox: Sandbox, browser: aiohttp.ClientSession, app: ScriptedApp
) -> None:
    assert await act(browser, "/say", text="@marta: 1 < 2") == NOBODY_ASKED
    said = newest(sandbox)
    assert (said.user, said.text, said.thread_ts, said.mentions) == (
        COLLEAGUE,
        f"<@{PERSON}>: 1 &lt; 2",
        None,
        (PERSON,),
    )
    assert app.seen == []


async def test_a_mention_of_the_bot_is_an_event_with_its_thread(
    sandbox: Sandbox, browser: aiohttp.ClientSession, app: ScriptedApp
) -> None:
    root = post(sandbox, "root")
    assert await act(browser, "/say", text="@longtask 123", root=root) == HEARD
    assert await act(browser, "/say", text="hey @longtask") == HEARD
    (replied,) = sandbox.slack.thread(CHANNEL, root)
    said = newest(sandbox)
    event = {"type": "app_mention", "user": COLLEAGUE, "team": TEAM, "channel": CHANNEL}
    assert app.seen == [
        {**event, "event_ts": replied.ts, "ts": replied.ts, "text": f"<@{BOT}> 123", "thread_ts": root},
        {**event, "event_ts": said.ts, "ts": said.ts, "text": f"hey <@{BOT}>"},
    ]


async def test_the_bot_is_not_informed_of_a_mention_where_slack_would_not(
    sandbox: Sandbox, browser: aiohttp.ClientSession, app: ScriptedApp
) -> None:
    direct = sandbox.slack.open_im(sandbox.slack.first_workspace, COLLEAGUE)
    answer = await act(browser, "/say", text="@longtask 123", channel=direct.id)
    assert (answer, newest(sandbox, direct.id).text, app.seen) == (
        (200, {"status": None, "error": NOT_HEARD}),
        f"<@{BOT}> 123",
        [],
    )


@pytest.mark.parametrize(
    "body", [{"text": "x", "root": "1.0"}, {"root": None}, {"text": "x", "channel": "C0DOCS"}, {"user": "U0NOBODY"}]
)
async def test_nothing_is_posted_nowhere(sandbox: Sandbox, browser: aiohttp.ClientSession, body: Json) -> None:
    status, _ = await act(browser, "/say", **body)
    assert (status, sandbox.slack.messages(CHANNEL)) == (400, [])


async def test_shortcuts_are_used_as_the_chosen_person(
    sandbox: Sandbox, browser: aiohttp.ClientSession, app: ScriptedApp
) -> None:
    said = sandbox.slack.say(CHANNEL, PERSON, "look: 123")
    assert await act(browser, "/shortcut", callback_id="follow_message", ts=said.ts) == HEARD
    assert await act(browser, "/shortcut", callback_id="follow_anywhere") == HEARD
    about, anywhere = app.seen
    assert (about["type"], about["callback_id"], about["user"]["id"], about["channel"]["id"]) == (
        "message_action",
        "follow_message",
        COLLEAGUE,
        CHANNEL,
    )
    assert about["message"]["text"] == "look: 123"
    assert (anywhere["type"], anywhere["callback_id"], anywhere["user"]["id"], "channel" in anywhere) == (
        "shortcut",
        "follow_anywhere",
        COLLEAGUE,
        False,
    )


async def test_a_modal_is_filled_in_clicked_sent_and_closed(
    sandbox: Sandbox, browser: aiohttp.ClientSession, app: ScriptedApp
) -> None:
    look = {"type": "actions", "block_id": "row", "elements": [button("Look", value="9")]}
    view = await open_modal(sandbox, app, field_of("plain_text_input", "id"), look)
    filled = {"view": view, "values": {"id": {"id": ["123"]}}}
    state = {"values": {"id": {"id": {"type": "plain_text_input", "value": "123"}}}}

    assert await act(browser, "/click-view", action_id="look", value="9", **filled) == HEARD
    assert await act(browser, "/submit", **filled) == HEARD
    (clicked,), (sent,) = app.payloads("block_actions"), app.payloads("view_submission")
    assert (clicked["actions"][0]["value"], clicked["view"]["state"]) == ("9", state)
    assert (sent["user"]["id"], sent["view"]["id"], sent["view"]["state"]) == (COLLEAGUE, view, state)
    assert top_modal(sandbox.slack, COLLEAGUE) is None

    second = await open_modal(sandbox, app, field_of("plain_text_input", "id"))
    assert await act(browser, "/close", view=second) == NOBODY_ASKED
    assert top_modal(sandbox.slack, COLLEAGUE) is None


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/submit", {"values": {"id": {"id": []}}}),
        ("/submit", {"values": []}),
        ("/submit", {"view": "V404", "values": {}}),
        ("/submit", {"user": PERSON, "values": {}}),
        ("/close", {"user": PERSON}),
        ("/click-view", {"user": PERSON, "action_id": "look", "value": "9"}),
        ("/click-view", {"action_id": "look"}),
        ("/shortcut", {"callback_id": "ask", "ts": "1.0"}),
    ],
)
async def test_what_nobody_could_do_in_slack_is_refused(
    sandbox: Sandbox, browser: aiohttp.ClientSession, app: ScriptedApp, path: str, body: Json
) -> None:
    view = await open_modal(sandbox, app, field_of("plain_text_input", "id"))
    app.seen.clear()
    status, _ = await act(browser, path, **{"view": view, **body})
    assert (status, app.seen) == (400, [])
    top = top_modal(sandbox.slack, COLLEAGUE)
    assert top is not None


async def test_a_tab_that_is_opened_is_an_event(browser: aiohttp.ClientSession, app: ScriptedApp) -> None:
    assert await act(browser, "/tab", tab="home") == HEARD
    assert [(event["type"], event["user"], event["tab"]) for event in app.seen] == [
        ("app_home_opened", COLLEAGUE, "home")
    ]


@pytest.mark.parametrize("kind", [Kind.COPY, Kind.DELETE, Kind.ARCHIVE, Kind.SPACE_DELETE])
async def test_a_task_begins_in_confluence_and_nobody_is_shown_its_id(
    sandbox: Sandbox, browser: aiohttp.ClientSession, kind: Kind
) -> None:
    assert await act(browser, "/begin", kind=kind.value) == NOBODY_ASKED
    ((remote_id, task),) = sandbox.confluence.tasks.items()
    body = sandbox.confluence.body(remote_id)
    assert body is not None
    assert (task.script.name, body["finished"]) == (f"{kind}_begun_in_confluence", False)


@pytest.mark.parametrize("kind", ["nothing", "move"])
async def test_what_cannot_be_begun_is_refused(sandbox: Sandbox, browser: aiohttp.ClientSession, kind: str) -> None:
    status, _ = await act(browser, "/begin", kind=kind)
    assert (status, sandbox.confluence.tasks) == (400, {})


def test_the_menus_hold_the_shortcuts_of_the_manifest(tmp_path: Path) -> None:
    manifest = tmp_path / "app_manifest.yml"
    manifest.write_text(
        "features:\n  shortcuts:\n"
        "    - {name: Follow, type: message, callback_id: follow_message, description: In its thread}\n"
    )
    shortcut = {"name": "Follow", "type": "message", "callback_id": "follow_message", "description": "In its thread"}
    assert read_shortcuts(manifest) == [shortcut]
    manifest.write_text("features: {}\n")
    assert read_shortcuts(manifest) == []


def test_the_shortcuts_of_the_app_are_read() -> None:
    features = yaml.safe_load(Path("app_manifest.yml").read_text(encoding="utf-8"))["features"]
    assert [each["callback_id"] for each in read_shortcuts()] == [
        each["callback_id"] for each in features.get("shortcuts", [])
    ]
