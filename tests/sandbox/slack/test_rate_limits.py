import math
from collections.abc import Awaitable

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import SlackSimulator
from sandbox.slack.rate_limits import RateLimits
from tests.sandbox.slack.support import Clock, error_of


async def limited(call: Awaitable[object]) -> int:
    """Retry-After of a call that is answered with 429."""
    with pytest.raises(SlackApiError) as caught:
        await call
    response = caught.value.response
    assert (response.status_code, response.data) == (429, {"ok": False, "error": "ratelimited"})
    return int(response.headers["Retry-After"])


async def test_fifty_edits_a_minute_in_a_workspace(slack: SlackSimulator, client: AsyncWebClient, clock: Clock) -> None:
    slack.limits.enabled = True
    root = await client.chat_postMessage(channel="C1", text="0")
    edit = {"channel": "C1", "ts": root["ts"]}
    for number in range(50):
        await client.chat_update(text=str(number), **edit)
        clock.now += 0.1
    assert await limited(client.chat_update(text="over", **edit)) == 55
    clock.now += 55
    await client.chat_update(text="last", **edit)
    assert len(slack.message("C1", root["ts"]).versions) == 52
    assert slack.limits.report() == {"chat.update": 1}


async def test_one_message_a_second_in_a_channel(slack: SlackSimulator, client: AsyncWebClient, clock: Clock) -> None:
    slack.limits.enabled = True
    slack.add_channel("C5", "other")
    await client.chat_postMessage(channel="C1", text="1")
    await client.chat_postMessage(channel="C5", text="1")
    assert await limited(client.chat_postMessage(channel="C1", text="2")) == 1
    clock.now += 1
    await client.chat_postMessage(channel="C1", text="3")
    assert [message.text for message in slack.messages("C1")] == ["1", "3"]


async def test_a_person_and_their_direct_message_are_one_place(slack: SlackSimulator, client: AsyncWebClient) -> None:
    slack.limits.enabled = True
    posted = await client.chat_postMessage(channel="U1", text="1")
    assert await limited(client.chat_postMessage(channel=posted["channel"], text="2")) == 1


async def test_workspaces_have_limits_of_their_own(
    slack: SlackSimulator, client: AsyncWebClient, http: aiohttp.ClientSession
) -> None:
    slack.limits.enabled = True
    slack.limits.per_minute["users.info"] = 1
    slack.add_workspace("T2", "xoxb-second", {"users:read"})
    slack.add_user("U7", team="T2")
    await client.users_info(user="U1")
    assert await limited(client.users_info(user="U1")) == 60
    async with http.get(
        slack.api_url + "users.info", params={"user": "U7"}, headers={"Authorization": "Bearer xoxb-second"}
    ) as answer:
        assert (await answer.json())["ok"] is True


async def test_calls_refused_for_another_reason_count(slack: SlackSimulator, client: AsyncWebClient) -> None:
    slack.limits.enabled = True
    slack.limits.per_minute["users.info"] = 1
    assert await error_of(client.users_info(user="U404")) == "user_not_found"
    assert await limited(client.users_info(user="U1")) == 60


@given(st.lists(st.floats(0, 5), min_size=1, max_size=200))
def test_never_more_than_the_tier_in_a_minute_and_waiting_for_retry_after_suffices(pauses: list[float]) -> None:
    now = [0.0]
    limits = RateLimits(clock=lambda: now[0], jitter=0.0)
    passed: list[float] = []
    for pause in pauses:
        now[0] += pause
        wait = limits.wait("T1", "chat.update", 5)
        if wait is not None:
            now[0] += wait
            assert limits.wait("T1", "chat.update", 5) is None
        passed.append(now[0])
    assert all(later - earlier >= 60 - 1e-6 for earlier, later in zip(passed, passed[5:], strict=False))


@given(st.lists(st.floats(0, 3), min_size=1, max_size=100))
def test_a_channel_takes_one_message_a_second_on_average(pauses: list[float]) -> None:
    now = [0.0]
    limits = RateLimits(clock=lambda: now[0])
    passed = []
    for pause in pauses:
        now[0] += pause
        if limits.wait("T1", "chat.postMessage", None, "C1") is None:
            passed.append(now[0])
    assert all(
        passed[last] - passed[first] >= last - first - limits.jitter - 1e-6
        for first in range(len(passed))
        for last in range(first, len(passed))
    )
    assert math.isfinite(sum(passed))
