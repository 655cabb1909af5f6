"""Answers to what could not be done: what happened, whether anything was lost, what to do."""

from datetime import datetime

from bot.render.blocks import actions, button, message, paragraphs, section
from bot.render.i18n import Texts
from bot.render.message import Message
from bot.render.mrkdwn import code
from bot.render.replies.help import example

FOLLOW_IN_DM = "follow_dm"


def nothing_started(texts: Texts) -> Message:
    """The wish could not be written down in time."""
    return paragraphs(
        texts.say("Nothing was started: this bot could not save your request. Please try again in a minute.")
    )


def no_such_task(texts: Texts, remote_id: str) -> Message:
    """Confluence answers 404 from the start."""
    return paragraphs(
        texts.say(
            "Confluence does not find a long task {id}: the id is wrong, or the account of this bot may not see it, "
            "or it has ended and Confluence has forgotten it. Nothing is followed; check the id.",
            id=remote_id,
        )
    )


def confluence_unavailable(texts: Texts) -> Message:
    """Confluence does not answer at the first look."""
    return paragraphs(
        texts.say(
            "Confluence is not answering at the moment, so nothing is followed. Please try again in a few minutes."
        )
    )


def confluence_unreadable(texts: Texts) -> Message:
    """Confluence answers with something else, such as a login page."""
    return paragraphs(
        texts.say(
            "Confluence answered with something that is not a long task, such as a login page, so nothing is followed. "
            "Ask the administrator of this bot to check how it reaches Confluence."
        )
    )


def rate_limited(texts: Texts, until: datetime | None = None) -> Message:
    """Confluence asks for a pause."""
    if until is None:
        return paragraphs(
            texts.say(
                "Confluence has had too many requests of this bot, so nothing is followed. Please try again later."
            )
        )
    return paragraphs(
        texts.say(
            "Confluence has had too many requests of this bot, so nothing is followed. Please try again after {time}.",
            time=until,
        )
    )


def access_refused(texts: Texts) -> Message:
    """Confluence refuses the credential."""
    return paragraphs(
        texts.say(
            "Confluence refuses the account with which this bot looks, so nothing is followed. "
            "Ask the administrator of this bot to check its credential and its rights."
        )
    )


def misconfigured(texts: Texts) -> Message:
    """The configured address does not serve the API."""
    return paragraphs(
        texts.say(
            "The address of Confluence that this bot was given does not serve long tasks, so nothing is followed. "
            "Ask the administrator of this bot to check it."
        )
    )


def invite(texts: Texts, bot_name: str, *, value: str | None = None) -> Message:
    """The bot is not in this channel: a private one, or a conversation between others.

    `value`: what the *Follow in a DM* button carries; without it there is no such button.
    """
    said = texts.say(
        "This bot may not post in this conversation, so nothing was started. In a channel, type {invite} and then your "
        "command again.",
        invite=code(f"/invite @{bot_name.lstrip('@')}"),
    )
    if value is None:
        return paragraphs(said)
    offer = texts.say("Or follow it in a direct message with this bot.")
    row = actions([button(FOLLOW_IN_DM, texts.say("Follow in a DM"), value=value)])
    return message([said, offer], [section(said), section(offer), row])


def may_not_stop(texts: Texts) -> Message:
    """A guest or a person of another organisation wants to stop a thread."""
    return paragraphs(
        texts.say(
            "Guests and people of other organizations cannot stop this, so it goes on. "
            "Ask someone of this workspace who is in the channel."
        )
    )


def connect_not_available(texts: Texts) -> Message:
    """Accounts of one's own are not configured here."""
    return paragraphs(
        texts.say(
            "This bot uses one account of Confluence for everybody here, so you have none to connect. "
            "You can follow long tasks without it."
        )
    )


def settings_not_available(texts: Texts) -> Message:
    """Settings of a channel are not available here."""
    return paragraphs(
        texts.say(
            "This bot has no settings for channels here. You can choose with each command how much a thread tells: "
            "type quiet, normal or all after the id."
        )
    )


def gone_wrong(texts: Texts, command: str = "/longtask") -> Message:
    """An unexpected fault."""
    return paragraphs(
        texts.say(
            "Something went wrong in this bot, and it has been logged. What was followed before is still followed. "
            "{example} shows whether your request was carried out; if it was not, please try again.",
            example=example(command, "list"),
        )
    )
