"""Says which promises were broken in a run."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from tests.chaos.judging_threads import wrong_in_threads
from tests.chaos.people import CHANNELS, FOLLOWING, NOTHING_STARTED
from tests.chaos.processes import TERM_PATIENCE
from tests.chaos.seen import GIVEN_UP, LATE, LEASE, Seen
from tests.chaos.threads import posts_by_marker, threads_of
from tests.chaos.watched import Request

#: seconds that are no matter of order: between a machine's two processes
SLACK_SECONDS = 0.05


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
        *_withdrawn(seen),
        *_refusals(seen),
        *_doubles(seen),
        *_strays(seen),
        *_order(seen),
        *_looks(seen),
        *_ends(seen),
    ]
    threads = sum(len(threads_of(seen, told)) for told in seen.told)
    if threads * 3 < len(seen.told):
        found.append(Broken(sentence=f"{len(seen.told)} long tasks came to {threads} threads: this shows nothing."))
    for told in seen.told:
        found += [Broken(sentence=said, remote_id=told.remote_id) for said in wrong_in_threads(seen, told)]
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


def _withdrawn(seen: Seen) -> Iterator[Broken]:
    """Whoever was told that nothing was started is not followed up behind their back."""
    for told in seen.told:
        for typed in told.typed:
            mine = [one.text for one in seen.slack.private_messages if one.trigger_id == typed.trigger_id]
            if NOTHING_STARTED in mine[:1] and FOLLOWING.format(id=typed.remote_id) + "." in mine:
                said = f"{typed.wish.user} was told that nothing was started by “/longtask {typed.text}”, and it was."
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
            if second.arrived - first.arrived > GIVEN_UP or seen.disturbed(first.arrived, second.arrived):
                continue
            said = f"It was looked at twice at once at {second.arrived - seen.began:.2f} s."
            yield Broken(sentence=said, remote_id=told.remote_id)


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


def ambiguous(seen: Seen) -> list[Request]:
    """Posts that Slack carried out while the bot may not know of it."""
    return [
        request for posts in posts_by_marker(seen).values() for request in posts if seen.unsure(request) is not None
    ]


def repeated(seen: Seen) -> int:
    """Messages that stand more than once."""
    return sum(len(posts) - 1 for posts in posts_by_marker(seen).values())
