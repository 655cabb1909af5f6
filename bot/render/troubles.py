"""Why a long task is not moving on for us, and what that means for the reader."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.domain.states import Trouble
from bot.render.i18n import wording


@dataclass(frozen=True, kw_only=True)
class TroubleWords:
    """One trouble, as it starts and when it is over: what happened, what was lost, what to do."""

    starts: str
    ends: str


TROUBLES: Mapping[Trouble, TroubleWords] = {
    Trouble.DOWN: TroubleWords(
        starts=wording(
            "Confluence is not answering. The long task itself may well be going on; "
            "this thread continues as soon as Confluence answers."
        ),
        ends=wording("Confluence is answering again. Nothing was lost."),
    ),
    Trouble.UNREADABLE: TroubleWords(
        starts=wording(
            "Confluence answers with something that is not this long task, such as a login page. "
            "Nothing is lost; ask the administrator of this bot to check how it reaches Confluence."
        ),
        ends=wording("Confluence's answers can be read again. Nothing was lost."),
    ),
    Trouble.RATE_LIMITED: TroubleWords(
        starts=wording(
            "Confluence has had too many requests and asked this bot to pause. "
            "The long task itself goes on, and this thread catches up after the pause."
        ),
        ends=wording("The pause that Confluence asked for is over. Nothing was lost."),
    ),
    Trouble.ACCESS_LOST: TroubleWords(
        starts=wording(
            "Confluence refuses the account with which this bot looks. The long task itself goes on; "
            "ask the administrator of this bot to check its credential and its permissions."
        ),
        ends=wording("Confluence lets this bot look again. Nothing was lost."),
    ),
    Trouble.MISCONFIGURED: TroubleWords(
        starts=wording(
            "The address of Confluence that this bot was given no longer serves long tasks. "
            "The long task itself goes on; ask the administrator of this bot to check the address."
        ),
        ends=wording("Confluence serves long tasks again. Nothing was lost."),
    ),
    Trouble.STALLED: TroubleWords(
        starts=wording(
            "No progress for a while. That does not mean that it failed; this thread looks less often until it moves "
            "again. If you expected more, look in Confluence."
        ),
        ends=wording("It is making progress again."),
    ),
    Trouble.MISSING: TroubleWords(
        starts=wording(
            "Confluence does not find this long task at the moment. It may have ended and been forgotten; "
            "this thread asks again before it says so."
        ),
        ends=wording("Confluence finds this long task again. Nothing was lost."),
    ),
    Trouble.SET_ASIDE: TroubleWords(
        starts=wording(
            "This bot has set this long task aside because of a fault of its own. The long task itself goes on "
            "in Confluence; the administrator of this bot finds the reason in its log."
        ),
        ends=wording("This bot has taken this long task up again."),
    ),
}
