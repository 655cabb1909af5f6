"""A deployed bot before its app is installed: no bot token yet, and Slack asks whether the address is the bot's."""

import json
import time

import aiohttp

from sandbox.harness import TOKEN, Sandbox
from sandbox.slack import SIGNING_SECRET
from sandbox.slack.signatures import signed_headers

#: what docs/deploying.md puts in the place of the token that there is not yet
LATER = "xoxb-later"


async def test_the_address_is_verified_with_a_token_that_slack_does_not_know_and_the_real_one_works_after_a_restart(
    sandbox: Sandbox,
) -> None:
    sandbox.environ["SLACK_BOT_TOKEN"] = LATER
    await sandbox.start_bot()
    body = json.dumps({"token": "t", "challenge": "3eZbrw1a", "type": "url_verification"}).encode()
    headers = {**signed_headers(SIGNING_SECRET, time.time(), body), "Content-Type": "application/json"}

    async with (
        aiohttp.ClientSession() as session,
        session.post(sandbox.slack.request_url, data=body, headers=headers) as answer,
    ):
        assert (answer.status, json.loads(await answer.text())) == (200, {"challenge": "3eZbrw1a"})

    await sandbox.stop_bot()
    sandbox.environ["SLACK_BOT_TOKEN"] = TOKEN
    await sandbox.start_bot()
    assert (await sandbox.type("help")).status == 200
