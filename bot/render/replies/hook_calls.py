"""Render what a script is answered, and what its hook's maker reads about a call that led to nothing.

A script reads one line of plain text; `plain_line` makes it of these messages.
"""

from collections.abc import Mapping, Sequence

from bot.domain.audience import is_direct_message
from bot.domain.command import Problem, WhichSite
from bot.domain.hook_call import BadCall, CallFault
from bot.render.blocks import paragraphs, stacked
from bot.render.i18n import Texts, wording
from bot.render.message import Message
from bot.render.mrkdwn import channel, code
from bot.render.replies.misread import problem_sentence

_BAD: Mapping[CallFault, str] = {
    CallFault.BODY: wording(
        "The body is neither Confluence's JSON response about a task nor JSON like {example}, so nothing is followed."
    ),
    CallFault.TASK: wording("“{what}” isn't a Confluence task, so nothing is followed. Send its ID or its address."),
    CallFault.LABEL: wording("The label isn't text, so nothing is followed."),
    # Translators: quiet, normal and all are words of an interface; leave them in English
    CallFault.VERBOSITY: wording("“{what}” isn't one of quiet, normal and all, so nothing is followed."),
}


def call_unreadable(texts: Texts, problem: BadCall | Problem) -> Message:
    """Refuse a call that cannot be read or that names nothing to follow."""
    if isinstance(problem, BadCall):
        body = code('{"task": "3145728001"}')
        return paragraphs(texts.say(_BAD[problem.fault], what=problem.what, example=body))
    if isinstance(problem, WhichSite):
        alias = problem.aliases[0] if problem.aliases else ""
        sentence = texts.say(
            "Task {id} could be on several Confluence sites, so nothing is followed. "
            "Put the site's name before it, like {example}.",
            id=problem.remote_id,
            example=code(f"{alias}:{problem.remote_id}"),
        )
        return paragraphs(sentence)
    return paragraphs(problem_sentence(texts, problem))


def call_unknown(texts: Texts) -> Message:
    """Refuse an address that is no hook's: it never was, or no longer is."""
    return paragraphs(texts.say("There is no such hook. It may have been turned off or replaced."))


def call_too_large(texts: Texts) -> Message:
    """Refuse a body that is larger than any that is meant."""
    return paragraphs(texts.say("The body is larger than 64 kB, so nothing is followed."))


def call_too_often(texts: Texts) -> Message:
    """Refuse a call that comes too soon after others."""
    return paragraphs(texts.say("Too many calls within a minute, so nothing is followed. Please try again later."))


def call_not_stored(texts: Texts) -> Message:
    """Say that a call could not be saved. It may have been after all, and repeating it does no harm."""
    return paragraphs(
        texts.say("This bot could not save your request. Please try again in a minute; nothing is followed twice.")
    )


def call_not_in_shared(texts: Texts) -> Message:
    """Refuse a call, because other organizations read the channel by now."""
    return paragraphs(texts.say("Another organization can read the hook's channel now, so nothing is followed."))


def call_not_checked(texts: Texts) -> Message:
    """Say that Slack does not say whether the maker of a hook may still use it."""
    sentence = texts.say(
        "Nothing is followed, because Slack isn't telling this bot whether the person who made the hook is still in "
        "its channel. Please try again in a minute."
    )
    return paragraphs(sentence)


def call_not_posted(texts: Texts) -> Message:
    """Say that the bot may not post in the hook's channel."""
    return paragraphs(texts.say("This bot can't post in the hook's channel, so nothing is followed there."))


def call_over(texts: Texts) -> Message:
    """Say that the hook has ended."""
    sentence = texts.say(
        "This hook has ended, so nothing is followed: the person who made it may no longer use it, or its channel was "
        "closed."
    )
    return paragraphs(sentence)


def call_too_late(texts: Texts, remote_id: str) -> Message:
    """Say that the long task has ended, without the names that a script's log should not hold."""
    return paragraphs(texts.say("Confluence task {id} has already ended, so nothing was posted.", id=remote_id))


def call_of(texts: Texts, remote_id: str, reason: Message) -> Message:
    """Name the long task of a call before a reason that does not."""
    name = paragraphs(texts.say("Confluence task {id}", id=remote_id))
    return stacked([name, reason], texts.more)


def failed_calls(texts: Texts, channel_id: str, reasons: Sequence[Message], *, more: int = 0) -> Message:
    """Inform the maker of a hook of calls that led to no thread. `more`: calls that are counted only."""
    introduction = texts.say("A script called your hook:")
    if not is_direct_message(channel_id):
        introduction = texts.say("A script called your hook in {channel}:", channel=channel(channel_id))
    return stacked([paragraphs(introduction), *reasons], texts.more, beyond=more)
