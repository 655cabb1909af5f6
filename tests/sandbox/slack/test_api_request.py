import json

import aiohttp
import pytest

from sandbox.slack import SlackSimulator
from sandbox.slack.records import Json
from tests.sandbox.slack.support import AUTH, call


async def test_form_and_json_mean_the_same(slack: SlackSimulator, http: aiohttp.ClientSession) -> None:
    blocks = [{"type": "divider", "block_id": "d"}]
    await call(http, slack, "chat.postMessage", data={"channel": "C1", "text": "x", "blocks": json.dumps(blocks)})
    await call(http, slack, "chat.postMessage", json={"channel": "C1", "text": "x", "blocks": blocks})
    await call(http, slack, "chat.postMessage", json={"channel": "C1", "text": "x", "blocks": json.dumps(blocks)})
    assert [list(message.blocks) for message in slack.messages("C1")] == [blocks] * 3


async def test_the_token_may_be_an_argument_and_is_never_logged(
    slack: SlackSimulator, http: aiohttp.ClientSession
) -> None:
    body = await call(http, slack, "auth.test", headers={}, data={"token": "xoxb-first"})
    assert (body["ok"], slack.calls[0].arguments) == (True, {})
    assert "xoxb-first" not in repr(slack.workspaces) + repr(slack.calls)


@pytest.mark.parametrize(
    ("headers", "error"),
    [
        ({}, "not_authed"),
        ({"Authorization": "Bearer nonsense"}, "invalid_auth"),
        ({"Authorization": "x"}, "not_authed"),
    ],
)
async def test_unknown_tokens_are_refused(
    slack: SlackSimulator, http: aiohttp.ClientSession, headers: dict[str, str], error: str
) -> None:
    assert await call(http, slack, "auth.test", headers=headers) == {"ok": False, "error": error}


async def test_unknown_methods_are_refused(slack: SlackSimulator, http: aiohttp.ClientSession) -> None:
    assert await call(http, slack, "chat.shout") == {
        "ok": False,
        "error": "unknown_method",
        "req_method": "chat.shout",
    }


async def test_a_missing_scope_is_named(slack: SlackSimulator, http: aiohttp.ClientSession) -> None:
    slack.add_workspace("T2", "xoxb-second", {"commands"})
    slack.workspaces["T2"].scopes = frozenset({"commands"})
    body = await call(http, slack, "users.info", headers={"Authorization": "Bearer xoxb-second"}, data={"user": "U1"})
    assert body == {"ok": False, "error": "missing_scope", "needed": "users:read", "provided": "commands"}


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ({"text": "x"}, "Object missing required field `channel` [json-pointer:]"),
        ({"channel": "C1", "text": "x", "colour": "red"}, "Object contains unknown field `colour` [json-pointer:]"),
        ({"channel": "C1", "text": 7}, "Expected `str | null`, got `int` [json-pointer:/text]"),
        (
            {"channel": "C1", "text": "x", "unfurl_links": "perhaps"},
            "Expected `bool | null`, got `str` [json-pointer:/unfurl_links]",
        ),
    ],
)
async def test_wrong_arguments_are_named(
    slack: SlackSimulator, http: aiohttp.ClientSession, arguments: Json, problem: str
) -> None:
    assert await call(http, slack, "chat.postMessage", json=arguments) == {
        "ok": False,
        "error": "invalid_arguments",
        "errors": [problem],
        "warning": "missing_charset",
        "response_metadata": {"messages": [f"[ERROR] {problem}"], "warnings": ["missing_charset"]},
    }


async def test_a_json_body_without_charset_earns_a_warning(slack: SlackSimulator, http: aiohttp.ClientSession) -> None:
    headers = {**AUTH, "Content-Type": "application/json; charset=utf-8"}
    with_charset = await call(http, slack, "auth.test", headers=headers, data=b"{}")
    without = await call(http, slack, "auth.test", json={})
    assert (with_charset.get("warning"), without["warning"]) == (None, "missing_charset")


async def test_methods_that_read_no_json_miss_their_arguments(
    slack: SlackSimulator, http: aiohttp.ClientSession
) -> None:
    body = await call(http, slack, "users.info", json={"user": "U1"})
    assert (body["error"], body["errors"]) == (
        "invalid_arguments",
        ["Object missing required field `user` [json-pointer:]"],
    )


@pytest.mark.parametrize(
    ("content_type", "raw", "error"),
    [
        ("application/json", b"{", "invalid_json"),
        ("application/json", b"[]", "json_not_object"),
        ("text/plain", b"hello", "invalid_post_type"),
    ],
)
async def test_bodies_that_cannot_be_read(
    slack: SlackSimulator, http: aiohttp.ClientSession, content_type: str, raw: bytes, error: str
) -> None:
    headers = {**AUTH, "Content-Type": content_type}
    assert (await call(http, slack, "chat.postMessage", headers=headers, data=raw))["error"] == error
