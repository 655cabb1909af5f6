"""Define examples of the app's home, as one person sees it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import msgspec

from bot.domain.home import Notice
from bot.domain.snapshot import Kind, Snapshot
from bot.domain.states import Outcome, Titles
from bot.render import replies
from bot.render.home import HomeView, RunningView, Unlisted, home, home_for_members_only, home_of_unknown
from bot.render.i18n import Texts
from bot.render.message import Message
from bot.render.thread import ThreadView
from sandbox.gallery.refusals import EXAMPLE

_THREAD = "https://acme.slack.com/archives/C0DOCS/p1795424520000100"
_SITES = ("acme.atlassian.net",)
_AT = datetime(2026, 11, 23, 9, 13, tzinfo=UTC)


def homes(texts: Texts) -> Iterator[tuple[str, Message]]:
    """Yield the name and content of every home."""
    view = _task()
    shown = _view(view)
    yield "home", home(texts, shown)
    yield "home, nothing followed", home(texts, HomeView(sites=_SITES, shown=EXAMPLE, running=RunningView(at=_AT)))
    stopped = replies.stopped_in(texts, view.remote_id, "C0DOCS")
    notice = Notice(text=stopped.text, blocks=stopped.blocks)
    turned = replace(shown, mine=(), page=2, pages=3, notice=notice, is_asking=True, running=None)
    yield "home, second page after a press", home(texts, turned)
    scope_missing = replace(shown, of_others=(), unlisted=Unlisted.SCOPE_MISSING)
    yield "home, channels hidden for want of a scope", home(texts, scope_missing)
    unanswered = replace(shown, of_others=(), unlisted=Unlisted.NO_ANSWER, running=None)
    yield "home, channels not known", home(texts, unanswered)
    for_admins = RunningView(at=_AT, refused=(replies.running_for_admins(texts),))
    yield (
        "home, list for admins only, account refused",
        home(texts, replace(shown, running=for_admins, refused_since=view.started_at)),
    )
    for name, not_shown in (
        ("not in that channel", replies.not_in_channel(texts, "C0DOCS")),
        ("followed in a DM", replies.followed_in_dm(texts)),
    ):
        notice = Notice(text=not_shown.text, blocks=not_shown.blocks)
        yield f"home, {name}", home(texts, HomeView(sites=_SITES, shown=EXAMPLE, notice=notice))
    yield "home of a guest", home_for_members_only(texts)
    yield "home of somebody unknown", home_of_unknown(texts)


def _task() -> ThreadView:
    snapshot = Snapshot(
        remote_id="3145728001",
        kind=Kind.COPY,
        percent=38.0,
        destination_id="98765433",
        destination_url="/spaces/DEST/pages/98765433/Team+handbook+2",
    )
    return ThreadView(
        remote_id="3145728001",
        outcome=Outcome.FOLLOWING,
        snapshot=snapshot,
        owner_id="U0ANNA",
        site_url="https://acme.atlassian.net/wiki",
        started_at=_AT - timedelta(minutes=11),
    )


def _view(view: ThreadView) -> HomeView:
    deleting = _other(view, 2, Kind.DELETE, 45.0)
    hidden = replace(view, remote_id="3145728003", titles=Titles.COUNTS, owner_id="U0PAULA")
    mine = replies.ListLine(subscription_id=1, view=view, channel_id="C0DOCS", link=_THREAD)
    in_dm = replies.ListLine(subscription_id=2, view=replace(deleting, label="Clean-up"), channel_id="D0ANNA")
    other = replies.ListLine(subscription_id=3, view=hidden, channel_id="C0PARTNERS", link=_THREAD)
    lines = (
        replies.RunningLine(
            view=view, runs_for=timedelta(minutes=11), value="1/3145728001", is_followed=True, link=_THREAD
        ),
        replies.RunningLine(
            view=_other(view, 4, Kind.ARCHIVE, 12.0), runs_for=timedelta(seconds=40), value="1/3145728004"
        ),
    )
    return HomeView(
        mine=(mine, in_dm),
        of_others=(other,),
        stoppable=frozenset({1, 2, 3}),
        running=RunningView(at=_AT, lines=lines, others=7, has_more=True),
        sites=_SITES,
        shown=EXAMPLE,
    )


def _other(view: ThreadView, number: int, kind: Kind, percent: float) -> ThreadView:
    """A task beside the first, of another kind, which goes nowhere."""
    snapshot = msgspec.structs.replace(
        view.snapshot or Snapshot(), kind=kind, percent=percent, status=None, destination_url=None, destination_id=None
    )
    return replace(view, remote_id=f"314572800{number}", snapshot=snapshot)
