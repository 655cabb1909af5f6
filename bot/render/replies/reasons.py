"""Say why a long task cannot be followed or shown: sentences that hold for one and for several."""

from collections.abc import Sequence
from datetime import datetime
from enum import Enum, auto

from bot.render.blocks import paragraphs
from bot.render.i18n import Texts
from bot.render.message import Message
from bot.render.mrkdwn import Mrkdwn, code
from bot.render.replies.help import example


class LimitOf(Enum):
    """Whose limit of long tasks followed at a time it is."""

    PERSON = auto()
    CHANNEL = auto()


def not_followed(texts: Texts, remote_ids: Sequence[str], reason: Mrkdwn) -> Message:
    """Answer that these, one or more, are not followed, and why."""
    ids = texts.listed([code(remote_id) for remote_id in remote_ids])
    return paragraphs(texts.say("Not followed: {ids}. {reason}", ids=ids, reason=reason))


def not_shown(reason: Mrkdwn) -> Message:
    """Answer why the status of a long task cannot be shown."""
    return paragraphs(reason)


def no_such_task(texts: Texts) -> Mrkdwn:
    """Confluence answered the first request with 404."""
    return texts.say(
        "Confluence finds no such task: the ID is wrong, this bot's account isn't allowed to see it, or it ended and "
        "Confluence has forgotten it. Check the ID."
    )


def confluence_unavailable(texts: Texts) -> Mrkdwn:
    """Confluence did not answer the first request."""
    return texts.say("Confluence isn't answering right now. Please try again in a few minutes.")


def confluence_unreadable(texts: Texts) -> Mrkdwn:
    """Confluence answered with something else, such as a login page."""
    return texts.say(
        "Confluence answered with something that is not a task, such as a login page. "
        "Ask this bot's administrator to check how it reaches Confluence."
    )


def rate_limited(texts: Texts, until: datetime | None = None) -> Mrkdwn:
    """Confluence asked for a pause."""
    if until is None:
        return texts.say("This bot has sent Confluence too many requests. Please try again later.")
    return texts.say("This bot has sent Confluence too many requests. Please try again after {time}.", time=until)


def access_refused(texts: Texts) -> Mrkdwn:
    """Confluence refused the credential."""
    return texts.say(
        "Confluence rejected this bot's account. Ask this bot's administrator to check its credentials and permissions."
    )


def misconfigured(texts: Texts) -> Mrkdwn:
    """The configured URL is not that of the API: a login page, a wrong path, or one that moved."""
    return texts.say(
        "What answers at this bot's Confluence address is not Confluence's API: it may be a login page, or the path is "
        "wrong. Ask this bot's administrator to check the address."
    )


def limit_reached(texts: Texts, place: LimitOf, limit: int, command: str) -> Mrkdwn:
    """The person, or the channel, follows as many as one may. `command`: as it was typed."""
    match place:
        case LimitOf.PERSON:
            return texts.count(
                "You already follow {count} Confluence task, the most one person can. "
                "Stop following it first; {example} shows it.",
                "You already follow {count} Confluence tasks, the most one person can. "
                "Stop following some of them first; {example} shows them.",
                limit,
                example=example(command, "list mine"),
            )
        case LimitOf.CHANNEL:
            return texts.count(
                "This channel already follows {count} Confluence task, the most one channel can. "
                "Stop following it first, or use another channel; {example} shows it.",
                "This channel already follows {count} Confluence tasks, the most one channel can. "
                "Stop following some of them first, or use another channel; {example} shows them.",
                limit,
                example=example(command, "list channel"),
            )
