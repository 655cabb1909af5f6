"""Bound how many edits of cards answer *Check now*."""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

#: of a workspace, which has some fifty edits a minute for everything
EDITS = 6
WITHIN = timedelta(minutes=1)


@dataclass(kw_only=True)
class ShownLooks:
    """When the last looks that somebody asked for were shown by an edit, by workspace."""

    _times: dict[str, deque[datetime]] = field(default_factory=dict)

    def take(self, team_id: str, now: datetime) -> bool:
        """Count one more edit in a workspace; false, and nothing counted, if there were as many as may be."""
        times = self._times.setdefault(team_id, deque())
        while times and now - times[0] >= WITHIN:
            times.popleft()
        if len(times) >= EDITS:
            return False
        times.append(now)
        return True
