"""Tells what happened in a run: how often each thing was done, and what became of one thread."""

from collections.abc import Iterator
from itertools import groupby

from tests.chaos import schedule as kinds
from tests.chaos.judge import Broken, ambiguous, repeated
from tests.chaos.people import Told
from tests.chaos.seen import Seen
from tests.chaos.threads import threads_of

#: the kinds that are promised to fire, and under which names they are counted
PROMISED = {
    "kill -9": (kinds.KILL,),
    "SIGTERM": (kinds.TERM,),
    "SIGSTOP longer than a lease": (kinds.STOP,),
    "connection dropped before": ("dropped before", "Confluence reset"),
    "connection dropped after": ("dropped after",),
    "429": (" 429", "Confluence rate_limited"),
    "5xx": (" 5xx", "Confluence status_503"),
    "slow answer": (" slow", " late"),
    "database locked": (kinds.LOCKED,),
}


def counts(seen: Seen) -> dict[str, int]:
    """How often each promised kind has fired."""
    promised = dict(PROMISED)
    promised |= {"disk full": (kinds.FULL,)} if seen.database == "sqlite" else {"connections cut": (kinds.CUT,)}
    return {
        name: sum(
            count
            for kind, count in seen.fired.items()
            if " in chat." not in kind and any(kind.endswith(part) or kind.startswith(part) for part in parts)
        )
        for name, parts in promised.items()
    }


def summary(seen: Seen, broken: list[Broken]) -> str:
    """The run in a few lines."""
    seldom = [name for name, count in counts(seen).items() if count < kinds.times(seen.seconds)]
    looks = len(seen.askings)
    posts = sum(request.method == "chat.postMessage" for request in seen.requests)
    edits = sum(request.method == "chat.update" for request in seen.requests)
    typed = [typed for told in seen.told for typed in told.typed]
    kept = sum(one.acknowledged for one in typed)
    threads = sum(len(threads_of(seen, told)) for told in seen.told)
    limited = dict(seen.slack.limits.report())
    lines = [
        f"seed {seen.seed}, {seen.database}, {seen.seconds:.0f} s: "
        + ("nothing is broken" if not broken else f"{len(broken)} promises are broken"),
        "  fired: " + ", ".join(f"{name} {count}" for name, count in counts(seen).items()),
        "  of these: " + ", ".join(f"{name} {count}" for name, count in sorted(seen.fired.items())),
        f"  {len(seen.told)} long tasks, {len(typed)} commands typed, {kept} delivered, {threads} threads",
        f"  {looks} looks, {posts} posts, {edits} edits, {len(seen.lives)} lives",
        f"  {len(ambiguous(seen))} ambiguous posts, {repeated(seen)} posted again; the limiter refused: {limited or 0}",
    ]
    if seldom and not seen.chosen:
        lines.append(f"  fired less than {kinds.times(seen.seconds)} times: {', '.join(seldom)}")
    return "\n".join(lines)


def stories(seen: Seen, broken: list[Broken]) -> str:
    """Each broken promise, and the story of each thread it is about."""
    lines = []
    ordered = sorted(broken, key=lambda one: one.remote_id or "")
    for remote_id, group in groupby(ordered, key=lambda one: one.remote_id):
        lines += [f"✗ {one.sentence}" for one in group]
        told = next((one for one in seen.told if one.remote_id == remote_id), None)
        if told is not None:
            lines += [f"    {line}" for line in story(seen, told)]
    return "\n".join(lines)


def story(seen: Seen, told: Told) -> list[str]:
    """What was seen, done and sent about one long task, in order."""
    events = sorted([*_typed(told), *_looks(seen, told), *_calls(seen, told), *_blows(seen)])
    last = max([told.over, *(at for at, line in events if not line.startswith(("[", "Confluence")))])
    first = f"{told.remote_id} is {told.tale.scenario.story.name}, expected {told.tale.scenario.expected}"
    return [first, *(f"{at - seen.began:7.2f} s  {line}" for at, line in events if told.began - 1 <= at <= last + 1)]


def _typed(told: Told) -> Iterator[tuple[float, str]]:
    yield told.began, "it begins in Confluence"
    yield told.over, "it ends in Confluence"
    for typed in told.typed:
        sent = "" if typed.acknowledged else "; Slack says that it did not work"
        yield typed.at, f"{typed.wish.user} types “/longtask {typed.text}” in {typed.wish.channel}{sent}"
        if typed.answered is not None:
            yield typed.answered, f"{typed.wish.user} is answered: {typed.answer!r}"


def _looks(seen: Seen, told: Told) -> Iterator[tuple[float, str]]:
    shown: tuple[object, ...] = ()
    for asking in seen.askings:
        if asking.remote_id != told.remote_id:
            continue
        now = (asking.status, asking.fault, asking.percent)
        if now != shown:
            yield asking.arrived, f"Confluence answers {asking.status}, {asking.percent} %, fault: {asking.fault}"
        shown = now


def _calls(seen: Seen, told: Told) -> Iterator[tuple[float, str]]:
    ours = {
        (channel.id, message.ts)
        for channel in seen.slack.channels.values()
        for message in channel.messages.values()
        if told.remote_id in message.text
        or (message.thread_ts and told.remote_id in channel.messages[message.thread_ts].text)
    }
    roots = {ts for _, ts in ours}
    for request in seen.requests:
        call = request.call
        if call is None:
            continue
        arguments = call.arguments
        text = str(arguments.get("text", ""))
        edited = (arguments.get("channel"), arguments.get("ts")) in ours
        if not (edited or arguments.get("thread_ts") in roots or told.remote_id in text):
            continue
        where = arguments.get("thread_ts") or arguments.get("ts") or ""
        done = "done" if call.ok else "not done"
        heard = f"told {call.status}" if call.status else "not told"
        marker = ((arguments.get("metadata") or {}).get("event_payload") or {}).get("id", "")[:6]
        line = (
            f"{request.caller} {call.method} {arguments.get('channel')} {where} {marker}: {done} at "
            f"{call.at - seen.began:.2f}, {heard} at {request.until - seen.began:.2f}, "
            f"fault: {call.fault}, {seen.unsure(request) or 'sure'}: {text[:110]!r}"
        )
        yield request.arrived, line


def _blows(seen: Seen) -> Iterator[tuple[float, str]]:
    for outage in seen.outages:
        yield outage.since, f"[{outage.kind} for {outage.until - outage.since:.1f} s]"
    for life in seen.lives:
        yield life.started, f"[{life.name} starts]"
        if life.ready is not None:
            yield life.ready, f"[{life.name} is ready]"
        if life.termed is not None:
            yield life.termed, f"[SIGTERM to {life.name}]"
        for stop in life.stops:
            yield stop[0], f"[{life.name} is stopped for {stop[-1] - stop[0]:.1f} s]"
        if life.ended is not None:
            yield life.ended, f"[{life.name} has ended: {life.how}, {life.code}]"
