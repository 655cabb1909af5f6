"""When to look at a long task again."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from bot.domain.samples import TURNS, Sample, usual_step

#: stall, trouble and quota stretch the interval to this
LONGEST = timedelta(minutes=15)
#: so long nothing is called a stall, however fast the steps were
STALL_AFTER = timedelta(minutes=15)
#: steps that have to be missing before it is called a stall
STALL_STEPS = 5
#: without movement for so long, the end is taken as one that could not be seen
GIVE_UP_AFTER = timedelta(days=7)
#: one long task is checked at most this often because somebody asked
CHECK_AGAIN_AFTER = timedelta(seconds=5)
#: failures back off at most this far at first, so that a recovery is noticed soon
FIRST_CAP_SECONDS = 60.0
#: and every so many failures further the cap doubles
FAILURES_A_CAP = 8

#: changes from which the present pace is read
PACE_SAMPLES = 12
#: of the time that seems left until the next turn: a long wait costs few looks, the end is seen at once
OF_REMAINING = 0.14
#: of the time that the turn is overdue
OF_OVERDUE = 0.1
#: of the time it has run: any long task may end early, the less likely at any moment the longer it has run
OF_ELAPSED = 0.12
#: of the time without movement beyond two usual steps
OF_QUIET = 0.1
#: of the time without movement, once stalled
OF_STALL = 0.2
#: the interval is shortened by up to this share, so that long tasks started together do not stay together
JITTER = 0.2


class Bounds(Struct, frozen=True, kw_only=True):
    """Between which the interval adapts (POLL_MIN_SECONDS, POLL_MAX_SECONDS)."""

    min_seconds: float
    max_seconds: float


def next_look(
    *,
    now: datetime,
    started_at: datetime,
    samples: Sequence[Sample],
    percent: float | None,
    moved_at: datetime,
    bounds: Bounds,
    waiting: bool,
    jitter: float,
) -> datetime:
    """When a long task that was just looked at, and goes on, is due again (UTC).

    `waiting`: somebody has just asked (and `may_check_now` agreed), so it is due at once.
    `jitter` is a random number from 0 to 1.
    """
    if waiting:
        return now
    if stalled(now, moved_at, samples):
        quiet = (now - moved_at).total_seconds()
        longest = LONGEST.total_seconds()
        seconds = min(max(quiet * OF_STALL, bounds.max_seconds), longest)
    else:
        seconds = min(_moving(now, started_at, samples, percent, moved_at), bounds.max_seconds)
    return now + timedelta(seconds=max(seconds * (1 - JITTER * jitter), bounds.min_seconds))


def stalled(now: datetime, moved_at: datetime, samples: Sequence[Sample]) -> bool:
    """Whether nothing has moved for 15 minutes and for five times the usual step."""
    quiet = now - moved_at
    return quiet >= STALL_AFTER and quiet.total_seconds() >= STALL_STEPS * (usual_step(samples) or 0.0)


def given_up(now: datetime, moved_at: datetime) -> bool:
    """Whether nothing has moved for seven days."""
    return now - moved_at >= GIVE_UP_AFTER


def may_check_now(last_check: datetime | None, now: datetime) -> bool:
    """Whether a person who asks for a look is given one: at most every five seconds for one long task."""
    return last_check is None or now - last_check >= CHECK_AGAIN_AFTER


def backoff(failures: int, *, bounds: Bounds, jitter: float) -> float:
    """Seconds to wait after so many failures in a row (1 or more): exponential, with full jitter.

    At most a minute at first; while the failures go on, that cap rises to 15 minutes.
    """
    doublings = min(max(failures - 1, 0), 32)
    longest = LONGEST.total_seconds()
    first = min(max(FIRST_CAP_SECONDS, bounds.max_seconds), longest)
    cap = min(first * 2.0 ** (doublings // FAILURES_A_CAP), longest)
    ceiling = min(bounds.min_seconds * 2.0**doublings, cap)
    return max(ceiling * jitter, min(bounds.min_seconds, longest))


def _moving(
    now: datetime,
    started_at: datetime,
    samples: Sequence[Sample],
    percent: float | None,
    moved_at: datetime,
) -> float:
    """Seconds until the next look is worth it, before bounds and jitter."""
    elapsed = (now - started_at).total_seconds()
    quiet = (now - moved_at).total_seconds()
    step = usual_step(samples)
    seconds = elapsed * OF_ELAPSED
    remaining = _remaining(samples, percent)
    if remaining is not None:
        left = remaining - quiet
        seconds = min(seconds, left * OF_REMAINING if left > 0 else -left * OF_OVERDUE)
    overdue = quiet - 2 * step if step is not None else quiet
    return max(seconds, overdue * OF_QUIET)


def _remaining(samples: Sequence[Sample], percent: float | None) -> float | None:
    """Seconds from the last movement to the next turn at the present pace; None where it cannot be said."""
    if percent is None or len(samples) < 2:
        return None
    first, last = samples[-PACE_SAMPLES:][0], samples[-1]
    if last.percent <= first.percent or last.at <= first.at:
        return None
    ahead = next((turn - percent for turn in TURNS if turn > percent), 0.0)
    return ahead * (last.at - first.at) / (last.percent - first.percent)
