"""The long tasks of a simulated site: where each stands now, and who may see it."""

from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from sandbox.confluence.accounts import Account
from sandbox.confluence.scripts import Frame, Script


class Running(Struct, kw_only=True):
    """A long task that was started."""

    remote_id: str
    script: Script
    #: seconds of the simulator's clock
    started: float
    #: the account it belongs to; None: everybody may see it
    owner: str | None = None
    looks: int = 0

    def frame(self, now: float) -> Frame | None:
        """Return what holds now; None once it is forgotten."""
        return self.script.frame(now - self.started)

    def visible_to(self, account: Account | None) -> bool:
        """Tell whether an account may see it; nobody (None) sees what belongs to nobody."""
        return self.owner is None or (account is not None and (account.admin or account.name == self.owner))

    def body(self, now: float, *, base: str, context: str, url: str, cloud: bool) -> dict[str, Any] | None:
        """Return the whole answer; None once it is forgotten."""
        frame = self.frame(now)
        if frame is None:
            return None
        elapsed = frame.at if frame.still else max(0.0, now - self.started)
        head: dict[str, Any] = {"id": self.remote_id}
        if cloud:
            head["ari"] = f"ari:cloud:confluence::long-task/{self.remote_id}"
        head["elapsedTime"] = int(elapsed * 1000)
        return {**head, **frame.body, "_links": {"base": base, "context": context, "self": url}}


def is_uuid(text: str) -> bool:
    """Tell whether Data Center would take this id; others make it throw."""
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def encoded(body: dict[str, Any]) -> bytes:
    """Write JSON as it goes over the wire."""
    return msgspec.json.encode(body)
