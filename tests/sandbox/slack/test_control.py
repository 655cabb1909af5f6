import aiohttp
import pytest


async def post(http, slack, path, body):
    async with http.post(slack.origin + path, json=body) as answer:
        return answer.status, await answer.json()


async def test_the_state_can_be_read_without_tokens(slack, http, client):
    posted = await client.chat_postMessage(channel="C1", text="one")
    await client.chat_update(channel="C1", ts=posted["ts"], text="two")
    async with http.get(slack.origin + "/sandbox/state") as answer:
        text, state = await answer.text(), await answer.json()
    message = state["channels"]["C1"]["messages"][posted["ts"]]
    assert [version["text"] for version in message["versions"]] == ["one", "two"]
    assert (state["calls"], state["faults"], state["ratelimited"], "xoxb-" in text) == (2, {}, {}, False)


async def test_calls_can_be_read_from_a_number_on(slack, http, client):
    await client.auth_test()
    await client.users_info(user="U1")
    async with http.get(slack.origin + "/sandbox/calls?since=1") as answer:
        calls = await answer.json()
    assert [(call["number"], call["method"], call["arguments"]) for call in calls] == [
        (2, "users.info", {"user": "U1"})
    ]


async def test_faults_are_added_and_cleared_from_outside(slack, http, client):
    order = {"method": "auth.test", "fault": "drop_before", "times": 5}
    assert await post(http, slack, "/sandbox/faults", order) == (200, {"ok": True})
    with pytest.raises(aiohttp.ClientConnectionError):
        await client.auth_test()
    await http.delete(slack.origin + "/sandbox/faults")
    await client.auth_test()
    assert slack.faults.report() == {"auth.test drop_before": 1}
    status, _ = await post(http, slack, "/sandbox/faults", {"method": "auth.test", "fault": "earthquake"})
    assert status == 400


async def test_acts_and_settings_work_from_outside(slack, http, bot):
    assert await post(http, slack, "/sandbox/act", {"act": "archive", "with": {"channel": "C1"}}) == (200, None)
    command = {"act": "command", "with": {"text": "help", "user": "U1", "channel": "C2"}}
    status, result = await post(http, slack, "/sandbox/act", command)
    assert (slack.channels["C1"].archived, status, result["status"]) == (True, 200, 200)
    assert await post(http, slack, "/sandbox/settings", {"limits": True}) == (200, {"ok": True})
    assert (slack.limits.enabled, slack.request_url) == (True, bot.url)


@pytest.mark.parametrize(
    "order", [{"act": "stop"}, {"act": "archive", "with": {"channel": "C404"}}, {"act": "kick", "with": {"x": 1}}]
)
async def test_acts_that_make_no_sense_are_refused(slack, http, order):
    status, body = await post(http, slack, "/sandbox/act", order)
    assert (status, list(body)) == (400, ["error"])
