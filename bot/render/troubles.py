"""Render troubles: why a long task is not progressing, and what that means for the reader."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.domain.states import Trouble
from bot.render.blocks import context, message, paragraphs, section
from bot.render.i18n import Texts, wording
from bot.render.message import Message
from bot.render.mrkdwn import Mrkdwn, joined, on_one_line
from bot.render.phrases import percentage
from bot.render.thread import ThreadView, is_followed


@dataclass(frozen=True, kw_only=True)
class TroubleTexts:
    """The sentences of one trouble: what happened, what it means, what to do."""

    starts: str
    ends: str


TROUBLES: Mapping[Trouble, TroubleTexts] = {
    Trouble.DOWN: TroubleTexts(
        starts=wording(
            "Confluence is not answering. The task itself is probably going on; "
            "this thread continues as soon as Confluence answers."
        ),
        ends=wording("Confluence is answering again."),
    ),
    Trouble.UNREADABLE: TroubleTexts(
        starts=wording(
            "Confluence answers with something that is not this task, such as a login page. "
            "Ask the administrator of this bot to check how it reaches Confluence."
        ),
        ends=wording("Confluence's answers can be read again."),
    ),
    Trouble.RATE_LIMITED: TroubleTexts(
        starts=wording(
            "This bot has sent Confluence too many requests and has to pause. "
            "The task itself goes on, and this thread catches up after the pause."
        ),
        ends=wording("The pause that Confluence asked for is over."),
    ),
    Trouble.ACCESS_LOST: TroubleTexts(
        starts=wording(
            "Confluence rejected this bot's account. The task itself goes on; "
            "ask the administrator of this bot to check its credential and its permissions."
        ),
        ends=wording("Confluence accepts this bot's account again."),
    ),
    Trouble.MISCONFIGURED: TroubleTexts(
        starts=wording(
            "The address that this bot was given for Confluence does not lead to Confluence's API: it may be a login "
            "page, or the path is wrong. The task itself goes on; ask the administrator of this bot to check the "
            "address."
        ),
        ends=wording("The address that this bot was given leads to Confluence again."),
    ),
    Trouble.STALLED: TroubleTexts(
        starts=wording(
            "No progress for a while. That does not mean that it failed; this thread checks less often until it moves "
            "again. If you expected more, look in Confluence."
        ),
        ends=wording("It is making progress again."),
    ),
    Trouble.MISSING: TroubleTexts(
        starts=wording(
            "Confluence cannot find this task at the moment. It may have ended and been forgotten; "
            "this bot asks again before it says so."
        ),
        ends=wording("Confluence finds this task again."),
    ),
    Trouble.SET_ASIDE: TroubleTexts(
        starts=wording(
            "Because of a bug, this bot has stopped checking this task. The task itself goes on in Confluence; "
            "the administrator of this bot finds the reason in its log."
        ),
        ends=wording("This bot checks this task again."),
    ),
}


def trouble(
    texts: Texts,
    view: ThreadView,
    trouble: Trouble,
    *,
    over: bool,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Message:
    """Render the reply that trouble has started, or is over.

    `since`: when it started. `until`: when a pause will end; if the trouble is over, when it ended.
    """
    sentence = texts.say(TROUBLES[trouble].ends if over else TROUBLES[trouble].starts)
    figure = percentage(texts, view)
    last_seen = [texts.say("Last seen: {percent}", percent=figure)] if figure else []
    facts = on_one_line([*(_lasted if over else _lasts)(texts, since, until), *last_seen])
    if not facts:
        return paragraphs(sentence)
    return message([sentence, facts], [section(sentence), context(facts)])


def trouble_note(texts: Texts, view: ThreadView) -> Mrkdwn | None:
    """Say what is wrong at the moment, and since when; None if nothing is."""
    if view.trouble is None or not is_followed(view):
        return None
    parts = [texts.say(TROUBLES[view.trouble].starts)]
    if view.trouble_since:
        parts.append(texts.say("Since {time}.", time=view.trouble_since))
    return joined("\n", parts)


def _lasts(texts: Texts, since: datetime | None, until: datetime | None) -> list[Mrkdwn]:
    facts = []
    if since:
        facts.append(texts.say("Since {time}", time=since))
    if until:
        facts.append(texts.say("Until {time}", time=until))
    return facts


def _lasted(texts: Texts, since: datetime | None, until: datetime | None) -> list[Mrkdwn]:
    if since is None or until is None or until < since:
        return []
    return [texts.say("The interruption lasted {duration}", duration=until - since)]
