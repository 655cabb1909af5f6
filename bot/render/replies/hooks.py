"""Render what people see of a hook: its address, whether it is to be replaced, why there is none, how it ended."""

from collections.abc import Mapping
from datetime import datetime

from bot.domain.command_example import Example
from bot.domain.states import HookEnd
from bot.render.blocks import actions, button, context, message, paragraphs, section, sections
from bot.render.buttons import LABELS, Action
from bot.render.i18n import Texts, wording
from bot.render.message import Message
from bot.render.mrkdwn import bold, code, code_block, mention
from bot.render.replies.direct_messages import where_of
from bot.render.replies.help import example

#: the scopes that say who is in a channel: docs.slack.dev/reference/methods/conversations.members
_SCOPES = "channels:read, groups:read"

_OVER: Mapping[HookEnd, str] = {
    HookEnd.LEFT: wording("The hook you made in {channel} has ended, because you are no longer in that channel."),
    HookEnd.NOT_MEMBER: wording(
        "The hook you made in {channel} has ended, because you are a guest now or no longer in this workspace."
    ),
    HookEnd.CLOSED: wording(
        "The hook you made in {channel} has ended, because the channel was archived or deleted, or I was removed "
        "from it."
    ),
}


def hook_made(texts: Texts, address: str, command: str, shown: Example) -> Message:
    """Show the address of a new hook, which is shown once. `command`: as the person typed it."""
    opening = [
        bold(texts.say("Your hook for scripts")),
        texts.say(
            "Send Confluence's response to this address, and the task is followed here, in your name. "
            "The address is shown only this once: copy it now, and keep it secret like a password."
        ),
    ]
    line = code_block(f"curl … | curl --data-binary @- {address}")
    options = [
        # Translators: {request} is the beginning of the command line shown above
        texts.say("Instead of the first {request}, put the request that starts the task.", request=code("curl …")),
        texts.say(
            "For a name of your own, or to choose how much is posted, add {query} to the address and put it all in "
            "quotes. Or send {body} instead of the response.",
            query=code("?label=Handbook&verbosity=quiet"),
            body=code(f'{{"task": "{shown.reference}", "label": "Handbook", "verbosity": "quiet"}}'),
        ),
    ]
    small = texts.say(
        "{off} ends the hook, {again} replaces it. It also ends when you leave the channel.",
        off=example(command, "hook off"),
        again=example(command, "hook"),
    )
    blocks = [*sections(opening), section(line), *sections(options), context(small)]
    return message([*opening, line, *options, small], blocks)


def hook_exists(texts: Texts, *, maker_id: str, made: datetime, used: datetime | None, value: str) -> Message:
    """Ask whether the hook that there is is to be replaced. Times are UTC; `value`: of the buttons."""
    lines = [
        texts.say("This channel already has a hook, made by {person} ({time}).", person=mention(maker_id), time=made),
        texts.say("No script has called it yet.")
        if used is None
        else texts.say("A script last called it {time}.", time=used),
        texts.say("Its address can't be shown again. If you replace it, scripts that call the old one get an error."),
    ]
    row = []
    for action in (Action.REPLACE_HOOK, Action.KEEP_HOOK):
        label = texts.say(LABELS[action])
        row.append(button(action, label, read_out=label, value=value))
    return message(lines, [*sections(lines), actions(row)])


def hook_kept(texts: Texts) -> Message:
    """Answer *Keep the hook*."""
    return paragraphs(texts.say("The hook stays as it is."))


def hook_changed(texts: Texts, command: str) -> Message:
    """Answer a button about a hook that is another one by now."""
    sentence = texts.say(
        "Nothing was changed: this question is too old, or the hook has been replaced or turned off meanwhile. "
        "Type {example} again.",
        example=example(command, "hook"),
    )
    return paragraphs(sentence)


def hook_off(texts: Texts) -> Message:
    """Confirm that the hook of a channel was ended."""
    return paragraphs(texts.say("This channel's hook is off. Scripts that call its address get an error from now on."))


def no_hook(texts: Texts, command: str) -> Message:
    """Say that there is no hook to be ended."""
    sentence = texts.say("This channel has no hook. {example} makes one.", example=example(command, "hook"))
    return paragraphs(sentence)


def hook_needs_address(texts: Texts) -> Message:
    """Say that the bot does not know its own address, which is a setting."""
    sentence = texts.say(
        "This bot doesn't know its own address, so it can't make a hook. Ask its administrator to set {setting}.",
        setting=code("PUBLIC_URL"),
    )
    return paragraphs(sentence)


def hook_not_in_shared(texts: Texts) -> Message:
    """Say that there is no hook where other organizations read along."""
    sentence = texts.say(
        "Another organization reads this channel, so no hook was made. "
        "Make one in another channel, or in a direct message with me."
    )
    return paragraphs(sentence)


def hook_scope_missing(texts: Texts) -> Message:
    """Say that the bot may not ask who is in the channel."""
    sentence = texts.say(
        "This bot lacks the Slack scopes to see who is in this channel ({scopes}), so no hook was made. "
        "Ask its administrator to add them, or make a hook in a direct message with me.",
        scopes=code(_SCOPES),
    )
    return paragraphs(sentence)


def hook_not_checked(texts: Texts) -> Message:
    """Say that Slack did not say who is in the channel."""
    sentence = texts.say(
        "No hook was made, because Slack isn't telling this bot who is in this channel. Please try again in a minute."
    )
    return paragraphs(sentence)


def hook_not_shown(texts: Texts) -> Message:
    """Say that a hook was ended again, because its address may not have been seen."""
    sentence = texts.say(
        "No hook was made, because Slack didn't take the message with its address. Please try again in a minute."
    )
    return paragraphs(sentence)


def hook_ended_by(texts: Texts, *, person_id: str, channel_id: str, replaced: bool) -> Message:
    """Inform the maker of a hook that another person has ended or replaced it."""
    person, where = mention(person_id), where_of(texts, channel_id)
    if replaced:
        sentence = texts.say(
            "{person} replaced the hook you made in {channel}. Scripts that call the old address get an error.",
            person=person,
            channel=where,
        )
    else:
        sentence = texts.say(
            "{person} turned off the hook you made in {channel}. Scripts that call it get an error.",
            person=person,
            channel=where,
        )
    return paragraphs(sentence)


def hook_over(texts: Texts, reason: HookEnd, *, channel_id: str) -> Message:
    """Inform the maker of a hook that it has ended by itself."""
    sentence = texts.say(_OVER[reason], channel=where_of(texts, channel_id))
    if reason is HookEnd.CLOSED:
        # What is followed there has ended as well, or will at its next post.
        return paragraphs(sentence, texts.say("Scripts that call it get an error."))
    return paragraphs(sentence, texts.say("Scripts that call it get an error. What is followed there goes on."))
