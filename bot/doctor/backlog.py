"""Check that somebody does the work: claims that ran out, and what is late."""

from datetime import datetime

from bot.db.backlog import Backlog, find_backlog
from bot.db.engine import Connection
from bot.domain.check import Check, failed, ok

_FIX = "no worker runs: start one (python -m bot, or python -m bot worker); if one runs, its log says what keeps it"


async def check_backlog(connection: Connection, *, now: datetime) -> list[Check]:
    """Check for claims that ran out, and for looks, commands and messages that are late."""
    found = await find_backlog(connection, now=now)
    return [_leases(found), _lag(found)]


def _leases(found: Backlog) -> Check:
    if found.lapsed_claims:
        claims = _counted(found.lapsed_claims, "claim")
        return failed("Leases", f"{claims} ran out more than a minute ago, and no process took over", fix=_FIX)
    return ok("Leases", "no claim ran out without being taken over")


def _lag(found: Backlog) -> Check:
    late = [
        f"{_counted(each.count, name)} since {each.since:%Y-%m-%d %H:%M} UTC"
        for each, name in ((found.looks, "look"), (found.commands, "command"), (found.messages, "message"))
        if each.since is not None
    ]
    if late:
        return failed("Lag", f"overdue: {', '.join(late)}", fix=_FIX)
    return ok("Lag", "no look, command or message is late")


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
