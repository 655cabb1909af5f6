"""Render answers to what could not be done: what happened, whether anything was lost, what to do."""

from bot.render.blocks import actions, button, message, paragraphs, section
from bot.render.buttons import LABELS, Action
from bot.render.i18n import Texts
from bot.render.message import Message
from bot.render.mrkdwn import channel, code
from bot.render.replies.help import example


def nothing_started(texts: Texts) -> Message:
    """Say that the command could not be saved in time."""
    sentence = texts.say(
        "Nothing was started in Slack: this bot could not save your request. Please try again in a minute."
    )
    return paragraphs(sentence)


def invite(texts: Texts, bot_name: str, *, value: str | None = None, channel_id: str | None = None) -> Message:
    """Ask for an invitation to a conversation that the bot is not in.

    `value`: of the *Follow in a DM* button; None leaves the button out. `channel_id`: of the conversation, if this is
    said elsewhere.
    """
    invitation = code(f"/invite @{bot_name.lstrip('@')}")
    if channel_id is None:
        sentence = texts.say(
            "I can't post in this conversation, so nothing is followed. "
            "In a channel, type {invite} first and then your command again.",
            invite=invitation,
        )
    else:
        sentence = texts.say(
            "I can't post in {channel}, so nothing is followed. Type {invite} there first, and then ask again.",
            channel=channel(channel_id),
            invite=invitation,
        )
    if value is None:
        return paragraphs(sentence)
    offer = texts.say("Or follow the task in a direct message with me.")
    label = texts.say(LABELS[Action.FOLLOW_IN_DM])
    row = actions([button(Action.FOLLOW_IN_DM, label, read_out=label, value=value)])
    return message([sentence, offer], [section(sentence), section(offer), row])


def may_not_stop(texts: Texts) -> Message:
    """Refuse a guest, or a person of another organization, who tries to stop a thread."""
    sentence = texts.say(
        "Guests and people from other organizations can't stop the updates, so they continue. "
        "Ask someone from this workspace who is in the channel."
    )
    return paragraphs(sentence)


def may_not_use(texts: Texts) -> Message:
    """Refuse a guest, or a person of another organization, anything but stopping."""
    sentence = texts.say(
        "Guests and people from other organizations can't use this bot, so nothing was done. "
        "Ask someone from this workspace who is in the channel."
    )
    return paragraphs(sentence)


def not_known(texts: Texts) -> Message:
    """Say that Slack did not say who asks."""
    sentence = texts.say(
        "Nothing was started, because Slack isn't telling this bot who you are. Please try again in a minute."
    )
    return paragraphs(sentence)


def not_installed_there(texts: Texts) -> Message:
    """Refuse a request of a workspace that the bot's token is not for."""
    sentence = texts.say(
        "This bot works for another Slack workspace, so nothing was done. "
        "Ask this bot's administrator to set it up for this one."
    )
    return paragraphs(sentence)


def connect_not_available(texts: Texts) -> Message:
    """Say that people cannot connect accounts of their own here."""
    sentence = texts.say(
        "This bot uses one Confluence account for everybody here, so there is nothing to connect. "
        "You can follow Confluence tasks without it."
    )
    return paragraphs(sentence)


def modal_not_opened(texts: Texts, instead: str) -> Message:
    """Say that Slack opened no window. `instead`: what to type."""
    sentence = texts.say(
        "Slack didn't open a window in time. Please try again, or type {command} in a channel.", command=code(instead)
    )
    return paragraphs(sentence)


def modal_by_command(texts: Texts, instead: str) -> Message:
    """Say that a mention opens no window. `instead`: what to type."""
    sentence = texts.say(
        "Slack opens no window for a mention. Type {command} in the channel itself.", command=code(instead)
    )
    return paragraphs(sentence)


def gone_wrong(texts: Texts, command: str = "/longtask") -> Message:
    """Say that an unexpected error happened."""
    sentence = texts.say(
        "Something went wrong in this bot, and it has been logged. What was followed before is still followed. "
        "{example} shows whether your request was carried out; if it wasn't, please try again.",
        example=example(command, "list"),
    )
    return paragraphs(sentence)
