"""Says what is wrong in the threads of one long task."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from msgspec.structs import replace

from bot.domain.states import Outcome
from bot.render.i18n import english
from bot.render.phrases import outcome_word
from sandbox import verdict
from sandbox.slack.records import Message
from tests.chaos.people import STOPPED, Told, followed
from tests.chaos.seen import GIVEN_UP, LATE, Seen
from tests.chaos.threads import Thread, marker_of, posts_by_marker, threads_of
from tests.chaos.watched import Request


def wrong_in_threads(seen: Seen, told: Told) -> Iterator[str]:
    """What is wrong in the threads of one long task."""
    threads = threads_of(seen, told)
    answered = {typed.wish.channel for typed in told.typed if not typed.wish.stop and followed(typed)}
    gone = {typed.wish.channel for typed in told.typed if typed.wish.stop and _said_to_be_stopped(seen, told)}
    for channel in answered - gone - {thread.channel for thread in threads}:
        # Whoever stops it soon enough leaves nothing to be told.
        yield f"{channel} was told that it follows, and has no message about it."
    for channel, count in Counter(thread.channel for thread in threads).items():
        here = Counter(typed.wish.stop for typed in told.typed if typed.wish.channel == channel)
        if count > 1 + min(here[True], here[False] - 1):
            yield f"{channel} has {count} threads about it."
    for thread in threads:
        yield from _of_thread(seen, told, thread)


def _said_to_be_stopped(seen: Seen, told: Told) -> bool:
    """Whether anybody was to be told so, be it in answer to a command of which Slack said that it had not worked."""
    answer = STOPPED.format(id=told.remote_id)
    return any(
        request.call is not None and str(request.call.arguments.get("text", "")).startswith(answer)
        for request in seen.requests
    )


def _of_thread(seen: Seen, told: Told, thread: Thread) -> Iterator[str]:
    here = Counter(typed.wish.stop for typed in told.typed if typed.wish.channel == thread.channel)
    may_be_stopped = here[True] > 0 and _said_to_be_stopped(seen, told)
    following, stopped = (outcome_word(english(), outcome) for outcome in (Outcome.FOLLOWING, Outcome.STOPPED))
    posts = posts_by_marker(seen).get(marker_of(thread.root) or "", [])
    if may_be_stopped and thread.root.text.startswith(f"*{following}*") and all(map(seen.unsure, posts)):
        # A root whose post was ambiguous when it was stopped is one that the bot knows nothing of.
        return
    outcome = told.tale.scenario.expected.outcome
    # A command that comes late, after the stop, begins a new thread.
    if may_be_stopped and (here[False] == 1 or thread.root.text.startswith(f"*{stopped}*")):
        outcome = Outcome.STOPPED
        yield from _of_stopped(thread, stopped)
    else:
        view: Any = thread.as_sandbox(seen)
        expected = told.tale.scenario.expected
        if outcome is Outcome.UNKNOWN:
            expected = replace(expected, last_percent=_last_seen(seen, told, thread))
        yield from verdict.problems(view, told.remote_id, expected, follower=thread.owner, channel=thread.channel)
    yield from _of_edits(seen, thread, outcome)
    for ts, files in thread.files.items():
        if files > 1:
            yield f"A file stands {files} times in {ts}."


def _last_seen(seen: Seen, told: Told, thread: Thread) -> float | None:
    """The percentage of the last good look; of an earlier one where the last may not have been written down."""
    good = [
        asking
        for asking in seen.askings
        if asking.remote_id == told.remote_id and asking.status == 200 and asking.fault in (None, "slow")
    ]
    shown = thread.card.text.split("\n")[0] if thread.card is not None else ""
    for asking in reversed(good):
        figure = english().percent(asking.percent or 0.0)
        if shown.endswith(f" {figure}") or not seen.disturbed(asking.arrived, asking.arrived + GIVEN_UP):
            return asking.percent
    return good[-1].percent if good else None


def _of_stopped(thread: Thread, word: str) -> Iterator[str]:
    if not thread.root.text.startswith(f"*{word}*"):
        yield f"The root does not say {word!r}: {thread.root.text[:80]!r}."
    if thread.card is not None and word not in thread.card.text.split("\n")[0]:
        yield f"The card does not say {word!r}: {thread.card.text[:80]!r}."


def _of_edits(seen: Seen, thread: Thread, outcome: Outcome) -> Iterator[str]:
    """Root and card: nothing after the last state but itself, and that only where an edit was ambiguous."""
    word = outcome_word(english(), outcome)
    for name, message in (("root", thread.root), ("card", thread.card)):
        if message is not None:
            yield from _after_the_last(seen, name, message, word)


def _after_the_last(seen: Seen, name: str, message: Message, word: str) -> Iterator[str]:
    edits = _edits(seen, message)
    texts = [message.versions[0].text, *(version.text for version in message.versions[1:])]
    terminal = next((index for index, text in enumerate(texts) if word in text.split("\n")[0]), None)
    if terminal is None or terminal == 0:
        return
    ambiguous = [edit for edit in _tries(seen, message) if seen.unsure(edit) is not None]
    last = edits[terminal - 1]
    for text, edit in zip(texts[terminal + 1 :], edits[terminal:], strict=True):
        if text == texts[terminal]:
            # One that comes late was called for before.
            if edit.arrived > last.arrived and not any(one.arrived < edit.arrived for one in ambiguous):
                yield f"The last state of the {name} was sent again for nothing."
        elif edit.arrived > last.arrived and not _woken(seen, edit):
            yield f"The {name} was edited after its last state: {text[:80]!r}."


def _woken(seen: Seen, edit: Request) -> bool:
    """Whether an edit comes from a process that was stopped in the middle of it."""
    life = seen.life(edit.caller)
    return life is not None and any(stop[0] - LATE <= edit.arrived <= stop[-1] + LATE for stop in life.stops)


def _tries(seen: Seen, message: Message) -> list[Request]:
    """Every edit of a message that was tried."""
    return [
        request
        for request in seen.requests
        if request.method == "chat.update"
        and request.call is not None
        and request.call.arguments.get("ts") == message.ts
    ]


def _edits(seen: Seen, message: Message) -> list[Request]:
    """Those that were carried out, in that order."""
    return sorted(
        (request for request in _tries(seen, message) if request.call is not None and request.call.ok),
        key=lambda request: request.call.number if request.call else 0,
    )
