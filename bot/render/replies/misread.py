"""Render answers to commands that could not be parsed or that name nothing to follow."""

from collections.abc import Mapping

from bot.domain.command import (
    ForeignSite,
    KindMismatch,
    Misread,
    NoSite,
    NotALongTask,
    NotUnderstood,
    OtherTask,
    Problem,
    SiteKind,
    TooMany,
    WhichSite,
)
from bot.render.blocks import paragraphs
from bot.render.i18n import Texts, wording
from bot.render.message import Message
from bot.render.mrkdwn import code
from bot.render.replies.help import example

_MISREAD: Mapping[Misread, str] = {
    Misread.WORD: wording("“{what}” is neither a command nor a long task."),
    Misread.NO_REFERENCE: wording("“{what}” needs the id or the address of a long task after it."),
    Misread.ONE_REFERENCE: wording("“{what}” takes one long task at a time."),
    Misread.SURPLUS: wording("“{what}” is more than this command takes."),
    # Translators: quiet, normal and all are words to type; leave them in English
    Misread.VERBOSITY: wording("Only one of quiet, normal and all can be chosen."),
    Misread.LABEL: wording("“{what}” can be the name of one Confluence task only."),
    Misread.URL: wording("“{what}” is an address of Confluence, but not that of a long task."),
    Misread.ID: wording("“{what}” cannot be the id of a long task."),
    Misread.JSON: wording("What you pasted is not Confluence's answer about a long task."),
    Misread.ALIAS: wording("No Confluence site is called “{what}” here."),
    Misread.LENGTH: wording("That text is longer than ten long tasks could be."),
}

_OTHER_TASKS: Mapping[OtherTask, str] = {
    OtherTask.PDF_EXPORT: wording(
        "This is a PDF export, and Confluence does not run that as a long task, so this bot cannot follow it. "
        "Confluence itself shows how far it is."
    ),
    OtherTask.SPACE_PERMISSIONS: wording(
        "This is a change of space permissions, and Confluence does not run that as a long task, so this bot cannot "
        "follow it. A Confluence administrator can see there how far it is."
    ),
}

_WRONG_KIND: Mapping[SiteKind, str] = {
    SiteKind.CLOUD: wording(
        "“{id}” cannot be a long task of {site}: that is Confluence Cloud, where the id is a number. "
        "Nothing was started."
    ),
    SiteKind.DATACENTER: wording(
        "“{id}” cannot be a long task of {site}: that is Confluence Data Center, where the id has 36 characters. "
        "Nothing was started."
    ),
}

_EXAMPLE = "3145728001"


def misread(texts: Texts, command: str, problem: Problem) -> Message:
    """Answer a command that could not be parsed or names nothing to follow. `command`: as it was typed."""
    match problem:
        case NotUnderstood():
            return _not_understood(texts, command, problem)
        case TooMany():
            sentence = texts.say(
                "That is {count} long tasks, and one command takes at most {limit}. "
                "Nothing was started; please use several commands.",
                count=problem.count,
                limit=problem.limit,
            )
        case ForeignSite():
            sentence = texts.say(
                "{host} is not a Confluence site that this bot knows, so it did not ask there and nothing was started. "
                "If it should know it, ask the administrator of this bot.",
                host=problem.host,
            )
        case NotALongTask():
            sentence = texts.say(_OTHER_TASKS[problem.kind])
        case WhichSite():
            question = texts.say("Which Confluence is that long task in? Nothing was started yet. Type one of these:")
            return paragraphs(
                question, *[example(command, f"{alias}:{problem.remote_id}") for alias in problem.aliases[:10]]
            )
        case NoSite():
            sentence = texts.say(
                "This bot does not know any Confluence site yet, so nothing was started. Ask its administrator."
            )
        case KindMismatch():
            sentence = texts.say(_WRONG_KIND[problem.kind], id=problem.remote_id, site=problem.alias)
    return paragraphs(sentence)


def _not_understood(texts: Texts, command: str, problem: NotUnderstood) -> Message:
    """Say what was not understood, and give one example."""
    sentence = texts.say(_MISREAD[problem.reason], what=problem.what)
    if problem.suggestion:
        whole_line = problem.reason in (Misread.WORD, Misread.LABEL)
        meant = example(command, problem.suggestion) if whole_line else code(problem.suggestion)
        return paragraphs(sentence, texts.say("Did you mean {example}?", example=meant))
    return paragraphs(sentence, texts.say("For example: {example}", example=example(command, _EXAMPLE)))
