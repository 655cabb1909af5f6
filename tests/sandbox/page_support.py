"""Messages in the sandbox's channel, and how the page gets them."""

from sandbox.harness import CHANNEL, TEAM, Sandbox
from sandbox.slack.message_content import MessageContent
from sandbox.slack.records import File, Json


def post(
    sandbox: Sandbox, text: str, root: str | None = None, *, channel: str = CHANNEL, metadata: Json | None = None
) -> str:
    slack = sandbox.slack
    content = MessageContent(text=text, metadata=metadata)
    return slack.post(slack.workspaces[TEAM], slack.channels[channel], content, thread_ts=root).ts


def share(sandbox: Sandbox, content: bytes, root: str) -> File:
    """A file of the bot in a thread."""
    slack = sandbox.slack
    file = File(id="F0LIST", team_id=TEAM, filename="findings ü.csv", length=len(content), content=content)
    slack.files[file.id] = file
    where = slack.channels[CHANNEL]
    slack.post(slack.workspaces[TEAM], where, MessageContent(text=""), thread_ts=root, file_ids=(file.id,))
    return file


def paragraph(*nodes: object) -> list[object]:
    """A message of one paragraph."""
    return [["div", {"class": "slack"}, ["div", {"class": "section"}, *nodes]]]


def mention(name: str) -> list[object]:
    return ["span", {"class": "mention"}, name]
