"""Direct messages: what a person has to know and the thread cannot tell."""

from collections.abc import Mapping
from enum import StrEnum

from bot.domain.poll_result import Denial
from bot.render.blocks import paragraphs
from bot.render.i18n import Texts, wording
from bot.render.message import Message
from bot.render.mrkdwn import link as linked
from bot.render.mrkdwn import mention


class Lost(StrEnum):
    """Why a thread can no longer be told anything."""

    DELETED = "deleted"
    ARCHIVED = "archived"
    REMOVED = "removed"
    GONE = "gone"
    REFUSED = "refused"


_LOST: Mapping[Lost, str] = {
    Lost.DELETED: wording("The message under which long task {id} was followed has been deleted."),
    Lost.ARCHIVED: wording("The channel in which long task {id} was followed has been archived."),
    Lost.REMOVED: wording("This bot has been removed from the channel in which long task {id} was followed."),
    Lost.GONE: wording("The channel in which long task {id} was followed is gone or hidden from this bot."),
    Lost.REFUSED: wording("Slack no longer lets this bot post where long task {id} was followed."),
}

_DENIED: Mapping[Denial | None, str] = {
    None: wording(
        "Confluence refuses the credential of this bot: it may have expired or been revoked, "
        "or its account may not use Confluence. Give it a new one."
    ),
    Denial.SCOPE: wording(
        "Confluence refuses the credential of this bot because it lacks a scope. "
        "Make a token with the scope for reading long tasks, and give it that one."
    ),
    Denial.WRONG_DOOR: wording(
        "Confluence refuses the credential of this bot because a scoped token works through Atlassian's gateway only. "
        "Set CONFLUENCE_CLOUD_ID, for example to auto."
    ),
    Denial.PASSWORD: wording(
        "Confluence refuses the credential of this bot because it is a password. Make an API token and give it that."
    ),
    Denial.ADDRESS: wording(
        "Confluence refuses this bot because its network address is not on the site's list of allowed addresses. "
        "Have it added."
    ),
    Denial.ANONYMOUS: wording(
        "Confluence does not know the token of this bot and treats it as nobody in particular. Give it a new token."
    ),
}


def stopped_by_other(texts: Texts, person_id: str, remote_id: str, link: str | None = None) -> Message:
    """To the owner: somebody else stopped what they followed."""
    said = texts.say(
        "{person} stopped following long task {id}, which you followed. The long task itself goes on in Confluence.",
        person=mention(person_id),
        id=remote_id,
    )
    return paragraphs(said, linked(link, texts.say("Open the thread"))) if link else paragraphs(said)


def thread_lost(texts: Texts, remote_id: str, reason: Lost, *, ended: bool = False) -> Message:
    """To the followers: the thread is gone, and with it the following. `ended`: so is the long task."""
    said = texts.say(_LOST[reason], id=remote_id)
    if ended:
        return paragraphs(said)
    return paragraphs(
        said,
        texts.say(
            "It is no longer followed there. The long task itself goes on in Confluence; "
            "follow it again elsewhere if you want to know how it ends."
        ),
    )


def credential_refused(texts: Texts, why: Denial | None = None) -> Message:
    """To the owner of a credential: Confluence refuses it."""
    return paragraphs(
        texts.say(_DENIED[why]),
        texts.say("What is followed is not lost: it goes on as soon as Confluence lets the bot look again."),
    )


def task_set_aside(texts: Texts, remote_id: str) -> Message:
    """To the owner: this bot cannot go on with a long task, through a fault of its own."""
    return paragraphs(
        texts.say(
            "A fault in this bot keeps it from following long task {id}, so it was set aside; everything else goes on. "
            "The long task itself goes on in Confluence. The administrator of this bot finds the reason in its log.",
            id=remote_id,
        )
    )
