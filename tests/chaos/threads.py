"""A thread as people see it, each message once, whatever had to be posted again."""

from collections import Counter
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from sandbox.slack.records import Message
from tests.chaos.people import CHANNELS, Told
from tests.chaos.seen import Seen
from tests.chaos.watched import Request


@dataclass(kw_only=True)
class Thread:
    """One channel's thread about one long task; the root and the card are those that are edited."""

    channel: str
    root: Message
    owner: str
    #: the card first
    replies: list[Message]
    #: how often a file of a name stands in it, beyond what ambiguous calls explain
    files: Counter[str] = field(default_factory=Counter)

    @property
    def card(self) -> Message | None:
        return self.replies[0] if self.replies else None

    def as_sandbox(self, seen: Seen) -> Any:
        """What the verdict on a story looks at."""
        slack = SimpleNamespace(messages=lambda _channel: [self.root], thread=lambda _channel, _ts: self.replies)
        return SimpleNamespace(slack=slack, confluence=seen.confluence)


def marker_of(message: Message) -> str | None:
    """The notice that a message tells."""
    metadata = message.versions[0].metadata or {}
    found = metadata.get("event_payload", {}).get("id")
    return str(found) if found else None


def posts_by_marker(seen: Seen) -> dict[str, list[Request]]:
    """The posts that Slack carried out, of each notice, in the order in which they came in."""
    found: dict[str, list[Request]] = {}
    for request in sorted(seen.requests, key=lambda one: one.arrived):
        call = request.call
        if call is None or not call.ok or request.method != "chat.postMessage":
            continue
        marker = (call.arguments.get("metadata") or {}).get("event_payload", {}).get("id")
        if marker:
            found.setdefault(str(marker), []).append(request)
    return found


def threads_of(seen: Seen, told: Told) -> list[Thread]:
    """The threads about a long task: one a channel, and one more for each time it was followed after a stop."""
    found = []
    for channel in CHANNELS:
        roots: dict[str, list[Message]] = {}
        for message in seen.slack.messages(channel):
            if told.remote_id in message.text:
                roots.setdefault(marker_of(message) or message.ts, []).append(message)
        found += [_thread(seen, channel, same) for same in roots.values()]
    return found


def _thread(seen: Seen, channel: str, roots: list[Message]) -> Thread:
    """From the posts of one root."""
    root = max(roots, key=lambda one: (len(seen.slack.thread(channel, one.ts)), len(one.versions), one.ts))
    replies = [reply for one in roots for reply in seen.slack.thread(channel, one.ts)]
    replies.sort(key=lambda reply: reply.ts)
    groups: dict[str, list[Message]] = {}
    for reply in replies:
        groups.setdefault(marker_of(reply) or reply.ts, []).append(reply)
    once = [_live(seen, group) for group in groups.values()]
    owner = next((user for user in root.mentions), "")
    return Thread(channel=channel, root=root, owner=owner, replies=once, files=_files(seen, once))


def _live(seen: Seen, group: list[Message]) -> Message:
    """Of several posts of one notice the one that is edited, else the one that was tried last: the bot knows of it."""
    tried = {request.call.at: request.arrived for request in seen.requests if request.call is not None}
    return max(
        group,
        key=lambda message: (
            message.versions[-1].at if len(message.versions) > 1 else 0.0,
            tried.get(_posted(seen, message), 0.0),
            message.ts,
        ),
    )


def _posted(seen: Seen, message: Message) -> float:
    """When the call that posted a message was written down."""
    marker = marker_of(message) or ""
    for request in posts_by_marker(seen).get(marker, ()):
        call = request.call
        if call is not None and isinstance(call.answer, dict) and call.answer.get("ts") == message.ts:
            return call.at
    return 0.0


def _files(seen: Seen, replies: list[Message]) -> Counter[str]:
    names = Counter(seen.slack.files[file_id].filename for reply in replies for file_id in reply.file_ids)
    if not names:
        return names
    unsure = sum(
        request.method == "files.completeUploadExternal" and seen.unsure(request) is not None
        for request in seen.requests
    )
    return Counter({name: max(1, count - unsure) for name, count in names.items()})
