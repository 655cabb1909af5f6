"""Render troubles: why a long task is not progressing, and what that means for the reader."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.domain.states import Trouble
from bot.render.blocks import context, message, paragraphs, section
from bot.render.i18n import Texts, wording
from bot.render.message import Message
from bot.render.mrkdwn import Mrkdwn, joined, on_one_line
from bot.render.phrases import percent, percentage
from bot.render.thread import ThreadView, is_followed

#: seconds by which the moments of one look may differ
_SAME_LOOK = 0.5


@dataclass(frozen=True, kw_only=True)
class TroubleTexts:
    """The sentences of one trouble: what happened, what it means, what to do."""

    starts: str
    ends: str
    #: with the placeholder {duration}
    lasted: str = wording("The interruption lasted {duration}")


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
            "The task itself is probably going on; ask the administrator of this bot to check how it reaches "
            "Confluence."
        ),
        ends=wording("Confluence's answers can be read again."),
    ),
    Trouble.RATE_LIMITED: TroubleTexts(
        starts=wording(
            "This bot has sent Confluence too many requests and has to pause. "
            "The task itself is probably going on, and this thread catches up after the pause."
        ),
        ends=wording("The pause that Confluence asked for is over."),
    ),
    Trouble.ACCESS_LOST: TroubleTexts(
        starts=wording(
            "Confluence rejected this bot's account. The task itself is probably going on; "
            "ask the administrator of this bot to check its credential and its permissions."
        ),
        ends=wording("Confluence accepts this bot's account again."),
    ),
    Trouble.MISCONFIGURED: TroubleTexts(
        starts=wording(
            "The address that this bot was given for Confluence does not lead to Confluence's API: it may be a login "
            "page, or the path is wrong. The task itself is probably going on; ask the administrator of this bot to "
            "check the address."
        ),
        ends=wording("The address that this bot was given leads to Confluence again."),
    ),
    Trouble.STALLED: TroubleTexts(
        starts=wording(
            "No progress for a while. That does not mean that it failed; this thread checks less often until it moves "
            "again. If that seems wrong to you, look in Confluence."
        ),
        ends=wording("It is making progress again."),
        lasted=wording("It stood still for {duration}"),
    ),
    Trouble.MISSING: TroubleTexts(
        starts=wording(
            "Confluence cannot find this task at the moment. It may have ended and been forgotten; "
            "this bot asks again a few times to make sure."
        ),
        ends=wording("Confluence finds this task again."),
    ),
    Trouble.SET_ASIDE: TroubleTexts(
        starts=wording(
            "Because of a bug, this bot has stopped checking this task. It is probably going on: look in Confluence "
            "how it ends, and tell the administrator of this bot, who finds the reason in its log."
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
    facts = on_one_line(
        [*_lasted(texts, trouble, since, until), _before(texts, view, until)]
        if over
        else [*_lasts(texts, since, until), _last_seen(texts, view)]
    )
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


def _last_seen(texts: Texts, view: ThreadView) -> Mrkdwn | None:
    figure = percentage(texts, view)
    return texts.say("Last seen: {percent}", percent=figure) if figure else None


def _before(texts: Texts, view: ThreadView, until: datetime | None) -> Mrkdwn | None:
    """Say how far it was before the look that ended the trouble, which may have seen it further."""
    figure = percent(view)
    if until is not None and view.started_at is not None:
        seconds = (until - view.started_at).total_seconds() - _SAME_LOOK
        figure = next((seen for at, seen in reversed(view.samples) if at < seconds), figure)
    return texts.say("Before that: {percent}", percent=texts.percent(figure)) if figure is not None else None


def _lasts(texts: Texts, since: datetime | None, until: datetime | None) -> list[Mrkdwn]:
    facts = []
    if since:
        facts.append(texts.say("Since {time}", time=since))
    if until:
        facts.append(texts.say("Until {time}", time=until))
    return facts


def _lasted(texts: Texts, trouble: Trouble, since: datetime | None, until: datetime | None) -> list[Mrkdwn]:
    if since is None or until is None or until < since:
        return []
    return [texts.say(TROUBLES[trouble].lasted, duration=until - since)]
