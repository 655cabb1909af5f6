"""Whatever a signed request holds, it is acknowledged, nothing crashes, and the person gets a sentence."""

import asyncio
import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from structlog.typing import EventDict

from bot.follow.home_presses import ACTIONS as HOME_ACTIONS
from bot.listeners import commands
from bot.listeners.shortcuts import ANYWHERE, ON_MESSAGE
from bot.render import replies
from bot.render.buttons import Action
from bot.render.i18n import Texts
from bot.render.modal import Modal
from sandbox.harness import CHANNEL, PERSON
from sandbox.scenarios import scenario
from tests.listeners import payloads
from tests.listeners.shown import VALUELESS
from tests.support.clock import Clock
from tests.support.signed_requests import send_command, send_event, send_interaction
from tests.support.stepped_bot import SteppedBot, open_stepped_bot

STALL = scenario("stall")
#: the inner part of events about what happens around the bot
EVENTS: dict[str, Any] = {
    "app_home_opened": {"type": "app_home_opened", "user": PERSON, "channel": "D0MARTA", "tab": "home"},
    "channel_left": {"type": "channel_left", "channel": CHANNEL, "actor_id": PERSON},
    "group_archive": {"type": "group_archive", "channel": CHANNEL, "user": PERSON},
    "channel_rename": {"type": "channel_rename", "channel": {"id": CHANNEL, "name": "new", "created": 1}},
}
#: takes a field away
DROP = object()
#: half a surrogate pair, NUL, and a character that moves the cursor
NASTY = "\ud800\x00\x1b[2J"
ODD: tuple[Any, ...] = (
    DROP,
    None,
    "",
    NASTY,
    "9" * 20,
    "x" * 5_000,
    0,
    -1,
    10**30,
    1e308,
    True,
    [],
    [None],
    ["id"],
    {},
    {"id": 5},
    {"id": NASTY},
    {"type": []},
)


def paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a payload."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield (*path, key)
        yield from paths(inner, (*path, key))


def altered(payload: Any, path: tuple[Any, ...], odd: Any) -> Any:
    """A payload with one field taken away or replaced, if it still has that field."""
    changed = copy.deepcopy(payload)
    inner = changed
    try:
        for key in path[:-1]:
            inner = inner[key]
        if odd is DROP:
            del inner[path[-1]]
        else:
            inner[path[-1]] = odd
    except (LookupError, TypeError):
        pass
    return changed


def crashes(logs: list[EventDict]) -> list[EventDict]:
    """What was logged as a mistake of the bot, tracebacks above all."""
    return [log for log in logs if log["log_level"] == "error" or log.get("exc_info")]


def test_no_signed_request_crashes_the_bot_whatever_its_fields_hold(
    sqlite_url: str, logs: list[EventDict], caplog: pytest.LogCaptureFixture
) -> None:
    with asyncio.Runner() as runner:
        opened = open_stepped_bot(sqlite_url, Clock())
        stepped = runner.run(opened.__aenter__())
        card = stepped.card(runner.run(stepped.follow(STALL)))
        said = stepped.slack.say(CHANNEL, PERSON, "hello")
        samples: dict[str, Any] = {
            "command": payloads.command(stepped),
            "help": payloads.command(stepped, "help"),
            **{action: payloads.press(stepped, card.ts, action) for action in Action},
            "view": {**payloads.press(stepped, card.ts, Action.STOP), "type": "view_submission", "view": {"id": "V1"}},
            **{kind: payloads.event(stepped, kind) for kind in ("app_uninstalled", "tokens_revoked")},
            **{kind: payloads.event(stepped, kind, event=inner) for kind, inner in EVENTS.items()},
            "mention": payloads.mention(stepped, "help"),
            "shortcut on a message": payloads.shortcut(stepped, ON_MESSAGE, ts=card.ts),
            "shortcut on a message that names nothing": payloads.shortcut(stepped, ON_MESSAGE, ts=said.ts),
            "global shortcut": payloads.shortcut(stepped, ANYWHERE),
            **{modal: payloads.submission(stepped, modal) for modal in Modal},
            **{f"home: {action}": payloads.press_on_home(stepped, action) for action in HOME_ACTIONS},
        }
        change = st.sampled_from(sorted(samples)).flatmap(
            lambda name: st.tuples(
                st.just(name),
                st.lists(
                    st.tuples(st.sampled_from(list(paths(samples[name]))), st.sampled_from(ODD)), min_size=1, max_size=3
                ),
            )
        )

        @settings(max_examples=250, suppress_health_check=[HealthCheck.too_slow])
        @given(change)
        def each(changed: tuple[str, list[tuple[tuple[Any, ...], Any]]]) -> None:
            name, alterations = changed
            payload = samples[name]
            for path, odd in alterations:
                payload = altered(payload, path, odd)
            if name in ("command", "help"):
                # The trigger id is Slack's for each use.
                form = {key: str(value).encode("utf-8", "replace").decode() for key, value in payload.items()}
                sending = send_command(stepped, form)
            elif "event" in samples[name]:
                sending = send_event(stepped, payload)
            else:
                sending = send_interaction(stepped, payload)
            logs.clear()
            assert runner.run(sending)[0] == 200
            runner.run(stepped.worker.settle())
            assert crashes(logs) == []

        try:
            each()
            runner.run(stepped.turn())
            assert crashes(logs) == []
            assert [record for record in caplog.records if record.exc_info] == []
        finally:
            runner.run(opened.__aexit__(None, None, None))


# -- examples that were seen


ODD_TEXTS = (
    '{"id":"\\ud800"}',
    'status {"id":"\\ud800"}',
    "https://acme.atlassian.net/wiki/x?" + "&".join(f"a{number}=1" for number in range(60)),
    "/rest/api/longtask/1?" + "&".join(f"a{number}=1" for number in range(60)),
    "//evil.example/rest/api/longtask/1",
    "payload",
    "status payload",
    "\x00",
    "list \x00",
    'status {"id": "47\\u000011"}',
    "status 4711\x00",
    "\x07",
)


async def test_an_odd_text_is_answered_with_a_sentence(on_both: SteppedBot, logs: list[EventDict]) -> None:
    unanswered = []
    for text in ODD_TEXTS:
        before = len(on_both.slack.ephemerals(PERSON))
        result = await on_both.sandbox.type(text)
        # An id that is not found is looked for three times in ten seconds.
        await on_both.run(12.0)
        said = on_both.slack.ephemerals(PERSON)[before:]
        if result.status != 200 or {one.via for one in said} - {"ack", "response_url"} or not said:
            unanswered.append(text)

    assert (unanswered, crashes(logs)) == ([], [])


@pytest.mark.parametrize("field", ["team_id", "user_id", "channel_id", "command", "trigger_id", "response_url"])
async def test_a_command_that_lacks_a_field_is_answered_in_the_acknowledgement(
    stepped: SteppedBot, en: Texts, field: str
) -> None:
    form = payloads.command(stepped)
    del form[field]

    status, body = await send_command(stepped, form)

    # Without its command it is not known to be one.
    expected = "" if field == "command" else replies.gone_wrong(en).text
    assert (status, json.loads(body)["text"] if body else "") == (200, expected)
    assert await stepped.commands() == []


async def test_a_button_with_an_odd_value_is_answered_with_a_sentence(
    on_both: SteppedBot, en: Texts, logs: list[EventDict]
) -> None:
    elsewhere = on_both.slack.say(CHANNEL, PERSON, "hello")

    actions = [action for action in Action if action not in VALUELESS]
    values = ("9" * 20, "9" * 18, "9" * 10, NASTY, "-1", "1e3", "١")
    said = [
        answer
        for action in actions
        for value in values
        for answer in await on_both.press(elsewhere, action, value=value)
    ]

    assert said == [replies.gone_wrong(en).text] * len(actions) * len(values)
    assert crashes(logs) == []


async def test_a_press_that_cannot_be_read_is_answered_by_its_response_url(
    stepped: SteppedBot, en: Texts, logs: list[EventDict]
) -> None:
    card = stepped.card(await stepped.follow(STALL))
    command = await stepped.sandbox.type("help")
    url = stepped.slack.response_url(command.response_url_id)

    status, _ = await send_interaction(
        stepped, payloads.press(stepped, card.ts, Action.STOP, user={"id": None}, response_url=url)
    )
    await stepped.turn()

    assert (status, stepped.answers()[0]) == (200, replies.gone_wrong(en).text)
    assert "No longer followed" not in card.text
    assert [log["event"] for log in logs if log["log_level"] == "warning"] == ["request_not_read"]


async def test_what_a_listener_raises_is_logged_and_the_person_gets_a_sentence(
    stepped: SteppedBot, en: Texts, logs: list[EventDict], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_text: str, **_limit: int) -> None:
        raise RuntimeError("no reason")

    monkeypatch.setattr(commands, "clean", broken)

    result = await stepped.sandbox.type("list")

    assert (result.status, stepped.slack.ephemerals(PERSON)[-1].text) == (200, replies.gone_wrong(en).text)
    assert [(log["event"], log["error"]) for log in crashes(logs)] == [("listener_crashed", "RuntimeError")]


async def test_what_no_listener_is_for_is_acknowledged(stepped: SteppedBot, logs: list[EventDict]) -> None:
    card = stepped.card(await stepped.follow(STALL))
    statuses = [
        (await send_event(stepped, payloads.event(stepped, "channel_created")))[0],
        (await send_interaction(stepped, {"type": "shortcut", "callback_id": "none", "user": {"id": PERSON}}))[0],
        (await send_interaction(stepped, payloads.press(stepped, card.ts, "no_such_button")))[0],  # type: ignore[arg-type] -- no action of ours
    ]

    assert statuses == [200] * 3
    assert crashes(logs) == []
