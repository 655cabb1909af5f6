"""Checks that every message is in its place, once, and accepted by Slack."""

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from bot.domain.message_kinds import MessageKind
from bot.domain.states import MessageState, Outcome
from sandbox.slack.records import Channel, PostedMessage
from tests.chaos.bot_records import SubscriptionRecord, marker_of
from tests.chaos.checks.violation import Violation
from tests.chaos.observations import Observations
from tests.chaos.slack_threads import posts_by_marker, root_copies, threads
from tests.chaos.users import StartedTask
from tests.chaos.workload import SCRIPTS, WATCHING

#: Slack names no address for a response URL's message, and posts the message of a file itself; a home is no message
_WITHOUT_ADDRESS = frozenset({MessageKind.PRIVATE, MessageKind.FILE, MessageKind.HOME})
#: messages of a watch itself
_OF_WATCH = frozenset({MessageKind.WATCH_ROOT, MessageKind.WATCH_DIGEST})
#: characters of a message that a violation quotes
_QUOTED = 80


def posted_twice(observed: Observations) -> Iterator[Violation]:
    """Messages that were posted again although the post before was not ambiguous."""
    for marker, posts in posts_by_marker(observed).items():
        for first, second in pairwise(posts):
            if observed.ambiguity(first) is None:
                text = "" if second.call is None else str(second.call.arguments.get("text", ""))
                detail = f"Posted again although the first post had arrived (marker {marker}): {text[:_QUOTED]!r}."
                yield Violation(detail=detail, remote_id=observed.records.remote_id_of(marker))


def misplaced(observed: Observations) -> Iterator[Violation]:
    """Messages elsewhere than in a channel that follows their long task, or in the thread of one that does."""
    for channel in observed.channels.values():
        if channel.is_im:
            continue
        thread_of = {
            copy.ts: subscription
            for subscription in observed.records.subscriptions.values()
            if subscription.channel_id == channel.id
            for copy in root_copies(observed, subscription)
        }
        for message in channel.messages.values():
            if (wrong := _wrong_place(observed, channel, message, thread_of)) is not None:
                marker = marker_of(message.versions[0].metadata)
                detail = f"{wrong} in {channel.id}: {message.text[:_QUOTED]!r}."
                yield Violation(detail=detail, remote_id=observed.records.remote_id_of(marker or ""))


def _wrong_place(
    observed: Observations, channel: Channel, message: PostedMessage, thread_of: dict[str, SubscriptionRecord]
) -> str | None:
    """What is wrong with the place of a message; None if nothing is."""
    record = observed.records.message(message)
    if record is not None and record.kind in _OF_WATCH:
        return None if channel.id == WATCHING else "A message of a watch"
    around = thread_of.get(message.thread_ts or "")
    if message.thread_ts is not None and around is None:
        return "A reply under no root"
    if record is None:
        # Slack posts the message of a file itself, without metadata.
        return None if around is not None and message.file_ids else "A message that the bot does not know"
    subscription = observed.records.subscription_of(record)
    if subscription is None or subscription.channel_id != channel.id:
        return "A message of another channel"
    if around is not None:
        return None if around.id == subscription.id else "A reply of another thread"
    if record.kind is not MessageKind.ROOT:
        return "A reply outside its thread"
    task = observed.task(subscription.remote_id)
    return None if task is not None and _is_asked_for(task, channel.id) else "A root that nobody asked for"


def _is_asked_for(task: StartedTask, channel_id: str) -> bool:
    """Whether a command, the watch or a script asks for a thread about a long task in a channel."""
    if channel_id == WATCHING:
        return task.plan.is_watched
    if channel_id == SCRIPTS:
        return bool(task.calls)
    return bool(task.follows(channel_id))


def lost(observed: Observations) -> Iterator[Violation]:
    """Messages that the bot has posted, by its records, and that are not in Slack."""
    for record in observed.records.messages.values():
        if record.state not in (MessageState.POSTED, MessageState.EDITING) or record.kind in _WITHOUT_ADDRESS:
            continue
        message = observed.message(record.channel_id or "", record.ts or "")
        if message is None or observed.records.message(message) is not record:
            detail = f"The {record.kind} {record.marker} is not in Slack at {record.channel_id} {record.ts}."
            yield Violation(detail=detail, remote_id=observed.records.remote_id_of(record.marker))
    for subscription in observed.records.subscriptions.values():
        if subscription.outcome is not Outcome.STOPPED and not root_copies(observed, subscription):
            detail = f"{subscription.channel_id} follows it, and has no root about it."
            yield Violation(detail=detail, remote_id=subscription.remote_id)


def shared_twice(observed: Observations) -> Iterator[Violation]:
    """Files that a thread holds more often than ambiguous calls explain."""
    unknown = sum(
        request.method == "files.completeUploadExternal" and observed.ambiguity(request) is not None
        for request in observed.requests
    )
    for task in observed.tasks:
        for thread in threads(observed, task.remote_id):
            names = Counter(
                observed.files[file_id].filename for reply in thread.replies for file_id in reply.message.file_ids
            )
            for name, count in names.items():
                if count > 1 + unknown:
                    detail = f"{name} is {count} times in a thread of {thread.root.channel}."
                    yield Violation(detail=detail, remote_id=task.remote_id)


def refused(observed: Observations) -> Iterator[Violation]:
    """Calls that Slack refused as wrong.

    Rate limits are no refusal, nor is the history that the bot may not read, nor a home that another process has shown
    meanwhile: the bot reads it again.
    """
    for request in observed.requests:
        call = request.call
        if call is None or call.ok or call.fault is not None or not isinstance(call.answer, dict):
            continue
        error = call.answer.get("error")
        looks_back = call.method.startswith("conversations.") and error == "missing_scope"
        shown_meanwhile = call.method == "views.publish" and error == "hash_conflict"
        if error != "ratelimited" and not looks_back and not shown_meanwhile:
            yield Violation(detail=f"Slack refused {call.method}: {error}.")
