"""Choose when to poll a long task next."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from bot.domain.samples import PHASE_ENDS, Sample, usual_step

#: a stall, a failing site or a quota extends the interval up to this
LONGEST = timedelta(minutes=15)
#: less time than this without movement is no stall, however fast the steps were
STALL_AFTER = timedelta(minutes=15)
#: and so many usual steps must be missing
STALL_STEPS = 5
#: after so long without movement the end counts as missed
GIVE_UP_AFTER = timedelta(days=7)
#: a refused credential is used again after this long, since a single refusal may be a passing fault of the site
REFUSAL_CONFIRMED_AFTER = timedelta(seconds=30)
#: once the second refusal in a row has confirmed it, the account is tried again after these; then after the last one
REFUSED_ACCOUNT_WAITS = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15))
#: people may have one long task polled at most this often
CHECK_AGAIN_AFTER = timedelta(seconds=5)
#: failures back off at most this far at first, so that a recovery is noticed soon
FIRST_CAP_SECONDS = 60.0
#: after so many more failures the cap doubles
FAILURES_PER_CAP = 8

#: the present pace is read from so many changes
PACE_SAMPLES = 12
#: share of the expected time until the phase ends: a long wait takes few polls, and its end is seen at once
SHARE_OF_REMAINING = 0.14
#: share of the time by which the end of the phase is overdue
SHARE_OF_OVERDUE = 0.1
#: share of the time it has run: any long task may end early, which is the less likely the longer it has run
SHARE_OF_ELAPSED = 0.12
#: share of the time without movement beyond two usual steps
SHARE_OF_IDLE = 0.1
#: share of the time without movement, once stalled
SHARE_OF_STALL = 0.2
#: the interval is shortened by up to this share, so that long tasks started together are not polled together
JITTER = 0.2


class Bounds(Struct, frozen=True, kw_only=True):
    """The limits of the interval (POLL_MIN_SECONDS, POLL_MAX_SECONDS)."""

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
    jitter: float,
) -> datetime:
    """Return when a running long task that was just polled is due again (UTC).

    `percent`: 0 to 100. `jitter`: a random number from 0 to 1.
    """
    if stalled(now, moved_at, samples):
        idle = (now - moved_at).total_seconds()
        seconds = min(max(idle * SHARE_OF_STALL, bounds.max_seconds), LONGEST.total_seconds())
    else:
        seconds = min(_seconds_while_moving(now, started_at, samples, percent, moved_at), bounds.max_seconds)
    return now + timedelta(seconds=max(seconds * (1 - JITTER * jitter), bounds.min_seconds))


def stalled(now: datetime, moved_at: datetime, samples: Sequence[Sample]) -> bool:
    """Whether nothing has moved for 15 minutes and for five usual steps."""
    idle = now - moved_at
    return idle >= STALL_AFTER and idle.total_seconds() >= STALL_STEPS * (usual_step(samples) or 0.0)


def given_up(now: datetime, moved_at: datetime) -> bool:
    """Whether nothing has moved for seven days."""
    return now - moved_at >= GIVE_UP_AFTER


def may_check_now(last_check: datetime | None, now: datetime) -> bool:
    """Whether a person may have a long task polled now: at most every five seconds."""
    return last_check is None or now - last_check >= CHECK_AGAIN_AFTER


def refused_account_wait(probes: int) -> timedelta:
    """Return how long a refused account rests after so many probes that were refused as well (0 or more)."""
    return REFUSED_ACCOUNT_WAITS[min(probes, len(REFUSED_ACCOUNT_WAITS) - 1)]


def refused_task_wait(refused_for: timedelta) -> timedelta:
    """Return how long to wait before a long task for which a credential is refused is looked at again.

    Half a minute, doubling up to 15 minutes: an account that is refused everywhere is paused anyway, so this is the
    pace for a long task that is refused alone.
    """
    return min(max(refused_for, REFUSAL_CONFIRMED_AFTER), LONGEST)


def backoff(failures: int, *, bounds: Bounds, jitter: float) -> float:
    """Return the seconds to wait after so many failures in a row (1 or more): exponential, with full jitter.

    At most a minute at first; while the failures continue, that cap rises to 15 minutes. `jitter`: a random number
    from 0 to 1.
    """
    doublings = min(max(failures - 1, 0), 32)
    longest = LONGEST.total_seconds()
    first = min(max(FIRST_CAP_SECONDS, bounds.max_seconds), longest)
    cap = min(first * 2.0 ** (doublings // FAILURES_PER_CAP), longest)
    ceiling = min(bounds.min_seconds * 2.0**doublings, cap)
    return max(ceiling * jitter, min(bounds.min_seconds, longest))


def _seconds_while_moving(
    now: datetime, started_at: datetime, samples: Sequence[Sample], percent: float | None, moved_at: datetime
) -> float:
    """Return the seconds until the next poll, before bounds and jitter."""
    elapsed = (now - started_at).total_seconds()
    idle = (now - moved_at).total_seconds()
    step = usual_step(samples)
    seconds = elapsed * SHARE_OF_ELAPSED
    remaining = _remaining(samples, percent)
    if remaining is not None:
        left = remaining - idle
        seconds = min(seconds, left * SHARE_OF_REMAINING if left > 0 else -left * SHARE_OF_OVERDUE)
    overdue = idle - 2 * step if step is not None else idle
    return max(seconds, overdue * SHARE_OF_IDLE)


def _remaining(samples: Sequence[Sample], percent: float | None) -> float | None:
    """Return the seconds from the last movement to the end of the phase at the present pace; None if unknown."""
    if percent is None or len(samples) < 2:
        return None
    first, last = samples[-PACE_SAMPLES:][0], samples[-1]
    if last.percent <= first.percent or last.at <= first.at:
        return None
    ahead = next((end - percent for end in PHASE_ENDS if end > percent), 0.0)
    return ahead * (last.at - first.at) / (last.percent - first.percent)
