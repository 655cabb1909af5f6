import asyncio

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import Fault, SlackSimulator
from sandbox.slack.faults import HTML, Faults
from tests.sandbox.slack.support import BotStub, error_of, texts


async def test_a_dropped_connection_before_processing_leaves_nothing(
    slack: SlackSimulator, client: AsyncWebClient
) -> None:
    slack.faults.add("chat.postMessage", Fault.drop_before())
    with pytest.raises(aiohttp.ClientConnectionError):
        await client.chat_postMessage(channel="C1", text="lost")
    (call,) = slack.calls
    assert texts(slack) == []
    assert (call.status, call.answer, call.fault, call.ok) == (None, None, "drop_before", False)


async def test_a_dropped_connection_after_processing_leaves_the_message(
    slack: SlackSimulator, client: AsyncWebClient
) -> None:
    slack.faults.add("chat.postMessage", Fault.drop_after())
    with pytest.raises(aiohttp.ClientConnectionError):
        await client.chat_postMessage(channel="C1", text="there")
    (call,) = slack.calls
    assert texts(slack) == ["there"]
    assert (call.status, call.fault, call.ok) == (None, "drop_after", True)


async def test_slack_sdks_own_retry_doubles_a_message(slack: SlackSimulator, http: aiohttp.ClientSession) -> None:
    slack.faults.add("chat.postMessage", Fault.drop_after())
    careless = AsyncWebClient(token="xoxb-first", base_url=slack.api_url, session=http)
    await careless.chat_postMessage(channel="C1", text="twice")
    assert texts(slack) == ["twice", "twice"]


async def test_a_5xx_comes_as_html(slack: SlackSimulator, http: aiohttp.ClientSession) -> None:
    slack.faults.add("auth.test", Fault.status(503))
    async with http.post(slack.api_url + "auth.test") as answer:
        assert (answer.status, answer.content_type, await answer.text()) == (503, "text/html", HTML)


async def test_a_5xx_may_come_although_it_was_carried_out(slack: SlackSimulator, client: AsyncWebClient) -> None:
    slack.faults.add("chat.postMessage", Fault.status_after(502))
    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(channel="C1", text="there")
    assert (caught.value.response.status_code, texts(slack)) == (502, ["there"])


async def test_a_429_says_how_long(slack: SlackSimulator, client: AsyncWebClient) -> None:
    slack.faults.add("chat.postMessage", Fault.ratelimited(300))
    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(channel="C1", text="no")
    response = caught.value.response
    assert (response.status_code, response.headers["Retry-After"], response.data) == (
        429,
        "300",
        {"ok": False, "error": "ratelimited"},
    )


async def test_any_error_can_be_scripted(slack: SlackSimulator, client: AsyncWebClient) -> None:
    slack.faults.add("chat.postMessage", Fault.error("restricted_action_thread_locked"))
    assert await error_of(client.chat_postMessage(channel="C1", text="no")) == "restricted_action_thread_locked"
    await client.chat_postMessage(channel="C1", text="yes")
    assert texts(slack) == ["yes"]


async def test_a_slow_call_is_carried_out_even_when_nobody_waits_any_more(
    slack: SlackSimulator, http: aiohttp.ClientSession
) -> None:
    slack.faults.add("chat.postMessage", Fault.slow(1.0))
    call = asyncio.ensure_future(
        http.post(
            slack.api_url + "chat.postMessage",
            json={"channel": "C1", "text": "late"},
            headers={"Authorization": "Bearer xoxb-first"},
        )
    )
    while not slack.faults.fired:  # noqa: ASYNC110 -- the simulator has no event
        await asyncio.sleep(0)
    call.cancel()
    assert texts(slack) == []
    assert await slack.wait_for(lambda: texts(slack)) == ["late"]


async def test_a_slow_answer_is_carried_out_at_once(slack: SlackSimulator, client: AsyncWebClient) -> None:
    slack.faults.add("chat.postMessage", Fault.slow_answer(60))
    call = asyncio.create_task(client.chat_postMessage(channel="C1", text="soon"))
    assert await slack.wait_for(lambda: texts(slack)) == ["soon"]
    assert not call.done()
    call.cancel()


async def test_faults_of_one_workspace_do_not_meet_others(slack: SlackSimulator, client: AsyncWebClient) -> None:
    slack.faults.add("auth.test", Fault.error("fatal_error"), team_id="T2")
    assert (await client.auth_test())["team_id"] == "T1"
    assert slack.faults.waiting == 1


async def test_a_fault_for_everything_meets_response_urls_too(
    slack: SlackSimulator, http: aiohttp.ClientSession, bot: BotStub
) -> None:
    result = await slack.command("help", user="U1", channel="C1")
    slack.faults.add("*", Fault.drop_after())
    with pytest.raises(aiohttp.ClientConnectionError):
        await http.post(slack.response_url(result.response_url_id), json={"text": "hello"})
    slack.faults.add("response_url", Fault.error("expired_url"))
    async with http.post(slack.response_url(result.response_url_id), json={"text": "again"}) as answer:
        assert (answer.status, await answer.json()) == (404, {"ok": False, "error": "expired_url"})
    assert [item.text for item in slack.ephemerals("U1")] == ["hello"]
    assert slack.faults.report() == {"response_url drop_after": 1, "response_url error_expired_url": 1}


def test_plans_fire_as_often_as_they_say() -> None:
    faults = Faults()
    faults.add("a", Fault.status(500), times=2)
    faults.add("a", Fault.drop_before(), times=0)
    faults.add("a", Fault.drop_after())
    drawn = [faults.draw("a") for _ in range(4)]
    assert [fault and fault.name for fault in drawn] == ["status_500", "status_500", "drop_after", None]
    assert faults.fired == {("a", "status_500"): 2, ("a", "drop_after"): 1}
    assert (faults.draw("b"), faults.waiting) == (None, 0)


def test_chance_is_seeded() -> None:
    def run(seed: int) -> list[bool]:
        faults = Faults(seed=seed)
        faults.add("*", Fault.status(500), probability=0.3)
        return [faults.draw("a") is not None for _ in range(200)]

    assert run(1) == run(1)
    assert run(1) != run(2)
    assert 30 < sum(run(1)) < 90


def test_cleared_plans_do_not_fire() -> None:
    faults = Faults()
    faults.add("a", Fault.status(500))
    faults.clear()
    assert faults.draw("a") is None
