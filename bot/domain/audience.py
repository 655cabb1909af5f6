"""Decide what the readers of a channel may see of pages: their titles, or numbers only."""

from datetime import datetime, timedelta
from typing import assert_never

from msgspec import Struct

from bot.domain.channel_settings import ChannelSettings
from bot.domain.states import Sharing, Titles

#: how long Slack's answer is relied on
KNOWN_FOR = timedelta(days=1)
#: age of an answer from which Slack is asked again, while the answer still holds
_ASK_AGAIN_AFTER = {
    Sharing.OWN: timedelta(hours=20),
    Sharing.SHARED: timedelta(hours=20),
    # An administrator may grant the scope at any time.
    Sharing.HIDDEN: timedelta(hours=1),
}
#: a direct message, by its own id or by that of the person
_DIRECT_MESSAGES = ("D", "U", "W")


class KnownChannel(Struct, frozen=True):
    """What Slack said about a channel, and when (UTC), and what people have set for it."""

    sharing: Sharing | None  #: None: it has changed since Slack was asked
    asked_at: datetime
    settings: ChannelSettings = ChannelSettings()


class Audience(Struct, frozen=True, kw_only=True):
    """What the readers of a channel may see."""

    titles: Titles
    scope_missing: bool = False  #: titles are hidden only because a scope is missing


def is_direct_message(channel_id: str) -> bool:
    """Whether a conversation is a direct message with the bot, which no other organisation reads."""
    return channel_id.startswith(_DIRECT_MESSAGES)


def may_be_of_others(channel_id: str, known: KnownChannel | None, *, now: datetime) -> bool:
    """Whether a direct message may be one between other people, of which Slack has said nothing lately.

    The id of a conversation does not tell whose it is; that of a person means their messages with the bot.
    """
    is_known = known is not None and known.sharing is not None and now - known.asked_at < KNOWN_FOR
    return channel_id.startswith("D") and not is_known


def sharing_of(channel_id: str, known: KnownChannel | None, *, now: datetime) -> Sharing | None:
    """Whether other organisations read a channel; None if that is not known."""
    if is_direct_message(channel_id):
        return Sharing.OWN
    return known.sharing if known is not None and now - known.asked_at < KNOWN_FOR else None


def audience_of(channel_id: str, known: KnownChannel | None, *, setting: Titles, now: datetime) -> Audience:
    """What the readers of a channel may see: titles only if they are to be shown and no other organisation reads it.

    `setting`: of the thread; numbers only, set for the channel, holds for threads that began before as well.
    """
    if known is not None and known.settings.titles is Titles.COUNTS:
        setting = Titles.COUNTS
    sharing = sharing_of(channel_id, known, now=now)
    match sharing:
        case Sharing.OWN:
            return Audience(titles=setting)
        case Sharing.SHARED | None:
            return Audience(titles=Titles.COUNTS)
        case Sharing.HIDDEN:
            return Audience(titles=Titles.COUNTS, scope_missing=setting is Titles.SHOWN)
        case _:
            assert_never(sharing)


def is_to_be_asked(channel_id: str, known: KnownChannel | None, *, now: datetime) -> bool:
    """Whether Slack is to be asked who reads a channel."""
    if is_direct_message(channel_id):
        return False
    if known is None or known.sharing is None:
        return True
    return now - known.asked_at >= _ASK_AGAIN_AFTER[known.sharing]
