"""Render the messages of a watch: its root, and what it gathers when too many tasks begin at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.snapshot import Kind
from bot.domain.states import Outcome, WatchState
from bot.domain.watching import QUIET_INTERVAL
from bot.render.blocks import context, fits, message, section, sections
from bot.render.headline import MARKS, WORK, about, task_id
from bot.render.i18n import Texts
from bot.render.message import Message
from bot.render.mrkdwn import Mrkdwn, bold, code, mention, on_one_line
from bot.render.thread import ThreadView

#: seen at a glance before the words, which say the same
MARK = ":eyes:"
#: gathered tasks that are named
NAMED = 20


@dataclass(frozen=True, kw_only=True)
class WatchView:
    """Everything that the messages of one watch are rendered from."""

    #: the site's alias
    site: str
    #: empty: of every kind
    kinds: frozenset[Kind]
    #: user id
    maker_id: str
    state: WatchState
    #: user id
    ended_by: str | None = None
    #: Cloud lists only what is active
    is_cloud: bool = True
    #: tasks of unknown kind that were not followed
    passed_over: int = 0


def watch_root(texts: Texts, view: WatchView) -> Message:
    """Say what is watched, for whom, and what a list cannot show; at the end that it is over, and why."""
    if view.state is not WatchState.WATCHING:
        line = bold(texts.say("No longer watching the Confluence site {site}", site=view.site))
        note = _over(texts, view)
        return message([line, note], [section(Mrkdwn(f"{MARKS[Outcome.STOPPED]} {line}")), context(note)])
    line = watched(texts, view)
    small = texts.say(
        "By {person} · each new task gets its own thread · {command} ends this",
        person=mention(view.maker_id),
        command=code("/longtask unwatch"),
    )
    notes = [small, *([_unseen(texts)] if view.is_cloud else [])]
    return message([line, *notes], [section(Mrkdwn(f"{MARK} {line}")), *map(context, notes)])


def watched(texts: Texts, view: WatchView) -> Mrkdwn:
    """Name the site, and the kinds of tasks where not every one is followed."""
    what = bold(texts.say("Watching the Confluence site {site} for new tasks", site=view.site))
    if not view.kinds:
        return what
    kinds = texts.enumerated([texts.say(WORK[kind]) for kind in Kind if kind in view.kinds])
    # Translators: which site is watched, then for which kinds of tasks
    return texts.say("{watching}: {kinds}", watching=what, kinds=kinds)


def _unseen(texts: Texts) -> Mrkdwn:
    return texts.count(
        "A task that takes less than {count} second may go unseen.",
        "A task that takes less than {count} seconds may go unseen.",
        int(QUIET_INTERVAL.total_seconds()),
    )


def _over(texts: Texts, view: WatchView) -> Mrkdwn:
    """Say why, as far as that is known, and whether the threads that have begun go on."""
    if view.state is WatchState.SHARED:
        return texts.say("Another organization reads this channel now. Threads that have begun go on.")
    if view.state is WatchState.WITHDRAWN:
        return texts.say("The administrator of this bot has turned watching off. Threads that have begun go on.")
    if view.state is WatchState.LOST:
        return texts.say("This bot can no longer post here, so the threads that have begun get no more updates.")
    if view.ended_by is None:
        return texts.say("Threads that have begun go on.")
    return texts.say("{person} ended it. Threads that have begun go on.", person=mention(view.ended_by))


def watch_digest(texts: Texts, gathered: Sequence[ThreadView], *, count: int, since: datetime) -> Message:
    """Name new tasks that got no thread of their own, the newest first, and say how many there are in all."""
    line = texts.count(
        "So many tasks are starting that {count} of them has no thread of its own (since {time}):",
        "So many tasks are starting that {count} of them have no thread of their own (since {time}):",
        count,
        time=since,
    )
    rows = [on_one_line([about(texts, view), task_id(texts, view)]) for view in gathered[:NAMED]]
    follow = texts.say("To follow one, type {command} and its ID.", command=code("/longtask"))
    while rows and not fits([line, *rows, follow, follow]):
        rows.pop()
    rest = count - len(rows)
    small = [texts.count("{count} more is not shown.", "{count} more are not shown.", rest)] if rest > 0 else []
    small.append(follow)
    return message([line, *rows, *small], [*sections([line, *rows]), *map(context, small)])
