"""Checks what threads say in the end."""

from collections import Counter
from collections.abc import Iterator

from msgspec.structs import replace

from bot.domain.message_kinds import MessageKind
from bot.domain.states import MessageState, Outcome
from bot.render.i18n import english
from bot.render.phrases import outcome_word
from sandbox import scenario_check
from sandbox.confluence import ConfluenceSimulator
from sandbox.harness import TEAM, TOKEN, Sandbox
from sandbox.scenarios import Expected
from sandbox.slack import SlackSimulator
from sandbox.slack.records import PostedMessage
from tests.chaos.checks.violation import Violation
from tests.chaos.observations import GIVEN_UP, LATE, Observations
from tests.chaos.simulators import ConfluenceRequest, SlackRequest
from tests.chaos.slack_threads import SlackThread, edits_of, posts_by_marker, threads
from tests.chaos.users import StartedTask


def too_many(observed: Observations) -> Iterator[Violation]:
    """Channels with more threads about a long task than commands ask for: one, and one more after each stop."""
    for task in observed.tasks:
        for channel, count in Counter(each.root.channel for each in threads(observed, task.remote_id)).items():
            stops, follows = len(task.stops(channel)), len(task.follows(channel))
            if count > 1 + max(0, min(stops, follows - 1)):
                yield Violation(detail=f"{channel} has {count} threads about it.", remote_id=task.remote_id)


def incomplete(observed: Observations) -> Iterator[Violation]:
    """What a thread lacks, says twice or says wrong. A message that grows or changes counts as it is in the end."""
    for task, thread in _known_threads(observed):
        if thread.subscription.outcome is Outcome.STOPPED:
            details = _of_stopped(task, thread)
        elif thread.replies and thread.card is None and not _ended_first(observed, thread):
            details = iter(["Its thread has no card."])
        else:
            details = iter(
                scenario_check.check_thread(
                    _sandbox_of(observed, thread),
                    task.remote_id,
                    _expected(observed, task, thread),
                    follower=thread.subscription.owner_id,
                    channel=thread.root.channel,
                )
            )
        for detail in details:
            yield Violation(detail=detail, remote_id=task.remote_id)


def _ended_first(observed: Observations, thread: SlackThread) -> bool:
    """Whether the bot left the card of a thread out, because the end came before it."""
    of_thread = [each for each in observed.records.messages.values() if each.subscription_id == thread.subscription.id]
    cards = {each.state for each in of_thread if each.kind is MessageKind.CARD}
    completions = {each.state for each in of_thread if each.kind is MessageKind.COMPLETION}
    return cards == {MessageState.DROPPED} and completions == {MessageState.POSTED}


def edited_after_end(observed: Observations) -> Iterator[Violation]:
    """Roots and cards with an edit after their end state, other than its repetition after an ambiguous edit."""
    for task, thread in _known_threads(observed):
        outcome = thread.subscription.outcome
        word = outcome_word(english(), outcome if outcome is Outcome.STOPPED else task.plan.scenario.expected.outcome)
        for name, message in (("root", thread.root), ("card", thread.card)):
            if message is not None:
                for detail in _after_end(observed, name, message, word):
                    yield Violation(detail=detail, remote_id=task.remote_id)


def _known_threads(observed: Observations) -> Iterator[tuple[StartedTask, SlackThread]]:
    """Every thread but those whose root the bot cannot know of: its post was ambiguous, and it was stopped then."""
    posts = posts_by_marker(observed)
    for task in observed.tasks:
        for thread in threads(observed, task.remote_id):
            root = observed.records.roots[thread.subscription.id]
            unknown = root.state is MessageState.DROPPED and all(map(observed.ambiguity, posts.get(root.marker, ())))
            if not (thread.subscription.outcome is Outcome.STOPPED and unknown):
                yield task, thread


def _of_stopped(task: StartedTask, thread: SlackThread) -> Iterator[str]:
    if not task.stops(thread.root.channel):
        yield f"The thread in {thread.root.channel} is stopped, and nobody asked for it."
    word = outcome_word(english(), Outcome.STOPPED)
    if not thread.root.text.startswith(f"*{word}*"):
        yield f"The root does not say {word!r}: {thread.root.text[:80]!r}."
    if thread.card is not None and word not in thread.card.text.split("\n")[0]:
        yield f"The card does not say {word!r}: {thread.card.text[:80]!r}."


def _sandbox_of(observed: Observations, thread: SlackThread) -> Sandbox:
    """A sandbox that holds this thread alone, each message once."""
    slack, confluence = SlackSimulator(), ConfluenceSimulator()
    slack.add_workspace(TEAM, TOKEN)
    confluence.origin = observed.confluence_origin
    channel = slack.add_channel(thread.root.channel)
    replies = [reply.message for reply in thread.replies]
    channel.messages = {message.ts: message for message in (thread.root, *replies)}
    channel.replies = {thread.root.ts: [reply.ts for reply in replies]}
    return Sandbox(slack=slack, confluence=confluence, environ={})


def _expected(observed: Observations, task: StartedTask, thread: SlackThread) -> Expected:
    expected = task.plan.scenario.expected
    if expected.outcome is not Outcome.UNKNOWN:
        return expected
    return replace(expected, last_percent=_last_percent(observed, task, thread))


def _last_percent(observed: Observations, task: StartedTask, thread: SlackThread) -> float | None:
    """The percentage of the last good look, or of an earlier one if the last may not have been written down."""
    good = [
        look
        for look in observed.looks
        if look.remote_id == task.remote_id and look.status == 200 and look.fault in (None, "slow")
    ]
    # A list stands for a look.
    good += [
        ConfluenceRequest(
            remote_id=task.remote_id, arrived=each.arrived, answered=each.answered, percent=each.tasks[task.remote_id]
        )
        for each in observed.listings
        if task.remote_id in each.tasks
    ]
    good.sort(key=lambda look: look.arrived)
    shown = thread.card.text.split("\n")[0] if thread.card is not None else ""
    for look in reversed(good):
        figure = english().percent(look.percent or 0.0)
        if shown.endswith(f" {figure}") or not observed.disturbed(look.arrived, look.arrived + GIVEN_UP):
            return look.percent
    return good[-1].percent if good else None


def _after_end(observed: Observations, name: str, message: PostedMessage, word: str) -> Iterator[str]:
    texts = [version.text for version in message.versions]
    end = next((index for index, text in enumerate(texts) if word in text.split("\n")[0]), None)
    if end is None or end == 0:
        return
    tried = list(edits_of(observed, message))
    edits = sorted(
        (edit for edit in tried if edit.call is not None and edit.call.ok),
        key=lambda edit: 0 if edit.call is None else edit.call.number,
    )
    ambiguous = [edit for edit in tried if observed.ambiguity(edit) is not None]
    last = edits[end - 1]
    for text, edit in zip(texts[end + 1 :], edits[end:], strict=True):
        if edit.arrived <= last.arrived:
            # It was begun before the last one and arrived late.
            continue
        if text != texts[end]:
            if not _resumed(observed, edit):
                yield f"The {name} was edited after its end state: {text[:80]!r}."
        elif not any(each.arrived < edit.arrived for each in ambiguous):
            yield f"The end state of the {name} was sent again without need."


def _resumed(observed: Observations, edit: SlackRequest) -> bool:
    """Whether an edit comes from a process that was suspended in the middle of it."""
    process = observed.incarnation(edit.caller)
    return process is not None and process.suspended(edit.arrived - LATE, edit.arrived + LATE)
