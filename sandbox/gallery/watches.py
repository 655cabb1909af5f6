"""Define examples of the messages of a watch, and of answers about watching."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.domain.permissions import RunningList
from bot.domain.snapshot import Kind
from bot.domain.states import Titles, WatchState
from bot.render import replies
from bot.render.i18n import Texts
from bot.render.message import Message
from bot.render.thread import ThreadView
from bot.render.watch import WatchView, watch_digest, watch_root
from sandbox.gallery.refusals import EXAMPLE

_BEGAN = datetime(2026, 11, 23, 9, 2, tzinfo=UTC)


def watches(texts: Texts, view: ThreadView) -> Iterator[tuple[str, Message]]:
    """Yield each message of a watch and each answer about one. `view`: of a copy."""
    watch = WatchView(site="acme", kinds=frozenset(), maker_id="U0ANNA", state=WatchState.WATCHING)
    some = replace(watch, kinds=frozenset({Kind.COPY, Kind.SPACE_DELETE}), is_cloud=False, passed_over=3)
    ended = replace(watch, state=WatchState.ENDED, ended_by="U0PAULA")
    yield "watch: root", watch_root(texts, watch)
    yield "watch: root, some kinds, Data Center", watch_root(texts, some)
    yield "watch: root, ended", watch_root(texts, ended)
    yield "watch: root, shared now", watch_root(texts, replace(ended, state=WatchState.SHARED, ended_by=None))
    yield "watch: root, lost", watch_root(texts, replace(ended, state=WatchState.LOST, ended_by=None))
    withdrawn = replace(ended, state=WatchState.WITHDRAWN, ended_by=None)
    yield "watch: root, turned off by the operator", watch_root(texts, withdrawn)
    copies = [replace(view, remote_id=f"31457280{number:02}", owner_id=None) for number in range(3)]
    yield "watch: digest", watch_digest(texts, copies, count=3, since=_BEGAN)
    hidden = [replace(each, titles=Titles.COUNTS) for each in copies]
    yield "watch: digest, many, numbers only", watch_digest(texts, hidden, count=57, since=_BEGAN)
    ran = [replies.RunningLine(view=copies[0], runs_for=timedelta(minutes=2, seconds=12), value="1/3145728000")]
    yield "watch: ran before", replies.running(texts, ran, "/longtask", EXAMPLE, ran_before=True)
    yield "watch: already", replies.already_watched(texts, "acme", "/longtask")
    yield "watch: refused", replies.not_watched(texts, "acme", replies.list_scope_missing(texts))
    yield "watch: admins only", replies.may_not_watch(texts, setting=RunningList.ADMINS)
    yield "watch: off", replies.may_not_watch(texts, setting=RunningList.OFF)
    yield "watch: shared channel", replies.watch_not_in_shared(texts)
    yield "watch: ended", replies.unwatched(texts, ["acme"])
    yield "watch: several ended", replies.unwatched(texts, ["acme", "docs"])
    yield "watch: nothing to end", replies.nothing_watched(texts)
    yield "watch: ended by other", replies.watch_over(texts, watch, channel_id="C0DOCS", ended_by="U0PAULA")
    yield "watch: lost", replies.watch_over(texts, watch, channel_id="C0DOCS", ended_by=None)
    shared = replace(watch, state=WatchState.SHARED)
    yield "watch: shared now", replies.watch_over(texts, shared, channel_id="C0DOCS", ended_by=None)
    yield "watch: turned off", replies.watch_over(texts, withdrawn, channel_id="C0DOCS", ended_by=None)
    yield "list with watches", replies.followed_list(texts, [], watches=[watch, replace(some, site="wiki")])
