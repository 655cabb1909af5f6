"""Threads as people see them: each message once, even if it had to be posted again."""

from collections.abc import Iterator
from dataclasses import dataclass

from bot.domain.message_kinds import MessageKind
from sandbox.slack.records import PostedMessage
from tests.chaos.bot_records import MessageRecord, SubscriptionRecord, marker_of
from tests.chaos.observations import Observations
from tests.chaos.simulators import SlackRequest


@dataclass(frozen=True, kw_only=True)
class ThreadReply:
    """One reply, and what it is."""

    kind: MessageKind
    message: PostedMessage


@dataclass(frozen=True, kw_only=True)
class SlackThread:
    """The thread of one subscription. Of several copies of a message it holds the one that the bot knows of."""

    subscription: SubscriptionRecord
    root: PostedMessage
    #: the card first, the others in the order of their posts
    replies: tuple[ThreadReply, ...]

    @property
    def card(self) -> PostedMessage | None:
        """The progress message; None if it was never posted."""
        return next((reply.message for reply in self.replies if reply.kind is MessageKind.CARD), None)


def threads(observed: Observations, remote_id: str) -> list[SlackThread]:
    """The threads about a long task, one for each subscription whose root is in Slack."""
    found = []
    for subscription in observed.records.subscriptions.values():
        if subscription.remote_id == remote_id and (copies := root_copies(observed, subscription)):
            found.append(_thread(observed, subscription, copies))
    return found


def root_copies(observed: Observations, subscription: SubscriptionRecord) -> list[PostedMessage]:
    """The root of a subscription, as often as it is in Slack."""
    channel = observed.channels.get(subscription.channel_id)
    root = observed.records.roots.get(subscription.id)
    if channel is None or root is None:
        return []
    return [each for each in channel.messages.values() if observed.records.message(each) is root]


def _thread(observed: Observations, subscription: SubscriptionRecord, roots: list[PostedMessage]) -> SlackThread:
    channel = observed.channels[subscription.channel_id]
    groups: dict[str, list[PostedMessage]] = {}
    for root in roots:
        for ts in channel.replies.get(root.ts, ()):
            reply = channel.messages[ts]
            groups.setdefault(marker_of(reply.versions[0].metadata) or ts, []).append(reply)
    replies = [_reply(observed, copies) for copies in groups.values()]
    replies.sort(key=lambda reply: (reply.kind is not MessageKind.CARD, reply.message.ts))
    root = _known_copy(roots, observed.records.roots[subscription.id])
    return SlackThread(subscription=subscription, root=root, replies=tuple(replies))


def _reply(observed: Observations, copies: list[PostedMessage]) -> ThreadReply:
    record = observed.records.message(copies[0])
    # Slack posts the message of a file itself, without metadata.
    kind = MessageKind.FILE if record is None else record.kind
    return ThreadReply(kind=kind, message=_known_copy(copies, record))


def _known_copy(copies: list[PostedMessage], record: MessageRecord | None) -> PostedMessage:
    """The copy whose address the bot wrote down, else the newest."""
    known = [each for each in copies if record is not None and each.ts == record.ts]
    return known[0] if known else max(copies, key=lambda each: each.ts)


def posts_by_marker(observed: Observations) -> dict[str, list[SlackRequest]]:
    """Marker -> the posts with it that Slack carried out, in the order in which they came in."""
    found: dict[str, list[SlackRequest]] = {}
    for request in sorted(observed.requests, key=lambda each: each.arrived):
        if request.method != "chat.postMessage" or request.call is None or not request.call.ok:
            continue
        marker = marker_of(request.call.arguments.get("metadata"))
        if marker is not None:
            found.setdefault(marker, []).append(request)
    return found


def ambiguous_posts(observed: Observations) -> int:
    """How many posts Slack carried out whose result the bot may not know."""
    posts = (post for several in posts_by_marker(observed).values() for post in several)
    return sum(observed.ambiguity(post) is not None for post in posts)


def repeated_posts(observed: Observations) -> int:
    """How many posts repeated an earlier one."""
    return sum(len(posts) - 1 for posts in posts_by_marker(observed).values())


def edits_of(observed: Observations, message: PostedMessage) -> Iterator[SlackRequest]:
    """Every edit of a message that was tried, whether or not Slack carried it out."""
    for request in observed.requests:
        if request.method == "chat.update" and request.call is not None:
            arguments = request.call.arguments
            if (arguments.get("channel"), arguments.get("ts")) == (message.channel, message.ts):
                yield request
