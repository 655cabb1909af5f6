"""Render answers to what could not be done: what happened, whether anything was lost, what to do."""

from datetime import datetime

from bot.render.blocks import actions, message, paragraphs, section
from bot.render.i18n import Texts
from bot.render.message import Block, Message
from bot.render.mrkdwn import code
from bot.render.replies.help import example


def nothing_started(texts: Texts) -> Message:
    """Say that the command could not be saved in time."""
    sentence = texts.say("Nothing was started: this bot could not save your request. Please try again in a minute.")
    return paragraphs(sentence)


def no_such_task(texts: Texts, remote_id: str) -> Message:
    """Say that Confluence answered the first request with 404."""
    sentence = texts.say(
        "Confluence does not find a long task {id}: the id is wrong, or the account of this bot may not see it, "
        "or it has ended and Confluence has forgotten it. Nothing is followed; check the id.",
        id=remote_id,
    )
    return paragraphs(sentence)


def confluence_unavailable(texts: Texts) -> Message:
    """Say that Confluence did not answer the first request."""
    sentence = texts.say(
        "Confluence is not answering at the moment, so nothing is followed. Please try again in a few minutes."
    )
    return paragraphs(sentence)


def confluence_unreadable(texts: Texts) -> Message:
    """Say that Confluence answered with something else, such as a login page."""
    sentence = texts.say(
        "Confluence answered with something that is not a long task, such as a login page, so nothing is followed. "
        "Ask the administrator of this bot to check how it reaches Confluence."
    )
    return paragraphs(sentence)


def rate_limited(texts: Texts, until: datetime | None = None) -> Message:
    """Say that Confluence asked for a pause."""
    if until is None:
        sentence = texts.say(
            "Confluence has had too many requests of this bot, so nothing is followed. Please try again later."
        )
        return paragraphs(sentence)
    sentence = texts.say(
        "Confluence has had too many requests of this bot, so nothing is followed. Please try again after {time}.",
        time=until,
    )
    return paragraphs(sentence)


def access_refused(texts: Texts) -> Message:
    """Say that Confluence refused the credential."""
    sentence = texts.say(
        "Confluence refuses the account with which this bot looks, so nothing is followed. "
        "Ask the administrator of this bot to check its credential and its rights."
    )
    return paragraphs(sentence)


def misconfigured(texts: Texts) -> Message:
    """Say that the configured URL is not that of the API: a login page, a wrong path, or one that moved."""
    sentence = texts.say(
        "What answers at the address of Confluence that this bot was given is not Confluence's API: it may be a login "
        "page, or the path is wrong. Nothing is followed; ask the administrator of this bot to check the address."
    )
    return paragraphs(sentence)


def invite(texts: Texts, bot_name: str, *, follow_in_dm: Block | None = None) -> Message:
    """Ask for an invitation to a conversation that the bot is not in.

    `follow_in_dm`: the button that offers a direct message instead.
    """
    sentence = texts.say(
        "This bot may not post in this conversation, so nothing was started. In a channel, type {invite} and then your "
        "command again.",
        invite=code(f"/invite @{bot_name.lstrip('@')}"),
    )
    if follow_in_dm is None:
        return paragraphs(sentence)
    offer = texts.say("Or follow it in a direct message with this bot.")
    return message([sentence, offer], [section(sentence), section(offer), actions([follow_in_dm])])


def may_not_stop(texts: Texts) -> Message:
    """Refuse a guest, or a person of another organization, who tries to stop a thread."""
    sentence = texts.say(
        "Guests and people of other organizations cannot stop this, so it goes on. "
        "Ask someone of this workspace who is in the channel."
    )
    return paragraphs(sentence)


def may_not_use(texts: Texts) -> Message:
    """Refuse a guest, or a person of another organization, anything but stopping."""
    sentence = texts.say(
        "Guests and people of other organizations cannot use this bot, so nothing was done. "
        "Ask someone of this workspace who is in the channel."
    )
    return paragraphs(sentence)


def not_known(texts: Texts) -> Message:
    """Say that Slack did not say who asks."""
    sentence = texts.say(
        "Nothing was started, because Slack does not say who you are at the moment. Please try again in a minute."
    )
    return paragraphs(sentence)


def not_installed_there(texts: Texts) -> Message:
    """Refuse a request of a workspace that the bot's token is not for."""
    sentence = texts.say(
        "This bot works for another Slack workspace, so nothing was started. "
        "Ask the administrator of this bot to set it up for this one."
    )
    return paragraphs(sentence)


def connect_not_available(texts: Texts) -> Message:
    """Say that people cannot connect accounts of their own here."""
    sentence = texts.say(
        "This bot uses one account of Confluence for everybody here, so you have none to connect. "
        "You can follow long tasks without it."
    )
    return paragraphs(sentence)


def settings_not_available(texts: Texts) -> Message:
    """Say that channels have no settings here."""
    sentence = texts.say(
        "This bot has no settings for channels here. You can choose with each command how much a thread tells: "
        "type quiet, normal or all after the id."
    )
    return paragraphs(sentence)


def gone_wrong(texts: Texts, command: str = "/longtask") -> Message:
    """Say that an unexpected error happened."""
    sentence = texts.say(
        "Something went wrong in this bot, and it has been logged. What was followed before is still followed. "
        "{example} shows whether your request was carried out; if it was not, please try again.",
        example=example(command, "list"),
    )
    return paragraphs(sentence)
