"""What a script is answered if its call leads to no thread, and when it may call again."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec
from msgspec import Struct

from bot.domain.states import Outcome

#: calls with one token within PERIOD
CALLS = 10
PERIOD = timedelta(minutes=1)


class CallResult(StrEnum):
    """Why a call leads to no thread."""

    ENDED = "ended"  #: the long task had ended before it could be followed
    NOT_FOLLOWED = "not_followed"  #: there is no such long task, or as many are followed as may be
    LATER = "later"  #: Slack, Confluence or this bot cannot do it now; the same call may succeed in a minute
    NOT_HERE = "not_here"  #: another organization reads the channel
    OVER = "over"  #: the hook has ended


class CallAnswer(Struct, frozen=True, kw_only=True):
    """The answer to a call that leads to no thread."""

    result: CallResult
    sentence: str  #: plain text
    outcome: Outcome | None = None  #: of a long task that had ended


_decoder: msgspec.json.Decoder[CallAnswer] = msgspec.json.Decoder(CallAnswer)


def encode(answer: CallAnswer) -> str:
    """An answer as JSON text."""
    return msgspec.json.encode(answer).decode()


def decode(text: str) -> CallAnswer:
    """An answer from JSON text. Raises msgspec.MsgspecError if it is none."""
    return _decoder.decode(text)


def recent(calls: Sequence[datetime], *, now: datetime) -> list[datetime]:
    """The calls (UTC) that count at a time: those of the last PERIOD."""
    return [at for at in calls if now - at < PERIOD]


def next_call(calls: Sequence[datetime], *, now: datetime) -> datetime | None:
    """From when on another call is taken; None if it is at once. `calls`: the earlier ones (UTC), oldest first."""
    counted = recent(calls, now=now)
    return counted[-CALLS] + PERIOD if len(counted) >= CALLS else None
