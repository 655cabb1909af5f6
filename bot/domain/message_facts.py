"""The facts a message is rendered from: a tagged union, encoded to and decoded from one JSON column.

A message is planned with the facts that caused it; everything else it says is read when it is rendered.
"""

from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

from bot.domain.home import Home
from bot.domain.snapshot import FindingKind
from bot.domain.states import LostReason, Trouble


class Root(Struct, frozen=True, tag="root"):
    """What is followed, in the channel."""


class Card(Struct, frozen=True, tag="card"):
    """The progress."""


class Warnings(Struct, frozen=True, kw_only=True, tag="warnings"):
    """All findings of one kind, however many there are when it is rendered."""

    kind: FindingKind
    earlier: bool = False  #: some were found before the thread began


class TroubleStarted(Struct, frozen=True, kw_only=True, tag="trouble_started"):
    """A trouble begins. Times are UTC."""

    trouble: Trouble
    since: datetime | None = None
    until: datetime | None = None  #: until when Confluence asked to wait


class TroubleOver(Struct, frozen=True, kw_only=True, tag="trouble_over"):
    """A trouble ends. `since` is when it began (UTC)."""

    trouble: Trouble
    since: datetime | None = None


class PostingSetAside(Struct, frozen=True, tag="posting_set_aside"):
    """A message of this thread kept failing inside the bot and was given up.

    Rendered without what Confluence said, which may be what fails.
    """


class NewPhase(Struct, frozen=True, tag="new_phase"):
    """A new phase has begun."""


class Milestone(Struct, frozen=True, tag="milestone"):
    """A quarter is done."""


class Completion(Struct, frozen=True, tag="completion"):
    """The long task has ended."""


class EndForFollower(Struct, frozen=True, tag="end_for_follower"):
    """To a follower: how it ended, with the names that the channel does not see."""


class FindingsFile(Struct, frozen=True, tag="findings_file"):
    """The full list of findings, as a file."""


class FindingsPage(Struct, frozen=True, kw_only=True, tag="findings_page"):
    """One page (from 0) of the full list as text, if Slack takes no file."""

    page: int


class Answer(Struct, frozen=True, kw_only=True, tag="answer"):
    """The answer to a command, rendered when the command was carried out."""

    text: str
    blocks: tuple[dict[str, Any], ...] = ()


class Coming(Struct, frozen=True, kw_only=True, tag="coming"):
    """A command takes long: its threads are on their way, or its long tasks are looked for again."""

    remote_ids: tuple[str, ...]
    begins: bool = True  #: threads begin; else the long tasks are only looked at


class Arrived(Struct, frozen=True, tag="arrived"):
    """The threads that were said to be coming are in the channel."""


class InviteNeeded(Struct, frozen=True, tag="invite_needed"):
    """The bot is not in the channel in which it was to follow."""


class StoppedByOther(Struct, frozen=True, kw_only=True, tag="stopped_by_other"):
    """To the owner: another person stopped the thread."""

    by: str  #: user id


class FollowSetAside(Struct, frozen=True, tag="follow_set_aside"):
    """To the owner: following kept failing inside the bot and was given up before a thread began."""


class ThreadLost(Struct, frozen=True, kw_only=True, tag="thread_lost"):
    """Nothing can be posted in the thread any more."""

    reason: LostReason


class WatchRoot(Struct, frozen=True, tag="watch_root"):
    """A channel watches a site."""


class WatchDigest(Struct, frozen=True, kw_only=True, tag="watch_digest"):
    """So many new tasks began at once that they are gathered here instead of getting a thread each."""

    since: datetime  #: when gathering began (UTC)


class WatchOver(Struct, frozen=True, kw_only=True, tag="watch_over"):
    """To the person who began a watch: it has ended, and why."""

    by: str | None = None  #: user id of the person who ended it


class HookClosed(Struct, frozen=True, tag="hook_closed"):
    """To the maker of the channel's hook: it has ended, because the bot can post there no longer."""


class FailedCall(Struct, frozen=True, kw_only=True):
    """A script's call that led to no thread, rendered when it was carried out."""

    command_id: int
    remote_id: str
    text: str
    blocks: tuple[dict[str, Any], ...] = ()


class FailedCalls(Struct, frozen=True, kw_only=True, tag="failed_calls"):
    """To the maker of a hook: calls of scripts that led to no thread, the latest call for each task."""

    channel_id: str  #: the hook's
    language: str
    calls: tuple[FailedCall, ...]
    more: int = 0  #: calls that are counted only


Facts = (
    Root
    | Card
    | Warnings
    | TroubleStarted
    | TroubleOver
    | PostingSetAside
    | NewPhase
    | Milestone
    | Completion
    | EndForFollower
    | FindingsFile
    | FindingsPage
    | Answer
    | Coming
    | Arrived
    | InviteNeeded
    | StoppedByOther
    | FollowSetAside
    | ThreadLost
    | WatchRoot
    | WatchDigest
    | WatchOver
    | HookClosed
    | FailedCalls
    | Home
)

_decoder: msgspec.json.Decoder[Facts] = msgspec.json.Decoder(Facts)


def encode(facts: Facts) -> str:
    """Facts as JSON text."""
    return msgspec.json.encode(facts, enc_hook=_plain).decode()


def _plain(value: object) -> str:
    """Rendered text is a subclass of str, which msgspec does not encode by itself."""
    if isinstance(value, str):
        return str(value)
    raise NotImplementedError


def decode(text: str) -> Facts:
    """Facts from JSON text. Raises msgspec.MsgspecError if it is not one of them."""
    return _decoder.decode(text)


def readable(text: str) -> Facts | None:
    """Facts from JSON text; None if it is not one of them."""
    try:
        return decode(text)
    except msgspec.MsgspecError:
        return None
