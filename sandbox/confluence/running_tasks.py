"""The long tasks of a simulated site: what each reports now, and who may see it."""

from typing import Any
from uuid import UUID

from msgspec import Struct

from sandbox.confluence.accounts import Account
from sandbox.confluence.scripts import Frame, Script


class RunningTask(Struct, kw_only=True):
    """A long task that was started; `started` in seconds of the simulator's clock."""

    remote_id: str
    script: Script
    started: float
    #: name of the account that may see it, as may admins; None: all accounts may
    owner: str | None = None
    #: requests for it so far
    looks: int = 0
    #: whether lists name it: being absent from one proves nothing
    listed: bool = True

    def frame(self, now: float) -> Frame | None:
        """Return the frame that holds now; None once it is forgotten."""
        return self.script.frame(now - self.started)

    def visible_to(self, account: Account | None) -> bool:
        """Return whether an account may see it; an anonymous caller (None) sees only what has no owner."""
        return self.owner is None or (account is not None and (account.admin or account.name == self.owner))

    def body(self, now: float, *, base: str, context: str, url: str, cloud: bool) -> dict[str, Any] | None:
        """Return the whole response body; None once it is forgotten."""
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
    """Return whether Data Center accepts this id; any other makes it throw."""
    try:
        UUID(text)
    except ValueError:
        return False
    return True
