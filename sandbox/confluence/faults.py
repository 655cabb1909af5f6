"""Scripted faults between the bot and Confluence: error statuses, slow and broken responses."""

from collections import Counter
from enum import StrEnum
from typing import Any, Self

import msgspec
from msgspec import Struct


class FaultKind(StrEnum):
    """What a fault does."""

    #: a response instead of the real one
    ANSWER = "answer"
    #: the real response, late
    SLOW = "slow"
    #: the connection closed before the headers
    RESET = "reset"
    #: the connection closed in the middle of the body
    RESET_LATE = "reset_late"
    #: the first half of the real body, as if it were complete
    TRUNCATED = "truncated"
    #: a body of many megabytes
    HUGE = "huge"
    #: the real body with another id
    OTHER_ID = "other_id"


#: in place of a long task: requests for the list of all
LISTS = "lists"


class Fault(Struct, frozen=True, kw_only=True):
    """One fault, and when it happens."""

    #: under which it is counted
    name: str
    kind: FaultKind
    status: int = 0
    headers: dict[str, str] = {}
    body: str = ""
    seconds: float = 0.0
    size: int = 0
    #: only requests for this long task, or for LISTS, of this account (by name); None: all
    task: str | None = None
    account: str | None = None
    #: how many times; None: without limit
    times: int | None = None
    #: within [since, until): seconds of the simulator's clock, in a story seconds since its start
    since: float | None = None
    until: float | None = None

    def scaled(self, speed: float) -> Self:
        """Return the same fault in a story that plays `speed` times as fast."""
        return self.shifted(0.0, speed)

    def shifted(self, start: float, speed: float = 1.0) -> Self:
        """Return the same fault of a story that starts at `start` of the clock."""
        return msgspec.structs.replace(
            self,
            since=None if self.since is None else start + self.since / speed,
            until=None if self.until is None else start + self.until / speed,
        )

    def matches(self, task: str | None, account: str | None, now: float) -> bool:
        """Return whether it applies to this request at this time."""
        return (
            (self.task is None or self.task == task)
            and (self.account is None or self.account == account)
            and (self.since is None or now >= self.since)
            and (self.until is None or now < self.until)
        )


class Faults:
    """The faults in force, each counted as it fires."""

    def __init__(self) -> None:
        """Start without faults."""
        self.fired: Counter[str] = Counter()
        self._entries: dict[int, tuple[Fault, int | None]] = {}
        self._next = 0

    def add(self, fault: Fault, **when: Any) -> int:
        """Put a fault in force, after those added before, and return its number for `remove`.

        `when` narrows it by the fields of Fault: task, account, times, since, until.
        """
        fault = msgspec.structs.replace(fault, **when)
        self._next += 1
        self._entries[self._next] = (fault, fault.times)
        return self._next

    def remove(self, number: int) -> None:
        """Remove a fault; one that is used up is ignored."""
        self._entries.pop(number, None)

    def clear(self) -> None:
        """Remove all faults."""
        self._entries.clear()

    @property
    def in_force(self) -> tuple[Fault, ...]:
        """The faults that may still fire."""
        return tuple(fault for fault, _ in self._entries.values())

    def pick(self, task: str | None, account: str | None, now: float) -> Fault | None:
        """Return the first fault that applies to this request, and count it; None if there is none."""
        for number, (fault, left) in list(self._entries.items()):
            if fault.until is not None and now >= fault.until:
                del self._entries[number]
                continue
            if not fault.matches(task, account, now):
                continue
            if left is not None:
                if left <= 1:
                    del self._entries[number]
                else:
                    self._entries[number] = (fault, left - 1)
            self.fired[fault.name] += 1
            return fault
        return None


def status(code: int, *, body: str = "", headers: dict[str, str] | None = None, name: str = "") -> Fault:
    """Answer with this status; an empty body means the kind's own error envelope."""
    return Fault(name=name or f"status_{code}", kind=FaultKind.ANSWER, status=code, body=body, headers=headers or {})


def rate_limited(retry_after: float | str | None = 1847, *, reason: str | None = None) -> Fault:
    """429. `reason` as in `RateLimit-Reason`: confluence-quota-global-based, confluence-quota-tenant-based,
    confluence-burst-based (documented), conf-global-based (seen).
    """
    headers = {"X-RateLimit-Limit": "100", "X-RateLimit-Remaining": "0"}
    if retry_after is not None:
        headers["Retry-After"] = str(retry_after)
    if reason is not None:
        headers["RateLimit-Reason"] = reason
    return Fault(name=f"rate_limited_{reason or 'plain'}", kind=FaultKind.ANSWER, status=429, headers=headers)


def address_refused() -> Fault:
    """403 to a caller whose address is not on the organisation's list."""
    text = "The IP address has been rejected because it is not on the allowlist."
    return status(403, body=text, headers={"Content-Type": "text/plain;charset=UTF-8"}, name="address_refused")


def redirect(location: str, *, code: int = 302) -> Fault:
    """A renamed site, or a login page elsewhere."""
    return status(code, headers={"Location": location}, name="redirect")


def html(title: str = "Log in - Confluence") -> Fault:
    """200 and a login page, as single sign-on and proxies answer."""
    page = f"<!DOCTYPE html><html><head><title>{title}</title></head><body></body></html>"
    return status(200, body=page, headers={"Content-Type": "text/html;charset=UTF-8"}, name="html")


def page(code: int, title: str) -> Fault:
    """A web page with an error status, as what is not Confluence's API answers."""
    text = f"<!DOCTYPE html><html><head><title>{title}</title></head><body></body></html>"
    return status(code, body=text, headers={"Content-Type": "text/html;charset=UTF-8"}, name=f"page_{code}")


def slow(seconds: float) -> Fault:
    """The real response after so many seconds."""
    return Fault(name="slow", kind=FaultKind.SLOW, seconds=seconds)


def reset(*, late: bool = False) -> Fault:
    """Close the connection: before the headers, or in the middle of the body.

    Some clients, aiohttp's among them, repeat a GET once if no headers came: a single reset goes unnoticed.
    """
    kind = FaultKind.RESET_LATE if late else FaultKind.RESET
    return Fault(name=kind.value, kind=kind)


def truncated() -> Fault:
    """Half of the JSON, in a complete HTTP response."""
    return Fault(name="truncated", kind=FaultKind.TRUNCATED)


def huge(size: int = 50_000_000) -> Fault:
    """A body of so many bytes, streamed."""
    return Fault(name="huge", kind=FaultKind.HUGE, size=size)


def other_id() -> Fault:
    """The snapshot of another long task."""
    return Fault(name="other_id", kind=FaultKind.OTHER_ID)
