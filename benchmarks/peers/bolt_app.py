"""A Bolt app that acknowledges its command and does nothing else, as Bolt's documentation shows it."""

import os
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

client = AsyncWebClient(os.environ["SLACK_BOT_TOKEN"], base_url=os.environ["SLACK_API_URL"])
app = AsyncApp(client=client, signing_secret=os.environ["SLACK_SIGNING_SECRET"])


@app.command("/longtask")
async def longtask(ack: Any) -> None:
    """Acknowledge."""
    await ack()


if __name__ == "__main__":
    app.start(port=int(os.environ["PORT"]))
