"""Reports a run: how often each fault was injected, and a timeline of each long task that a promise was broken for."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from tests.chaos import schedule as kinds
from tests.chaos.bot_records import marker_of
from tests.chaos.observations import Observations
from tests.chaos.promises import BrokenPromise
from tests.chaos.simulators import SlackRequest
from tests.chaos.slack_threads import ambiguous_posts, repeated_posts, threads
from tests.chaos.users import StartedTask

#: kind of fault -> parts of the names under which it is counted
KINDS = {
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

Event = tuple[float, str]


def counts(observed: Observations) -> dict[str, int]:
    """How often each kind of fault was injected."""
    wanted = dict(KINDS)
    wanted |= {"disk full": (kinds.FULL,)} if observed.database == "sqlite" else {"connections cut": (kinds.CUT,)}
    return {
        name: sum(
            count
            for kind, count in observed.injected.items()
            if " in chat." not in kind and any(kind.endswith(part) or kind.startswith(part) for part in parts)
        )
        for name, parts in wanted.items()
    }


def summary(observed: Observations, broken: Sequence[BrokenPromise]) -> str:
    """A run in a few lines."""
    injected = counts(observed)
    least = kinds.times(observed.seconds, calmness=observed.calmness)
    seldom = [name for name, count in injected.items() if count < least]
    posts = sum(request.method == "chat.postMessage" for request in observed.requests)
    edits = sum(request.method == "chat.update" for request in observed.requests)
    typed = list(observed.commands)
    acknowledged = sum(each.acknowledged for each in typed)
    followed = sum(len(threads(observed, task.remote_id)) for task in observed.tasks)
    lines = [
        f"seed {observed.seed}, {observed.database}, {observed.seconds:.0f} s, calmness {observed.calmness}: "
        + ("no promise is broken" if not broken else f"promises are broken {len(broken)} times"),
        "  injected: " + ", ".join(f"{name} {count}" for name, count in injected.items()),
        "  of these: " + ", ".join(f"{name} {count}" for name, count in sorted(observed.injected.items())),
        f"  {len(observed.tasks)} long tasks, {len(typed)} commands, {acknowledged} acknowledged, {followed} threads",
        f"  {len(observed.looks)} looks, {posts} posts, {edits} edits, {len(observed.incarnations)} processes",
        f"  {ambiguous_posts(observed)} ambiguous posts, {repeated_posts(observed)} posted again",
        f"  rate limited: {dict(observed.rate_limited)}",
    ]
    if seldom and not observed.restricted:
        lines.append(f"  injected less than {least} times: {', '.join(seldom)}")
    return "\n".join(lines)


def explanation(observed: Observations, broken: Sequence[BrokenPromise]) -> str:
    """Each broken promise, and the timeline of the long task that it is about."""
    lines = []
    ordered = sorted(broken, key=lambda each: each.violation.remote_id or "")
    for remote_id, group in groupby(ordered, key=lambda each: each.violation.remote_id):
        lines += [f"✗ {each.promise.name}: {each.violation.detail}" for each in group]
        task = observed.task(remote_id)
        if task is not None:
            lines += [f"    {line}" for line in timeline(observed, task)]
    return "\n".join(lines)


def timeline(observed: Observations, task: StartedTask) -> list[str]:
    """What was seen, injected and sent about one long task, in order of time."""
    about = sorted([*_commands(observed, task), *_looks(observed, task), *_calls(observed, task)])
    last = max([task.ends, *(at for at, line in about if not line.startswith("Confluence"))])
    events = sorted([*about, *_faults(observed)])
    first = f"{task.remote_id} is {task.plan.scenario.story.name}, expected {task.plan.scenario.expected}"
    shown = [(at, line) for at, line in events if task.began - 1 <= at <= last + 1]
    return [first, *(f"{at - observed.began:7.2f} s  {line}" for at, line in shown)]


def _commands(observed: Observations, task: StartedTask) -> Iterator[Event]:
    yield task.began, "it begins in Confluence"
    yield task.ends, "it ends in Confluence"
    for typed in task.commands:
        failed = "" if typed.acknowledged else "; Slack says that it failed"
        yield typed.at, f"{typed.plan.user} types “/longtask {typed.text}” in {typed.plan.channel}{failed}"
        if typed.answered is not None:
            yield typed.answered, f"{typed.plan.user} has the answers {observed.answers(typed)}"


def _looks(observed: Observations, task: StartedTask) -> Iterator[Event]:
    shown: tuple[object, ...] = ()
    for look in observed.looks:
        if look.remote_id != task.remote_id:
            continue
        now = (look.status, look.fault, look.percent)
        if now != shown:
            yield look.arrived, f"Confluence answers {look.status}, {look.percent} %, fault: {look.fault}"
        shown = now


def _calls(observed: Observations, task: StartedTask) -> Iterator[Event]:
    for request in observed.requests:
        if request.call is None or not _is_about(observed, request, task.remote_id):
            continue
        call, arguments = request.call, request.call.arguments
        text = str(arguments.get("text", ""))
        where = arguments.get("thread_ts") or arguments.get("ts") or ""
        marker = (marker_of(arguments.get("metadata")) or "")[:6]
        done = "done" if call.ok else "not done"
        answered = f"answered {call.status}" if call.status else "not answered"
        line = (
            f"{request.caller} {call.method} {arguments.get('channel')} {where} {marker}: {done} at "
            f"{call.at - observed.began:.2f}, {answered} at {request.until - observed.began:.2f}, "
            f"fault: {call.fault}, {observed.ambiguity(request) or 'certain'}: {text[:110]!r}"
        )
        yield request.arrived, line


def _is_about(observed: Observations, request: SlackRequest, remote_id: str) -> bool:
    """Whether a call posts or edits a message about a long task, or names it."""
    arguments = {} if request.call is None else request.call.arguments
    marker = marker_of(arguments.get("metadata"))
    edited = observed.message(str(arguments.get("channel", "")), str(arguments.get("ts", "")))
    record = None if edited is None else observed.records.message(edited)
    if marker is None and record is not None:
        marker = record.marker
    named = remote_id in str(arguments.get("text", ""))
    return named or (marker is not None and observed.records.remote_id_of(marker) == remote_id)


def _faults(observed: Observations) -> Iterator[Event]:
    for outage in observed.outages:
        yield outage.since, f"[{outage.kind} for {outage.until - outage.since:.1f} s]"
    for process in observed.incarnations:
        yield process.started, f"[{process.name} starts]"
        if process.ready is not None:
            yield process.ready, f"[{process.name} is ready]"
        if process.terminated is not None:
            yield process.terminated, f"[SIGTERM to {process.name}]"
        for suspension in process.suspensions:
            length = "" if suspension.until is None else f" for {suspension.until - suspension.since:.1f} s"
            yield suspension.since, f"[{process.name} is suspended{length}]"
        if process.ended is not None:
            yield process.ended, f"[{process.name} has ended: {process.cause}, {process.exit_code}]"
