"""Render what a script is answered, and what its hook's maker reads about a call that led to nothing.

A script reads one line of plain text; `plain_line` makes it of these messages.
"""

from collections.abc import Mapping

from bot.domain.command import Problem, WhichSite
from bot.domain.hook_call import BadCall, CallFault
from bot.render.blocks import paragraphs
from bot.render.i18n import Texts, wording
from bot.render.message import Message
from bot.render.mrkdwn import Mrkdwn, code
from bot.render.mrkdwn import channel as linked_channel
from bot.render.replies.misread import problem_sentence

_BAD: Mapping[CallFault, str] = {
    CallFault.BODY: wording(
        "The body must be Confluence's JSON response about a task, or JSON like {example}. Nothing was started."
    ),
    CallFault.TASK: wording("“{what}” isn't a Confluence task. Send its ID or its address. Nothing was started."),
    CallFault.LABEL: wording("The label must be text. Nothing was started."),
    # Translators: quiet, normal and all are words of an interface; leave them in English
    CallFault.VERBOSITY: wording("“{what}” isn't one of quiet, normal and all. Nothing was started."),
}


def call_unreadable(texts: Texts, problem: BadCall | Problem) -> Message:
    """Refuse a call that cannot be read or that names nothing to follow."""
    if isinstance(problem, BadCall):
        body = code('{"task": "3145728001"}')
        return paragraphs(texts.say(_BAD[problem.fault], what=problem.what, example=body))
    if isinstance(problem, WhichSite):
        alias = problem.aliases[0] if problem.aliases else ""
        sentence = texts.say(
            "Task {id} could be on several Confluence sites: put the site's name before it, like {example}. "
            "Nothing was started.",
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
    return paragraphs(texts.say("The body is larger than 64 kB. Nothing was started."))


def call_too_often(texts: Texts) -> Message:
    """Refuse a call that comes too soon after others."""
    return paragraphs(texts.say("Too many calls within a minute, so nothing was started. Please try again later."))


def call_not_stored(texts: Texts) -> Message:
    """Say that a call could not be saved. It may have been after all, and repeating it does no harm."""
    return paragraphs(
        texts.say("This bot could not save your request. Please try again in a minute; nothing is followed twice.")
    )


def call_not_in_shared(texts: Texts) -> Message:
    """Refuse a call, because other organizations read the channel by now."""
    return paragraphs(texts.say("Another organization can read the hook's channel now, so nothing was started."))


def call_not_checked(texts: Texts) -> Message:
    """Say that Slack does not say whether the maker of a hook may still use it."""
    sentence = texts.say(
        "Nothing was started, because Slack isn't telling this bot whether the person who made the hook is still in "
        "its channel. Please try again in a minute."
    )
    return paragraphs(sentence)


def call_not_posted(texts: Texts) -> Message:
    """Say that the bot may not post in the hook's channel."""
    return paragraphs(texts.say("This bot can't post in the hook's channel, so nothing is followed there."))


def call_over(texts: Texts) -> Message:
    """Say that the hook has ended."""
    sentence = texts.say(
        "This hook has ended: the person who made it may no longer use it, or its channel was closed. "
        "Nothing was started."
    )
    return paragraphs(sentence)


def call_too_late(texts: Texts, remote_id: str) -> Message:
    """Say that the long task has ended, without the names that a script's log should not hold."""
    return paragraphs(texts.say("Confluence task {id} has already ended, so nothing was posted.", id=remote_id))


def called(texts: Texts, channel_id: str) -> Message:
    """Introduce what a call came to, for the maker of the hook."""
    if not channel_id.startswith(("C", "G")):
        return paragraphs(texts.say("A script called your hook:"))
    where: Mrkdwn = linked_channel(channel_id)
    return paragraphs(texts.say("A script called your hook in {channel}:", channel=where))
