"""The fault schedule of a run, generated from a seed so that it can be repeated."""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

#: seconds of a suspension, by number of processes: a lease lasts ten, and a second process needs time to take over
SUSPENDED_FOR = {1: (10.5, 11.5), 2: (12.5, 15.0)}
#: seconds that a process is left alone once it is ready, so that it gets something done
SPARED = 2.5
#: each kind is injected at least so often in a minute
A_MINUTE = 3

#: done to processes
KILL, TERM, STOP = "kill -9", "SIGTERM", "SIGSTOP"
#: done to the database
LOCKED, FULL, CUT = "database locked", "disk full", "database connections cut"

#: method -> faults that may meet its next call
CALLS = {
    "chat.postMessage": ("dropped before", "dropped after", "429", "5xx", "5xx after", "slow", "late"),
    "chat.update": ("dropped before", "dropped after", "429", "5xx", "5xx after", "slow", "late", "late"),
    "response_url": ("dropped before", "dropped after", "5xx", "slow"),
    "users.info": ("429", "5xx"),
    "Confluence": ("dropped before", "dropped after", "429", "5xx", "slow", "truncated", "html"),
}
#: seconds that the database is unavailable
OUTAGE = {LOCKED: (0.5, 7.5), FULL: (1.0, 8.0), CUT: (0.0, 0.0)}
#: what Slack makes of a call whose caller was killed or suspended in the middle of it
_AFTER_INTERRUPTION = ("", "dropped before", "dropped after", "5xx", "5xx after", "429", "late")


@dataclass(frozen=True, kw_only=True, order=True)
class Injection:
    """One fault to inject."""

    #: seconds after the start of the run
    at: float
    kind: str
    #: a method or a process; empty for the database
    target: str = ""
    #: how long it lasts, or how late a call is
    seconds: float = 0.0
    #: wait for the target's next post or edit, and interrupt it
    in_call: bool = False
    #: what Slack makes of the interrupted call; empty for what it usually does
    then: str = ""
    #: a suspension that ends with a kill
    fatal: bool = False
    #: beside the other faults of processes, which follow one another
    beside: bool = False


def times(seconds: float, *, calmness: int = 0) -> int:
    """How often each kind is injected at least within so many seconds."""
    least = max(1, -(-int(A_MINUTE * seconds) // 60))
    return -(-least // (1 << calmness))


def schedule(
    seed: int,
    seconds: float,
    *,
    processes: tuple[str, ...],
    database: str,
    only: frozenset[str] = frozenset(),
    often: int = 1,
    calmness: int = 0,
) -> list[Injection]:
    """Every fault of a run of so many seconds, in order of time.

    `only` restricts it to some kinds if it names any. Faults of calls are injected `often` times as often. Each step of
    `calmness` leaves out every second injection of each kind.
    """
    dice = random.Random(seed)
    kinds = [kind for kind in (KILL, TERM, STOP) if not only or kind in only]
    planned = list(_on_processes(dice, seconds, processes, kinds)) if kinds else []
    # While the only process is suspended, nobody notices that the database is unavailable.
    suspensions = [each for each in planned if each.kind == STOP] if len(processes) == 1 else []
    for method, faults in CALLS.items():
        for kind in faults:
            for at in _spread(dice, times(seconds) * often, seconds * 0.95):
                planned.append(Injection(at=at, kind=kind, target=method, seconds=_duration(dice, kind)))
    for kind in (LOCKED, FULL) if database == "sqlite" else (LOCKED, CUT):
        candidates = (dice.uniform(0.0, seconds * 0.95) for _ in range(1000))
        noticed = (at for at in candidates if not any(_hides(each, at) for each in suspensions))
        planned += [
            Injection(at=at, kind=kind, seconds=dice.uniform(*OUTAGE[kind])) for at in islice(noticed, times(seconds))
        ]
    wanted = sorted(each for each in planned if not only or each.kind in only)
    return list(_thinned(wanted, every=1 << calmness))


def _hides(suspension: Injection, at: float) -> bool:
    """Whether an outage that begins then would be over before the suspended process could notice it."""
    return suspension.at - 1.0 <= at <= suspension.at + suspension.seconds - 1.0


def _thinned(injections: list[Injection], *, every: int) -> Iterator[Injection]:
    """The first of every so many injections of each kind."""
    passed: Counter[tuple[str, str, bool]] = Counter()
    for injection in injections:
        key = (injection.kind, injection.target if injection.target in CALLS else "", injection.beside)
        if passed[key] % every == 0:
            yield injection
        passed[key] += 1


def _spread(dice: random.Random, count: int, seconds: float) -> Iterator[float]:
    """So many times, one in each part of the period."""
    part = seconds / count
    for number in range(count):
        yield (number + dice.random()) * part


def _duration(dice: random.Random, kind: str) -> float:
    """Seconds of a slow answer, of a call carried out after the bot has given up (8 s), of a `Retry-After`."""
    return {"slow": dice.uniform(1.0, 4.0), "late": dice.uniform(11.0, 18.0), "429": float(dice.randint(1, 3))}.get(
        kind, 0.0
    )


def _on_processes(
    dice: random.Random, seconds: float, processes: tuple[str, ...], wanted: list[str]
) -> Iterator[Injection]:
    """Faults of processes, one after the other, so that another can take over.

    With several processes some kills come beside them, so that at times none is left.
    """
    each = times(seconds)
    # Of every three suspensions one ends with a kill, which leaves more time for the rest.
    fatal = each // 3
    kinds = [kind for kind in wanted for _ in range(max(1, each - fatal) if kind is KILL else each)]
    dice.shuffle(kinds)
    lengths = [dice.uniform(*SUSPENDED_FOR[len(processes)]) if kind is STOP else 0.0 for kind in kinds]
    gap = max(0.0, seconds - sum(lengths)) / len(kinds)
    at = gap * dice.uniform(0.3, 0.9)
    for number, (kind, length) in enumerate(zip(kinds, lengths, strict=True)):
        before = kinds[:number].count(kind)
        yield Injection(
            at=at,
            kind=kind,
            target=dice.choice(processes),
            seconds=length,
            # Each kind both ways.
            in_call=kind is not TERM and before % 3 != 2,
            then=dice.choice(_AFTER_INTERRUPTION),
            fatal=kind is STOP and before % 3 == 2 and before // 3 < fatal,
        )
        at += gap + length
    if len(processes) > 1 and KILL in wanted:
        for at in _spread(dice, max(1, each // 3), seconds):
            yield Injection(at=at, kind=KILL, target=dice.choice(processes), beside=True)
