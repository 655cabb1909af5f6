"""A script that follows each long task in a thread of its own: base URL, number of long tasks, interval."""

import sys
import threading
import time
from typing import Any

import requests
from slack_sdk import WebClient

#: long tasks whose card is to be edited; Slack allows 50 edits a minute, which are no part of a look
to_edit: set[int] = set()
#: bytes; the usual stack of 8 MB is more than ten thousand threads may reserve on many machines
STACK = 256 * 1024


def follow(base_url: str, slack: WebClient, number: int, *, after: float, interval: float) -> None:
    """Look at one long task until it has ended."""
    shown: Any = None
    time.sleep(after)
    with requests.Session() as http:
        http.auth = ("bench@example.com", "token")
        while True:
            task = http.get(f"{base_url}/wiki/rest/api/longtask/{number}", timeout=8).json()
            if task["percentageComplete"] != shown:
                shown = task["percentageComplete"]
                to_edit.add(number)
            if task["finished"]:
                slack.chat_postMessage(channel="C1", text=f"{number}: finished")
                return
            time.sleep(interval)


def main(base_url: str, count: int, interval: float) -> None:
    """Follow so many long tasks at once."""
    slack = WebClient(token="xoxb-bench-token")  # noqa: S106 -- no token of anybody
    threading.stack_size(STACK)
    for number in range(1, count + 1):
        timing = {"after": interval * number / count, "interval": interval}
        threading.Thread(target=follow, args=(base_url, slack, number), kwargs=timing, daemon=True).start()
    threading.Event().wait()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]))
