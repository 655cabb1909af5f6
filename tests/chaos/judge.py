"""Says which promises were broken in a run."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from msgspec.structs import replace

from bot.domain.outcome import Outcome
from bot.render.facts import outcome_word
from bot.render.words import english
from bot.sandbox import verdict
from bot.sandbox.slack.records import Message
from tests.chaos.people import CHANNELS, STOPPED, Told, followed
from tests.chaos.processes import TERM_PATIENCE
from tests.chaos.seen import GIVEN_UP, Seen
from tests.chaos.threads import Thread, marker_of, posts_by_marker, threads_of
from tests.chaos.watched import Request

#: seconds that are no matter of order: between a machine's two processes
SLACK_SECONDS = 0.05
#: seconds: whoever has not renewed a claim for so long has lost it, and what it had begun may still arrive
LEASE = 10.0
#: seconds after a stop in which a call that had been begun before it may still come in
LATE = 2.0


@dataclass(frozen=True, kw_only=True)
class Broken:
    """A promise that was broken."""

    sentence: str
    remote_id: str | None = None


def judge(seen: Seen) -> list[Broken]:
    """Everything that is broken."""
    found = [
        *_left(seen),
        *_answers(seen),
        *_refusals(seen),
        *_doubles(seen),
        *_strays(seen),
        *_order(seen),
        *_looks(seen),
        *_ends(seen),
    ]
    for told in seen.told:
        found += [Broken(sentence=said, remote_id=told.remote_id) for said in _of_tale(seen, told)]
    return found


def _left(seen: Seen) -> Iterator[Broken]:
    for name, count in seen.left.items():
        yield Broken(sentence=f"{count} {name} are left in the end.")


def _answers(seen: Seen) -> Iterator[Broken]:
    """Each command that Slack could deliver has its answer."""
    for told in seen.told:
        for typed in told.typed:
            if typed.acknowledged and typed.answer is None:
                said = f"“/longtask {typed.text}” of {typed.wish.user} was acknowledged and never answered."
                yield Broken(sentence=said, remote_id=told.remote_id)


def _refusals(seen: Seen) -> Iterator[Broken]:
    """Slack refuses nothing as wrong; that history may not be read is found out by trying."""
    for request in seen.requests:
        call = request.call
        if call is None or call.ok or call.fault is not None or not isinstance(call.answer, dict):
            continue
        looks_back = call.method.startswith("conversations.") and call.answer.get("error") == "missing_scope"
        if call.answer.get("error") != "ratelimited" and not looks_back:
            yield Broken(sentence=f"Slack refused {call.method}: {call.answer.get('error')}.")


def _doubles(seen: Seen) -> Iterator[Broken]:
    """Nothing is posted again unless the post before was ambiguous."""
    for marker, posts in posts_by_marker(seen).items():
        for first, second in pairwise(posts):
            if seen.unsure(first) is None:
                assert second.call is not None
                text = str(second.call.arguments.get("text", ""))
                said = f"A message was posted again although the first had arrived (marker {marker}): {text[:80]!r}."
                yield Broken(sentence=said, remote_id=_mentioned(seen, text))


def _mentioned(seen: Seen, text: str) -> str | None:
    return next((told.remote_id for told in seen.told if told.remote_id in text), None)


def _strays(seen: Seen) -> Iterator[Broken]:
    """Every message stands in a channel that follows its long task, or in the thread of one that does."""
    wanted = {
        (typed.remote_id, typed.wish.channel) for told in seen.told for typed in told.typed if not typed.wish.stop
    }
    for channel in CHANNELS:
        of_roots: dict[str, str] = {}
        for message in seen.slack.channels[channel].messages.values():
            if message.thread_ts is None:
                remote_id = _mentioned(seen, message.text)
                if remote_id is None or (remote_id, channel) not in wanted:
                    yield Broken(sentence=f"Nobody asked for this in {channel}: {message.text[:80]!r}.")
                of_roots[message.ts] = remote_id or ""
            elif message.thread_ts not in of_roots:
                yield Broken(sentence=f"A reply hangs on no root in {channel}: {message.text[:80]!r}.")
            elif (named := _mentioned(seen, message.text)) not in (None, of_roots[message.thread_ts]):
                said = f"A reply about {named} stands in the thread of {of_roots[message.thread_ts]}."
                yield Broken(sentence=said, remote_id=named)


def _order(seen: Seen) -> Iterator[Broken]:
    """A workspace is delivered for by one process at a time."""
    calls = sorted((request for request in seen.requests if _delivers(request)), key=lambda one: one.arrived)
    for before, after in pairwise(calls):
        if before.caller == after.caller or _handed_over(seen, before, after):
            continue
        said = (
            f"{after.caller} called {after.method} at {after.arrived - seen.began:.2f} s while {before.caller}, "
            f"which had called at {before.arrived - seen.began:.2f} s, held the workspace."
        )
        yield Broken(sentence=said)


def _delivers(request: Request) -> bool:
    if request.call is None or request.method not in ("chat.postMessage", "chat.update"):
        return False
    return str(request.call.arguments.get("channel", "")) in CHANNELS


def _handed_over(seen: Seen, before: Request, after: Request) -> bool:
    """Whether the one may have lost the workspace, or the other may be late with a call begun before."""
    since = after.arrived - 2 * LEASE - LATE
    if seen.away(since, after.arrived):
        return True
    one, other = seen.life(before.caller), seen.life(after.caller)
    if one is not None and one.ended is not None and one.ended <= after.arrived + SLACK_SECONDS:
        return True
    if one is not None and one.termed is not None and one.termed <= after.arrived:
        return True
    if one is not None and any(stop[-1] >= since and stop[0] <= after.arrived for stop in one.stops):
        return True
    return other is not None and any(stop[-1] <= after.arrived <= stop[-1] + LATE for stop in other.stops)


def _looks(seen: Seen) -> Iterator[Broken]:
    """No long task is looked at twice at once."""
    by_task: dict[str, list[Any]] = {}
    for asking in sorted(seen.askings, key=lambda one: one.arrived):
        by_task.setdefault(asking.remote_id, []).append(asking)
    for told in seen.told:
        # Commands look, too.
        typing = [(typed.at, typed.answered or typed.at + 20.0) for typed in told.typed]
        for first, second in pairwise(by_task.get(told.remote_id, [])):
            if (first.answered or first.arrived) <= second.arrived + SLACK_SECONDS:
                continue
            if any(since <= second.arrived and first.arrived <= until for since, until in typing):
                continue
            if second.arrived - first.arrived > GIVEN_UP or _disturbed(seen, first.arrived, second.arrived):
                continue
            said = f"It was looked at twice at once at {second.arrived - seen.began:.2f} s."
            yield Broken(sentence=said, remote_id=told.remote_id)


def _disturbed(seen: Seen, since: float, until: float) -> bool:
    """Whether anything was done to a process or to the database within a time and the lease before it."""
    if seen.away(since - LEASE, until):
        return True
    for life in seen.lives:
        if life.ended is not None and since - LEASE <= life.ended <= until:
            return True
        if any(stop[0] <= until and stop[-1] >= since - LEASE for stop in life.stops):
            return True
    return False


def _ends(seen: Seen) -> Iterator[Broken]:
    """No process ends by itself, and SIGTERM is heeded within ten seconds, with 0."""
    for life in seen.lives:
        if life.ended is None or (life.how == "kill -9" and life.termed is None):
            continue
        away = seen.away(life.started - 1.0 if life.ready is None else life.ended - TERM_PATIENCE - 5.0, life.ended)
        if life.how == "by itself" and away is None:
            yield Broken(sentence=f"{life.name} ended by itself at {life.ended - seen.began:.1f} s with {life.code}.")
        if life.termed is not None and away is None and life.ready is not None:
            took = life.ended - life.termed
            if took > TERM_PATIENCE * 1.5 and not life.stops:
                yield Broken(sentence=f"{life.name} took {took:.1f} s to end after SIGTERM.")
            elif life.code != 0 and life.how == "SIGTERM":
                yield Broken(sentence=f"{life.name} ended with {life.code} after SIGTERM.")


def _of_tale(seen: Seen, told: Told) -> Iterator[str]:
    """What is wrong in the threads of one long task."""
    threads = threads_of(seen, told)
    answered = {typed.wish.channel for typed in told.typed if not typed.wish.stop and followed(typed)}
    gone = {typed.wish.channel for typed in told.typed if typed.wish.stop and _said_to_be_stopped(seen, told)}
    for channel in answered - gone - {thread.channel for thread in threads}:
        # Whoever stops it soon enough leaves nothing to be told.
        yield f"{channel} was told that it follows, and has no message about it."
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
    if len(thread.root_markers) != 1:
        yield f"{thread.channel} has {len(thread.root_markers)} threads about it instead of 1."
    stops = [typed for typed in told.typed if typed.wish.stop and typed.wish.channel == thread.channel]
    word = outcome_word(english(), Outcome.STOPPED)
    outcome = told.tale.scenario.expected.outcome
    if stops and _said_to_be_stopped(seen, told):
        outcome = Outcome.STOPPED
        posts = posts_by_marker(seen).get(marker_of(thread.root) or "", [])
        if any(seen.unsure(post) is None for post in posts):
            # A root whose post was ambiguous when it was stopped is one that the bot knows nothing of.
            yield from _of_stopped(thread, word)
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
        if shown.endswith(f" {figure}") or not _disturbed(seen, asking.arrived, asking.arrived + GIVEN_UP):
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


def ambiguous(seen: Seen) -> list[Request]:
    """Posts that Slack carried out while the bot may not know of it."""
    return [
        request for posts in posts_by_marker(seen).values() for request in posts if seen.unsure(request) is not None
    ]


def repeated(seen: Seen) -> int:
    """Messages that stand more than once."""
    return sum(len(posts) - 1 for posts in posts_by_marker(seen).values())
