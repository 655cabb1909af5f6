"""Define examples of the list of what runs in Confluence, and of answers instead of it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import msgspec

from bot.domain.permissions import RunningList
from bot.domain.snapshot import Kind, Snapshot
from bot.domain.states import Titles
from bot.render import replies
from bot.render.i18n import Texts
from bot.render.message import Message
from bot.render.thread import ThreadView
from sandbox.gallery.refusals import EXAMPLE

_THREAD = "https://acme.slack.com/archives/C0DOCS/p1795424520000100"


def running(texts: Texts, view: ThreadView) -> Iterator[tuple[str, Message]]:
    """Yield the list in each of its forms, and each answer instead of it. `view`: of a copy."""
    copying = replace(view, trouble=None, trouble_since=None, next_check_at=None)
    lines = [
        replies.RunningLine(view=copying, runs_for=timedelta(minutes=2, seconds=12), value="1/3145728001"),
        replies.RunningLine(view=_other(copying, 2, Kind.DELETE, 45.0), runs_for=timedelta(minutes=31), value="1/2"),
        replies.RunningLine(view=_other(copying, 3, Kind.OTHER, None), runs_for=None, value="1/3"),
        replies.RunningLine(
            view=replace(_other(copying, 4, Kind.SPACE_DELETE, 60.0), label="Old wiki"),
            runs_for=timedelta(hours=2, minutes=5),
            value="1/4",
            is_followed=True,
            link=_THREAD,
        ),
    ]
    hidden = [replace(line, view=replace(line.view, titles=Titles.COUNTS)) for line in lines]
    sites = [replace(line, site=alias) for line, alias in zip(lines, ("docs", "sales"), strict=False)]
    command = "/longtask"
    yield "running", replies.running(texts, lines, command, EXAMPLE)
    yield "running, many", replies.running(texts, lines, command, EXAMPLE, others=37, has_more=True)
    yield "running, not in the channel", replies.running(texts, hidden, command, EXAMPLE, invite="longtask")
    yield "running, places hidden", replies.running(texts, hidden, command, EXAMPLE, scope_missing=True)
    down = replies.confluence_unavailable(texts)
    wiki = replies.of_site(texts, "wiki", down)
    yield "running, one site down", replies.running(texts, sites, command, EXAMPLE, refused=[wiki])
    yield "nothing running", replies.running(texts, [], command, EXAMPLE)
    scope, unreadable = replies.list_scope_missing(texts), replies.list_unreadable(texts)
    yield "running: scope missing", replies.running(texts, [], command, EXAMPLE, refused=[scope])
    yield "running: unreadable", replies.running(texts, [], command, EXAMPLE, refused=[unreadable])
    yield "running: admins only", replies.running_hidden(texts, command, EXAMPLE, setting=RunningList.ADMINS)
    yield "running: shared channel", replies.running_not_in_shared(texts, command, EXAMPLE)


def _other(view: ThreadView, number: int, kind: Kind, percent: float | None) -> ThreadView:
    """A task beside the first, of another kind, which goes nowhere."""
    snapshot = msgspec.structs.replace(
        view.snapshot or Snapshot(), kind=kind, percent=percent, status=None, destination_url=None, destination_id=None
    )
    return replace(view, remote_id=f"314572800{number}", snapshot=snapshot)
