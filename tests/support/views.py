"""Thread views for tests of messages."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.domain.snapshot import Kind, Snapshot, StatusMessage
from bot.domain.states import Outcome
from bot.render.thread import ThreadView

BEGAN = datetime(2026, 11, 23, 9, 2, tzinfo=UTC)
SITE_URL = "https://acme.atlassian.net/wiki"

COPY = Snapshot(
    kind=Kind.COPY,
    percent=38.0,
    status=StatusMessage(key="STATUS_COPIED_PAGES", args=("778", "2000")),
    done=778,
    total=2000,
    destination_id="98765433",
    destination_url="/spaces/DEST/pages/98765433/Team+handbook",
)
#: its place, linked
PLACE = f"<{SITE_URL}/spaces/DEST/pages/98765433/Team+handbook|DEST › Team handbook>"
#: eleven minutes after its start
COPYING = ThreadView(
    remote_id="3145728001",
    outcome=Outcome.FOLLOWING,
    snapshot=COPY,
    owner_id="U0ANNA",
    site_url=SITE_URL,
    started_at=BEGAN,
    checked_at=BEGAN + timedelta(minutes=11),
    expected_end=BEGAN + timedelta(minutes=30),
    finding_counts={"WARN_RENAME_PAGE": 3, "ERROR_COPY_PAGE": 1},
)

#: a copy that updates links, with two followers
RELINKING = ThreadView(
    remote_id="3145728001",
    outcome=Outcome.FOLLOWING,
    snapshot=Snapshot(kind=Kind.COPY, percent=84.0, status=StatusMessage(key="STATUS_RELINK_PAGES"), done=42, total=42),
    owner_id="U0ANNA",
    followers=("U0ANNA", "U0PAULA", "U0ANNA"),
    site_url=SITE_URL,
    started_at=BEGAN,
)


def ended(view: ThreadView, outcome: Outcome) -> ThreadView:
    """Return the view 24 minutes after the start, ended."""
    return replace(view, outcome=outcome, ended_at=BEGAN + timedelta(minutes=24))
