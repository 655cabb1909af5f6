"""What is done to the bot, and when: made from a seed, so that it can be done again."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

#: seconds; a lease lasts ten, and where there is somebody to take over, time is left for that
STOPPED_FOR = {1: (10.5, 11.5), 2: (12.5, 15.0)}
#: seconds that a process is left alone once it is ready, so that it comes to something
SPARED = 2.5
#: each kind fires at least so often in a minute
A_MINUTE = 3

#: done to processes
KILL, TERM, STOP = "kill -9", "SIGTERM", "SIGSTOP"
#: done to the database
LOCKED, FULL, CUT = "database locked", "disk full", "database connections cut"

#: method -> what may meet its next call
CALLS = {
    "chat.postMessage": ("dropped before", "dropped after", "429", "5xx", "5xx after", "slow", "late"),
    "chat.update": ("dropped before", "dropped after", "429", "5xx", "5xx after", "slow", "late", "late"),
    "response_url": ("dropped before", "dropped after", "5xx", "slow"),
    "users.info": ("429", "5xx"),
    "Confluence": ("dropped before", "dropped after", "429", "5xx", "slow", "truncated", "html"),
}
#: seconds a database is away
AWAY = {LOCKED: (0.5, 7.5), FULL: (1.0, 8.0), CUT: (0.0, 0.0)}


@dataclass(frozen=True, kw_only=True, order=True)
class Blow:
    """One thing that is done."""

    #: seconds after the start
    at: float
    kind: str
    #: a method, a slot, or empty: the database
    what: str = ""
    #: for how long
    seconds: float = 0.0
    #: in the middle of a call: once it has come in
    in_call: bool = False
    #: of a call in the middle of which something is done: what Slack makes of it
    then: str = ""
    #: a stop that ends with a kill
    fatal: bool = False
    #: waits for nothing that is done to processes
    beside: bool = False


def times(seconds: float) -> int:
    """How often each kind is to fire within so many seconds."""
    return max(1, -(-int(A_MINUTE * seconds) // 60))


def schedule(
    seed: int,
    seconds: float,
    *,
    slots: tuple[str, ...],
    database: str,
    only: frozenset[str] = frozenset(),
    often: int = 1,
) -> list[Blow]:
    """Everything that is done within so many seconds, in order; `only` these kinds, where any are named, and those
    done to calls so many times as often."""
    dice = random.Random(seed)
    kinds = [kind for kind in (KILL, TERM, STOP) if not only or kind in only]
    blows = list(_of_processes(dice, seconds, slots, kinds)) if kinds else []
    # A database that is away from a stopped process is no trouble to anybody.
    stops = [(blow.at, blow.at + blow.seconds) for blow in blows if blow.kind == STOP] if len(slots) == 1 else []
    for method, those in CALLS.items():
        for kind in those:
            for at in _spread(dice, times(seconds) * often, seconds * 0.95):
                blows.append(Blow(at=at, kind=kind, what=method, seconds=_waiting(dice, kind)))
    for kind in (LOCKED, FULL) if database == "sqlite" else (LOCKED, CUT):
        found = (dice.uniform(0.0, seconds * 0.95) for _ in range(1000))
        free = (at for at in found if not any(since - 1.0 <= at <= until - 1.0 for since, until in stops))
        blows += [Blow(at=at, kind=kind, seconds=dice.uniform(*AWAY[kind])) for at in islice(free, times(seconds))]
    return sorted(blow for blow in blows if not only or blow.kind in only)


def _spread(dice: random.Random, count: int, seconds: float) -> Iterator[float]:
    """So many times, one in each part of the time."""
    part = seconds / count
    for number in range(count):
        yield (number + dice.random()) * part


def _waiting(dice: random.Random, kind: str) -> float:
    """Seconds: of a slow answer, of a call carried out after the bot has given up (8 s), of a rest."""
    return {"slow": dice.uniform(1.0, 4.0), "late": dice.uniform(11.0, 18.0), "429": float(dice.randint(1, 3))}.get(
        kind, 0.0
    )


#: what Slack makes of a call whose caller is gone or stopped
_THEN = ("", "dropped before", "dropped after", "5xx", "5xx after", "429", "late")


def _of_processes(dice: random.Random, seconds: float, slots: tuple[str, ...], wanted: list[str]) -> Iterator[Blow]:
    """One after the other, so that who is left can take over, and some kills beside them, so that nobody is left."""
    each = times(seconds)
    # Of every three stops one ends with a kill, so that there is more time for the rest.
    fatal = each // 3
    kinds = [kind for kind in wanted for _ in range(max(1, each - fatal) if kind is KILL else each)]
    dice.shuffle(kinds)
    lengths = [dice.uniform(*STOPPED_FOR[len(slots)]) if kind is STOP else 0.0 for kind in kinds]
    room = max(0.0, seconds - sum(lengths)) / len(kinds)
    at = room * dice.uniform(0.3, 0.9)
    for number, (kind, length) in enumerate(zip(kinds, lengths, strict=True)):
        before = kinds[:number].count(kind)
        yield Blow(
            at=at,
            kind=kind,
            what=dice.choice(slots),
            seconds=length,
            # Each kind both ways.
            in_call=kind is not TERM and before % 3 != 2,
            then=dice.choice(_THEN),
            fatal=kind is STOP and before % 3 == 2 and before // 3 < fatal,
        )
        at += room + length
    if len(slots) > 1 and KILL in wanted:
        for at in _spread(dice, max(1, each // 3), seconds):
            yield Blow(at=at, kind=KILL, what=dice.choice(slots), beside=True)
