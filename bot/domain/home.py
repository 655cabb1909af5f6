"""The home of a person: what it is rendered from, when it is published, and which of its lines are on which page."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct

from bot.domain.snapshot import Snapshot

#: for so long after it was opened a home shows what changes
KEPT_FOR = timedelta(minutes=10)
#: time between two times that a home is published because it was opened or something changed
SPACING = timedelta(seconds=15)
#: the same if the person has pressed one of its buttons
SPACING_AFTER_PRESS = timedelta(seconds=1)
#: for so long Slack's answer about the channels a person is in holds
CHANNELS_HOLD = timedelta(minutes=10)
#: age from which Slack is asked again when the home is opened, or one of its buttons pressed
ASK_AGAIN_WHEN_OPENED = SPACING
ASK_AGAIN_WHEN_PRESSED = timedelta(minutes=5)
#: threads on one page: each takes two blocks of the hundred that a home may have
ROWS = 20
#: blocks of the answer to a press that a home shows
NOTICE_BLOCKS = 8


class RunningTask(Struct, frozen=True):
    """A long task that a site has listed."""

    site_id: int
    snapshot: Snapshot


class Running(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What runs on the sites, as far as the person may see it."""

    at: datetime  #: when the sites listed it (UTC)
    tasks: tuple[RunningTask, ...] = ()  #: the newest first
    others: int = 0  #: how many more there are
    has_more: bool = False  #: there may be more than a site has listed
    refused: tuple[str, ...] = ()  #: why sites listed nothing: sentences in the person's language


class Channels(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The channels that a person is in, as far as Slack tells the bot."""

    at: datetime  #: when Slack was asked (UTC)
    ids: tuple[str, ...] = ()
    scope_missing: bool = False  #: those of a kind are left out, because the bot may not ask for them
    is_whole: bool = True  #: Slack has answered for every other kind


class Notice(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The answer to a press, which is shown on the home itself."""

    text: str
    blocks: tuple[dict[str, Any], ...] = ()


class Home(Struct, frozen=True, kw_only=True, omit_defaults=True, tag="home"):
    """What was found out when a person opened their home or pressed one of its buttons.

    What is followed is read when the home is rendered.
    """

    opened_at: datetime  #: or when a button was pressed (UTC)
    page: int = 1
    channels: Channels | None = None  #: None: Slack has not been asked
    running: Running | None = None  #: None: not known yet, or not to be shown
    hides_running: bool = False  #: what runs is not to be shown
    notice: Notice | None = None


class Page(Struct, frozen=True, kw_only=True):
    """The threads (subscription ids) on one page."""

    mine: tuple[int, ...] = ()
    of_others: tuple[int, ...] = ()
    number: int = 1
    pages: int = 1


def page_of(mine: Sequence[int], of_others: Sequence[int], number: int) -> Page:
    """The page of this number, or the last one if there are not so many: one's own threads first, each thread once."""
    own = list(dict.fromkeys(mine))
    others = [row for row in dict.fromkeys(of_others) if row not in set(own)]
    pages = max(1, -(-(len(own) + len(others)) // ROWS))
    number = min(max(number, 1), pages)
    start, end = (number - 1) * ROWS, number * ROWS
    after_own = len(own)
    return Page(
        mine=tuple(own[start:end]),
        of_others=tuple(others[max(start - after_own, 0) : max(end - after_own, 0)]),
        number=number,
        pages=pages,
    )


def channels_known(home: Home, *, now: datetime) -> frozenset[str] | None:
    """The channels that a person is known to be in; None if that is not known, or not any more."""
    if home.channels is None or now - home.channels.at >= CHANNELS_HOLD:
        return None
    return frozenset(home.channels.ids)


def is_young(at: datetime | None, age: timedelta, *, now: datetime) -> bool:
    """Whether something was found out at a time less than so long ago."""
    return at is not None and now - at < age


def publish_at(shown_at: datetime | None, spacing: timedelta, *, now: datetime) -> datetime:
    """When a home that is to be published may be (UTC): `spacing` after it was published last."""
    return now if shown_at is None else max(now, shown_at + spacing)


def look_again_at(home: Home, *, now: datetime) -> datetime | None:
    """When a home that was looked at now is compared with what is true again (UTC); None if it is left as it is.

    It is left before Slack's answer about the person's channels ends to hold, so that no line vanishes for that.
    """
    until = home.opened_at + KEPT_FOR
    if home.channels is not None:
        until = min(until, home.channels.at + CHANNELS_HOLD)
    again = now + SPACING
    return again if again < until else None
