"""Scripted faults: what Slack or the network does to a call, before, after or instead of carrying it out."""

import random
from collections import Counter
from dataclasses import dataclass, field

HTML = "<!DOCTYPE html><html><head><title>Slack</title></head><body><h1>Something went wrong</h1></body></html>"

#: further names a fault may be planned for: calls that are no Web API method, and all calls
RESPONSE_URL = "response_url"
UPLOAD = "upload"
ANY = "*"


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One kind of fault, made by the class methods."""

    #: under which it is counted
    name: str
    #: the call is carried out
    processed: bool = False
    #: the connection is closed without an answer
    hangs_up: bool = False
    http_status: int | None = None
    html: str = ""
    retry_after: int | None = None
    error_name: str | None = None
    #: seconds before the call is carried out, and before it is answered
    delay_before: float = 0.0
    delay_after: float = 0.0

    @classmethod
    def status(cls, status: int, html: str = HTML) -> "Fault":
        """Answer with this HTTP status and an HTML page; the call is not carried out."""
        return cls(name=f"status_{status}", http_status=status, html=html)

    @classmethod
    def ratelimited(cls, retry_after: int) -> "Fault":
        """Answer with 429 and Retry-After in seconds."""
        return cls(name="ratelimited", http_status=429, retry_after=retry_after, error_name="ratelimited")

    @classmethod
    def drop_before(cls) -> "Fault":
        """Close the connection before the call is carried out."""
        return cls(name="drop_before", hangs_up=True)

    @classmethod
    def drop_after(cls) -> "Fault":
        """Carry the call out, then close the connection without an answer."""
        return cls(name="drop_after", processed=True, hangs_up=True)

    @classmethod
    def status_after(cls, status: int, html: str = HTML) -> "Fault":
        """Carry the call out, then answer with this HTTP status and an HTML page."""
        return cls(name=f"status_{status}_after", processed=True, http_status=status, html=html)

    @classmethod
    def error(cls, name: str) -> "Fault":
        """Answer `{"ok": false, "error": name}`; the call is not carried out."""
        return cls(name=f"error_{name}", error_name=name)

    @classmethod
    def slow(cls, seconds: float) -> "Fault":
        """Wait so long, then carry the call out, even if the bot has hung up."""
        return cls(name="slow", processed=True, delay_before=seconds)

    @classmethod
    def slow_answer(cls, seconds: float) -> "Fault":
        """Carry the call out at once and answer so much later."""
        return cls(name="slow_answer", processed=True, delay_after=seconds)


@dataclass(kw_only=True)
class _Plan:
    method: str
    fault: Fault
    left: int | None
    probability: float
    team_id: str | None


@dataclass(kw_only=True)
class Faults:
    """The planned faults. Each call meets the first planned one that fits, in the order they were added."""

    seed: int = 0
    #: (method, name of the fault) -> how often it fired
    fired: Counter[tuple[str, str]] = field(default_factory=Counter)
    _plans: list[_Plan] = field(default_factory=list)
    _random: random.Random = field(default_factory=random.Random)

    def __post_init__(self) -> None:
        self._random.seed(self.seed)

    def add(
        self,
        method: str,
        fault: Fault,
        *,
        times: int | None = None,
        probability: float | None = None,
        team_id: str | None = None,
    ) -> None:
        """Plan a fault for a Web API method, "response_url", "upload" or "*" (all of them).

        `times` is how often it fires: once by default, without end if a `probability` is given.
        """
        if times is not None and times < 1:
            return
        left = times if times is not None or probability is not None else 1
        chance = 1.0 if probability is None else probability
        self._plans.append(_Plan(method=method, fault=fault, left=left, probability=chance, team_id=team_id))

    def clear(self) -> None:
        """Forget all plans; the counts stay."""
        self._plans.clear()

    @property
    def waiting(self) -> int:
        """The number of plans that may still fire."""
        return len(self._plans)

    def draw(self, method: str, team_id: str | None = None) -> Fault | None:
        """Return the fault that meets this call, and count it; None if there is none."""
        for plan in tuple(self._plans):
            if plan.method not in {method, ANY} or plan.team_id not in {None, team_id}:
                continue
            if self._random.random() >= plan.probability:
                continue
            if plan.left is not None:
                plan.left -= 1
                self._plans = [kept for kept in self._plans if kept.left != 0]
            self.fired[method, plan.fault.name] += 1
            return plan.fault
        return None

    def report(self) -> dict[str, int]:
        """Return "method fault" -> how often it fired."""
        return {f"{method} {name}": count for (method, name), count in sorted(self.fired.items())}
