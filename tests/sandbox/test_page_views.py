"""What the page shows of the views that an app opens for one person: modals, and the home."""

import pytest

from sandbox.harness import CHANNEL, COLLEAGUE, PERSON, TEAM, Sandbox
from sandbox.html_tree import JsonNode
from sandbox.page.channel import channel_messages
from sandbox.page.views import page_home, page_modal
from sandbox.slack.records import Json
from tests.sandbox.page_support import whisper
from tests.sandbox.scripted_app import ScriptedApp, button, field_of, modal, section


async def open_modal(sandbox: Sandbox, app: ScriptedApp, view: Json) -> str:
    """The id of a modal that the main person has opened."""
    app.open("shortcut", view)
    await sandbox.slack.shortcut("ask", user=PERSON)
    shown = page_modal(sandbox.slack, PERSON, CHANNEL)
    assert shown is not None
    return shown["id"]


def choices(sandbox: Sandbox, channel: str = CHANNEL) -> list[tuple[str, bool]]:
    """Label of each option of the only menu, and whether it is chosen."""
    shown = page_modal(sandbox.slack, PERSON, channel)
    assert shown is not None
    return [(str(node[2]), "selected" in node[1]) for node in found(shown["content"], "option")]


def found(nodes: object, tag: str) -> list[list[JsonNode]]:
    """All nodes of a tag."""
    if not isinstance(nodes, list):
        return []
    here = [nodes] if nodes and nodes[0] == tag else []
    return here + [each for node in nodes for each in found(node, tag)]


async def test_a_modal_has_its_title_its_buttons_and_the_persons_language(sandbox: Sandbox, app: ScriptedApp) -> None:
    sandbox.slack.users[PERSON].locale = "de-DE"
    view = modal(section("*Which* one?"), title="Folgen", submit=None, close={"type": "plain_text", "text": "Zu"})
    view_id = await open_modal(sandbox, app, view)
    assert page_modal(sandbox.slack, PERSON, CHANNEL) == {
        "id": view_id,
        "lang": "de-DE",
        "title": "Folgen",
        "submit": None,
        "close": "Zu",
        "trouble": None,
        "content": [["div", {"class": "slack"}, ["div", {"class": "section"}, ["b", {}, "Which"], " one?"]]],
    }
    assert page_modal(sandbox.slack, COLLEAGUE, CHANNEL) is None


async def test_what_is_wrong_stands_below_its_field_or_below_all(sandbox: Sandbox, app: ScriptedApp) -> None:
    view_id = await open_modal(sandbox, app, modal(field_of("plain_text_input", "id", initial_value="7")))
    app.acknowledge("view_submission", {"response_action": "errors", "errors": {"id": "No such task."}})
    await sandbox.slack.submit(view_id, PERSON, {})
    shown = page_modal(sandbox.slack, PERSON, CHANNEL)
    assert shown is not None
    assert found(shown["content"], "p") == [["p", {"id": "error-0", "class": "error"}, "No such task."]]

    app.acknowledge("view_submission", {"response_action": "errors", "errors": {"other": "No such field."}})
    await sandbox.slack.submit(view_id, PERSON, {})
    shown = page_modal(sandbox.slack, PERSON, CHANNEL)
    assert shown is not None
    assert (found(shown["content"], "p"), shown["trouble"]) == ([], "We had some trouble connecting. Try again?")


@pytest.mark.parametrize(
    ("element", "offered"),
    [
        ({}, ["#releases", "#public", "#mine", "#shared", "longtask"]),
        ({"filter": {"include": ["public", "private"]}}, ["#releases", "#public", "#mine", "#shared"]),
        ({"filter": {"include": ["im"]}}, ["longtask"]),
        ({"filter": {"exclude_external_shared_channels": True}}, ["#releases", "#public", "#mine", "longtask"]),
        ({"filter": {"exclude_bot_users": True}}, ["#releases", "#public", "#mine", "#shared"]),
    ],
)
async def test_a_menu_of_conversations_offers_what_slack_does(
    sandbox: Sandbox, app: ScriptedApp, element: Json, offered: list[str]
) -> None:
    slack = sandbox.slack
    slack.add_channel("C0PUBLIC", "public")
    slack.add_channel("C0MINE", "mine", [PERSON], private=True)
    slack.add_channel("C0SECRET", "secret", [COLLEAGUE], private=True)
    slack.add_channel("C0SHARED", "shared", [PERSON], ext=True)
    slack.add_channel("C0OLD", "old", [PERSON], archived=True)
    slack.open_im(slack.workspaces[TEAM], PERSON)
    await open_modal(sandbox, app, modal(field_of("conversations_select", "where", **element)))
    assert [label for label, _ in choices(sandbox)] == ["Choose…", *offered]


@pytest.mark.parametrize(
    ("element", "chosen"),
    [
        ({}, ["Choose…"]),
        ({"default_to_current_conversation": True}, ["#docs"]),
        ({"default_to_current_conversation": True, "initial_conversation": CHANNEL}, ["#releases"]),
        ({"default_to_current_conversation": True, "filter": {"include": ["im"]}}, ["Choose…"]),
    ],
)
async def test_the_conversation_that_a_person_looks_at_is_chosen_where_the_app_asks_for_it(
    sandbox: Sandbox, app: ScriptedApp, element: Json, chosen: list[str]
) -> None:
    sandbox.slack.add_channel("C0DOCS", "docs", [PERSON])
    await open_modal(sandbox, app, modal(field_of("conversations_select", "where", **element)))
    assert [label for label, is_chosen in choices(sandbox, "C0DOCS") if is_chosen] == chosen


async def test_a_menu_of_people_offers_no_bots(sandbox: Sandbox, app: ScriptedApp) -> None:
    await open_modal(sandbox, app, modal(field_of("users_select", "who", initial_user=COLLEAGUE)))
    assert choices(sandbox) == [("@marta", False), ("@tomas", True)]


async def test_a_home_is_one_persons(sandbox: Sandbox, app: ScriptedApp) -> None:
    await app.publish(PERSON, section("You follow nothing.", accessory=button("Follow", value="7")))
    shown = page_home(sandbox.slack, PERSON)
    assert shown is not None
    pressed = {"type": "button", "class": "button", "data-action": "follow", "data-value": "7"}
    assert (shown["lang"], shown["content"]) == (
        "en-US",
        [
            [
                "div",
                {"class": "slack"},
                [
                    "div",
                    {"class": "beside"},
                    ["div", {"class": "section"}, "You follow nothing."],
                    ["button", pressed, "Follow"],
                ],
            ]
        ],
    )
    assert page_home(sandbox.slack, COLLEAGUE) is None


def test_the_address_of_a_hook_can_be_copied(sandbox: Sandbox) -> None:
    whisper(sandbox, PERSON, "```curl … | curl --data-binary @- https://bot.example/hook/a-B_9```")
    whisper(sandbox, PERSON, "https://bot.example/hooks/a")
    first, second = channel_messages(sandbox.slack, CHANNEL, PERSON)
    assert [node[1]["data-copy"] for node in found(first["content"], "button")] == ["https://bot.example/hook/a-B_9"]  # type: ignore[call-overload, index] # attributes
    assert found(first["content"], "code") == [
        ["code", {"class": "block"}, "curl … | curl --data-binary @- https://bot.example/hook/a-B_9"]
    ]
    assert found(second["content"], "button") == []


async def test_a_private_answer_that_is_replaced_keeps_its_place(sandbox: Sandbox, app: ScriptedApp) -> None:
    row = {"type": "actions", "elements": [button("Keep", value="1")]}
    whisper(sandbox, PERSON, "Sure?", blocks=(row,))
    whisper(sandbox, PERSON, "Another.")
    (question, _) = sandbox.slack.ephemerals(PERSON)

    async def replace(payload: Json) -> None:
        await app.respond(payload, text="Kept.", replace_original=True)

    app.on("block_actions", replace)
    await sandbox.slack.click(CHANNEL, question.ts, "keep", PERSON)
    shown = channel_messages(sandbox.slack, CHANNEL, PERSON)
    assert [(message["ts"], message["content"][0][2]) for message in shown] == [
        (question.ts, ["div", {"class": "section"}, "Kept."]),
        (shown[1]["ts"], ["div", {"class": "section"}, "Another."]),
    ]
