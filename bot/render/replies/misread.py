"""Answers to what could not be read, or not be followed."""

from collections.abc import Mapping, Sequence

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
    # Translators: quiet, normal and all are typed as they stand; leave them in English
    Misread.VERBOSITY: wording("Only one of quiet, normal and all can be chosen."),
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
    """The answer to whatever made a command unreadable or not to be followed."""
    match problem:
        case NotUnderstood():
            return not_understood(texts, command, problem.reason, problem.what, problem.suggestion)
        case TooMany():
            return too_many(texts, problem.count, problem.limit)
        case ForeignSite():
            return foreign_site(texts, problem.host)
        case NotALongTask():
            return not_a_long_task(texts, problem.kind)
        case WhichSite():
            return which_site(texts, command, problem.remote_id, problem.aliases)
        case NoSite():
            return no_site(texts)
        case KindMismatch():
            return kind_mismatch(texts, problem.remote_id, problem.alias, problem.kind)


def not_understood(
    texts: Texts, command: str, reason: Misread, what: str = "", suggestion: str | None = None
) -> Message:
    """What was not understood, and one example of what would be."""
    said = texts.say(_MISREAD[reason], what=what)
    if suggestion:
        meant = example(command, suggestion) if reason is Misread.WORD else code(suggestion)
        return paragraphs(said, texts.say("Did you mean {example}?", example=meant))
    return paragraphs(said, texts.say("For example: {example}", example=example(command, _EXAMPLE)))


def too_many(texts: Texts, count: int, limit: int) -> Message:
    """More long tasks than one command takes."""
    return paragraphs(
        texts.say(
            "That is {count} long tasks, and one command takes at most {limit}. "
            "Nothing was started; please use several commands.",
            count=count,
            limit=limit,
        )
    )


def foreign_site(texts: Texts, host: str) -> Message:
    """A URL of a host that is not a configured site."""
    return paragraphs(
        texts.say(
            "{host} is not a Confluence site that this bot knows, so it did not ask there and nothing was started. "
            "If it should know it, ask the administrator of this bot.",
            host=host,
        )
    )


def not_a_long_task(texts: Texts, kind: OtherTask) -> Message:
    """A job of Confluence that is no long task."""
    return paragraphs(texts.say(_OTHER_TASKS[kind]))


def which_site(texts: Texts, command: str, remote_id: str, aliases: Sequence[str]) -> Message:
    """An id that could be of several sites."""
    choices = [example(command, f"{alias}:{remote_id}") for alias in aliases[:10]]
    return paragraphs(
        texts.say("Which Confluence is that long task in? Nothing was started yet. Type one of these:"), *choices
    )


def no_site(texts: Texts) -> Message:
    """No Confluence site is configured or linked."""
    return paragraphs(
        texts.say("This bot does not know any Confluence site yet, so nothing was started. Ask its administrator.")
    )


def kind_mismatch(texts: Texts, remote_id: str, alias: str, kind: SiteKind) -> Message:
    """An id of the form that the other kind of Confluence uses."""
    return paragraphs(texts.say(_WRONG_KIND[kind], id=remote_id, site=alias))
