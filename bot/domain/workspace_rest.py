"""Tell when a workspace that refuses the bot's token is tried again."""

from datetime import datetime, timedelta

#: times from a refusal to the next try, by how many tries in a row were refused before; then always the last
TRY_AGAIN_AFTER = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15), timedelta(hours=1))


def next_try(tries: int, *, now: datetime) -> datetime:
    """When to try again (UTC) after a refusal; `tries`: refused in a row before this one."""
    return now + TRY_AGAIN_AFTER[min(tries, len(TRY_AGAIN_AFTER) - 1)]
