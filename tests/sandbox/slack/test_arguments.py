import json

import pytest

AUTH = {"Authorization": "Bearer xoxb-first"}


async def call(http, slack, method, **request):
    async with http.post(slack.api_url + method, **{"headers": AUTH, **request}) as answer:
        return await answer.json()


async def test_form_and_json_mean_the_same(slack, http):
    blocks = [{"type": "divider", "block_id": "d"}]
    await call(http, slack, "chat.postMessage", data={"channel": "C1", "text": "x", "blocks": json.dumps(blocks)})
    await call(http, slack, "chat.postMessage", json={"channel": "C1", "text": "x", "blocks": blocks})
    await call(http, slack, "chat.postMessage", json={"channel": "C1", "text": "x", "blocks": json.dumps(blocks)})
    assert [list(message.blocks) for message in slack.messages("C1")] == [blocks] * 3


async def test_the_token_may_be_an_argument_and_is_never_logged(slack, http):
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
async def test_unknown_tokens_are_refused(slack, http, headers, error):
    assert await call(http, slack, "auth.test", headers=headers) == {"ok": False, "error": error}


async def test_unknown_methods_are_refused(slack, http):
    assert await call(http, slack, "chat.shout") == {
        "ok": False,
        "error": "unknown_method",
        "req_method": "chat.shout",
    }


async def test_a_missing_scope_is_named(slack, http):
    slack.add_workspace("T2", "xoxb-second", {"commands"})
    slack.workspaces["T2"].scopes = frozenset({"commands"})
    body = await call(http, slack, "users.info", headers={"Authorization": "Bearer xoxb-second"}, data={"user": "U1"})
    assert body == {"ok": False, "error": "missing_scope", "needed": "users:read", "provided": "commands"}


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ({"text": "x"}, "missing required field: channel"),
        ({"channel": "C1", "text": "x", "colour": "red"}, "unexpected argument: colour"),
        ({"channel": "C1", "text": 7}, "must be a string [json-pointer:/text]"),
        ({"channel": "C1", "text": "x", "unfurl_links": "perhaps"}, "must be a boolean [json-pointer:/unfurl_links]"),
    ],
)
async def test_wrong_arguments_are_named(slack, http, arguments, problem):
    assert await call(http, slack, "chat.postMessage", json=arguments) == {
        "ok": False,
        "error": "invalid_arguments",
        "errors": [problem],
        "warning": "missing_charset",
        "response_metadata": {"messages": [f"[ERROR] {problem}"], "warnings": ["missing_charset"]},
    }


async def test_unknown_arguments_may_be_let_through(slack, http):
    slack.policies.unknown_arguments_refused = False
    body = await call(http, slack, "chat.postMessage", json={"channel": "C1", "text": "x", "colour": "red"})
    assert body["ok"] is True


async def test_a_json_body_without_charset_earns_a_warning(slack, http):
    headers = {**AUTH, "Content-Type": "application/json; charset=utf-8"}
    with_charset = await call(http, slack, "auth.test", headers=headers, data=b"{}")
    without = await call(http, slack, "auth.test", json={})
    assert (with_charset.get("warning"), without["warning"]) == (None, "missing_charset")


async def test_methods_that_read_no_json_miss_their_arguments(slack, http):
    body = await call(http, slack, "users.info", json={"user": "U1"})
    assert (body["error"], body["errors"]) == ("invalid_arguments", ["missing required field: user"])


@pytest.mark.parametrize(
    ("content_type", "raw", "error"),
    [
        ("application/json", b"{", "invalid_json"),
        ("application/json", b"[]", "json_not_object"),
        ("text/plain", b"hello", "invalid_post_type"),
    ],
)
async def test_bodies_that_cannot_be_read(slack, http, content_type, raw, error):
    headers = {**AUTH, "Content-Type": content_type}
    assert (await call(http, slack, "chat.postMessage", headers=headers, data=raw))["error"] == error
