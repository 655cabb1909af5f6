"""Render answers to commands that could not be parsed or that name nothing to follow."""

from collections.abc import Mapping
from typing import assert_never

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
from bot.domain.command_example import Example
from bot.render.blocks import paragraphs
from bot.render.i18n import Texts, wording
from bot.render.message import Message
from bot.render.mrkdwn import Mrkdwn
from bot.render.replies.help import example

_MISREAD: Mapping[Misread, str] = {
    Misread.WORD: wording("I don't know “{what}”."),
    Misread.NO_REFERENCE: wording("“{what}” needs the ID or the address of a Confluence task."),
    # Translators: {what} is the command, e.g. “status”
    Misread.ONE_REFERENCE: wording("“{what}” takes only one ID at a time."),
    Misread.SURPLUS: wording("This command doesn't take “{what}”."),
    # Translators: quiet, normal and all are words to type; leave them in English
    Misread.VERBOSITY: wording("Only one of quiet, normal and all can be chosen."),
    Misread.LABEL: wording("“{what}” can be the name of one Confluence task only."),
    # Translators: {what} is “as”, after which the person did not type a name
    Misread.NO_LABEL: wording("A name is missing after “{what}”."),
    Misread.URL: wording("“{what}” is a Confluence address, but not that of a task."),
    Misread.ID: wording("“{what}” can't be the ID of a Confluence task."),
    Misread.JSON: wording("What you pasted is not Confluence's response about a task."),
    Misread.ALIAS: wording("No Confluence site is called “{what}” here."),
    Misread.SITE: wording("Say which Confluence site to watch: {what}."),
    Misread.LENGTH: wording("That text is longer than ten Confluence tasks could be."),
}

_OTHER_TASKS: Mapping[OtherTask, str] = {
    OtherTask.PDF_EXPORT: wording(
        "This is a PDF export. Confluence doesn't report on it in a way this bot can follow. "
        "Confluence itself shows its progress."
    ),
    OtherTask.SPACE_PERMISSIONS: wording(
        "This is a change of space permissions. Confluence doesn't report on it in a way this bot can follow. "
        "A Confluence administrator can see its progress there."
    ),
}

_WRONG_KIND: Mapping[SiteKind, str] = {
    SiteKind.CLOUD: wording("“{id}” can't be a task on {site}: that is Confluence Cloud, where the ID is a number."),
    SiteKind.DATACENTER: wording(
        "“{id}” can't be a task on {site}: that is Confluence Data Center, where the ID has 36 characters."
    ),
}

#: sites of which one is to be chosen, at most
_CHOICES = 10


def misread(texts: Texts, command: str, shown: Example, problem: Problem) -> Message:
    """Answer a command that could not be parsed or names nothing to follow.

    `command`: as it was typed; `shown`: a long task for an example.
    """
    if isinstance(problem, NotUnderstood):
        return _not_understood(texts, command, shown, problem)
    if isinstance(problem, WhichSite):
        question = problem_sentence(texts, problem)
        return paragraphs(question, *[example(command, line) for line in problem.choices[:_CHOICES]])
    return paragraphs(problem_sentence(texts, problem))


def problem_sentence(texts: Texts, problem: Problem) -> Mrkdwn:
    """Say what is wrong with a text, without an example of a command."""
    match problem:
        case NotUnderstood():
            return texts.say(_MISREAD[problem.reason], what=problem.what)
        case TooMany():
            return texts.say(
                "That is {count} Confluence tasks, and one command takes at most {limit}, so nothing is followed. "
                "Please use several commands.",
                count=problem.count,
                limit=problem.limit,
            )
        case ForeignSite():
            return texts.say(
                "This bot isn't connected to {host}. If it should be, ask this bot's administrator.",
                host=problem.host,
            )
        case NotALongTask():
            return texts.say(_OTHER_TASKS[problem.kind])
        case WhichSite():
            return texts.say("Which Confluence site is that task on? Type one of these:")
        case NoSite():
            return texts.say("This bot isn't connected to a Confluence site yet. Ask its administrator to connect one.")
        case KindMismatch():
            return texts.say(_WRONG_KIND[problem.kind], id=problem.remote_id, site=problem.alias)
        case _:
            assert_never(problem)


def _not_understood(texts: Texts, command: str, shown: Example, problem: NotUnderstood) -> Message:
    """Say what was not understood, and give the whole line as it was probably meant, else an example."""
    sentence = problem_sentence(texts, problem)
    if problem.suggestion:
        meant = example(command, problem.suggestion)
        return paragraphs(sentence, texts.say("Did you mean {example}?", example=meant))
    return paragraphs(sentence, texts.say("For example: {example}", example=example(command, shown.reference)))
