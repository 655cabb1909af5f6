"""Check this machine's clock against those of Slack and Confluence."""

from datetime import datetime, timedelta

from bot.domain.check import Check, failed, note, ok

#: a difference that is worth a note; a `Date` is exact to a second, and an answer takes a few
NOTED = timedelta(seconds=30)
#: Slack has requests refused that are older (docs.slack.dev/authentication/verifying-requests-from-slack)
REFUSED = timedelta(minutes=5)

_CLOCK = "Clock"
_FIX = "set this machine's clock: turn NTP on"


def check_slack_clock(theirs: datetime | None, *, ours: datetime, signs: bool) -> list[Check]:
    """Compare Slack's clock with ours (UTC); `signs`: Slack's requests come signed, over HTTP."""
    if theirs is None:
        return []
    ahead = ours - theirs
    if abs(ahead) < NOTED:
        return [ok(_CLOCK, f"within {NOTED.seconds} seconds of Slack's")]
    detail = f"this machine is {_differs(ahead)} Slack"
    if abs(ahead) >= REFUSED and signs:
        return [failed(_CLOCK, f"{detail}, and refuses every request of Slack's as older than 5 minutes", fix=_FIX)]
    return [note(_CLOCK, f"{detail}; times in messages are wrong by that", fix=_FIX)]


def check_confluence_clock(theirs: datetime | None, *, ours: datetime) -> list[Check]:
    """Compare Confluence's clock with ours (UTC); nothing if it agrees, since nothing depends on it alone."""
    if theirs is None or abs(ours - theirs) < NOTED:
        return []
    detail = f"this machine is {_differs(ours - theirs)} Confluence"
    return [note(_CLOCK, detail, fix=f"{_FIX}, or if Slack's agrees with it, have Confluence's clock set")]


def _differs(ahead: timedelta) -> str:
    # to ten seconds: what takes longer than a second is how long the answer took
    seconds = round(abs(ahead).total_seconds() / 10) * 10
    size = f"{seconds} seconds" if seconds < 120 else f"{round(seconds / 60)} minutes"
    return f"{size} {'ahead of' if ahead > timedelta(0) else 'behind'}"
