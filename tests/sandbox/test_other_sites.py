"""No other site can use a server of the sandbox through a browser on this machine."""

import aiohttp
import pytest

from sandbox.harness import CHANNEL, PERSON, TEAM, TOKEN, Sandbox
from sandbox.page import serve_page
from sandbox.scenarios import scenario
from sandbox.slack.records import DispatchResult

#: what a browser sends for a page of another site: under a host name of that site's, a form, an image
OTHER_SITES = [
    {"Host": "sandbox.evil.example"},
    {"Host": "127.0.0.1.evil.example"},
    {"Host": "[::1"},
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
]
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


async def status(method: str, url: str, body: str | None = None, **headers: str) -> int:
    async with (
        aiohttp.ClientSession() as browser,
        browser.request(method, url, data=body, headers=headers) as response,
    ):
        return response.status


@pytest.mark.parametrize("headers", OTHER_SITES)
async def test_other_sites_may_not_call_the_simulated_slack(sandbox: Sandbox, headers: dict[str, str]) -> None:
    slack = sandbox.slack
    arguments = f"token={TOKEN}&channel={CHANNEL}&text=forged"
    url = slack.response_urls.hand_out(team_id=TEAM, channel=CHANNEL, user=PERSON, trigger_id="1")

    statuses = [
        await status("POST", f"{slack.api_url}chat.postMessage", arguments, **FORM, **headers),
        await status("GET", f"{slack.api_url}chat.postMessage?{arguments}", **headers),
        await status("POST", slack.response_urls.address(url.id), '{"text": "forged"}', **headers),
    ]

    assert (statuses, slack.messages(CHANNEL), slack.ephemerals(PERSON)) == ([403] * 3, [], [])


@pytest.mark.parametrize("headers", OTHER_SITES)
async def test_other_sites_may_not_read_the_simulated_confluence(sandbox: Sandbox, headers: dict[str, str]) -> None:
    site = sandbox.confluence
    remote_id = sandbox.begin(scenario("copy_with_renames_and_restrictions"))

    answer = await status("GET", f"{site.base_url}/wiki/rest/api/longtask/{remote_id}", **headers)

    assert (answer, site.tasks[remote_id].looks) == (403, 0)


@pytest.mark.parametrize("headers", OTHER_SITES)
async def test_other_sites_may_neither_read_the_page_nor_type_in_it(sandbox: Sandbox, headers: dict[str, str]) -> None:
    typed: list[str] = []

    async def take(text: str, user: str, channel: str) -> DispatchResult:
        typed.append(text)
        raise AssertionError

    acts = {"type": '{"text": "help"}', "say": '{"text": "help"}', "begin": '{"kind": "copy"}'}
    async with serve_page(sandbox, take) as url:
        statuses = [
            await status("GET", url, **headers),
            *[
                await status("POST", url + path, body, **{"Content-Type": "application/json"}, **headers)
                for path, body in acts.items()
            ],
        ]

    assert (statuses, typed, sandbox.slack.messages(CHANNEL), sandbox.confluence.tasks) == ([403] * 4, [], [], {})
