"""Render the settings of a channel and of a person, as a modal."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from bot.domain.channel_settings import ChannelSettings
from bot.domain.states import Editors, Titles, Verbosity
from bot.render.blocks import context, section
from bot.render.i18n import Texts, wording
from bot.render.message import Block
from bot.render.modal import Modal, View, checkboxes, error, menu, modal
from bot.render.mrkdwn import Mrkdwn, bold, channel, data
from bot.render.replies.help import example

Choice = TypeVar("Choice", bound=StrEnum)

#: the value of an option that leaves the choice to others
AUTOMATIC = "-"


class Field(StrEnum):
    """The fields of the modal, which Slack names with what was filled in."""

    LANGUAGE = "language"
    VERBOSITY = "verbosity"
    TITLES = "titles"
    RESULT = "result"
    EDITORS = "editors"
    OWN_LANGUAGE = "own_language"


class Result(StrEnum):
    """What can be ticked about the result."""

    BROADCAST = "broadcast"
    HERE = "here"


_VERBOSITIES: Mapping[Verbosity, str] = {
    # Translators: an option of at most 75 characters, like those that follow
    Verbosity.QUIET: wording("Only the start and the result"),
    Verbosity.NORMAL: wording("Warnings as well"),
    Verbosity.ALL: wording("Warnings and each new phase as well"),
}
_TITLES: Mapping[Titles, str] = {
    Titles.SHOWN: wording("Shown"),
    Titles.COUNTS: wording("Numbers only; those who are notified get the names as a DM"),
}
_RESULTS: Mapping[Result, str] = {
    # Translators: an option below the title "The result"
    Result.BROADCAST: wording("Show it in the channel, too"),
    # Translators: leave @here as it is
    Result.HERE: wording("Mention @here in it if the task has failed"),
}
_EDITORS: Mapping[Editors, str] = {
    Editors.ADMINS: wording("Workspace admins"),
    Editors.MEMBERS: wording("Everyone in this workspace, but no guests"),
}


@dataclass(frozen=True, kw_only=True)
class Shown:
    """What the modal shows."""

    #: None where there is no channel: then only what is the person's own
    channel_id: str | None
    settings: ChannelSettings
    #: whether the person may change those of the channel
    may_change: bool
    #: which the person has chosen
    own_language: str | None
    #: code and name of each language there is
    languages: Sequence[tuple[str, str]]
    #: the name of the command in examples
    command: str = "/longtask"


def title(texts: Texts) -> Mrkdwn:
    """Name the modal, in at most 24 characters."""
    # Translators: title of a window, at most 24 characters
    return texts.say("Settings")


def settings_modal(texts: Texts, shown: Shown) -> View:
    """Show the settings, those that the person may change as fields."""
    blocks: list[Block] = []
    if shown.channel_id is not None:
        where = texts.say("For {channel}, from now on:", channel=channel(shown.channel_id))
        blocks.append(section(bold(where)))
        if shown.may_change:
            blocks += _fields(texts, shown)
        else:
            lines = "\n".join(f"• {line}" for line in _lines(texts, shown))
            blocks.append(section(Mrkdwn(lines)))
            blocks.append(context(texts.say("Only workspace admins can change what holds for this channel.")))
    own = [(AUTOMATIC, texts.say("That of your Slack")), *shown.languages]
    label = texts.say("Language of what only you see")
    blocks.append(menu(Field.OWN_LANGUAGE, label, own, chosen=shown.own_language or AUTOMATIC))
    if shown.channel_id is None:
        typed = example(shown.command, "settings")
        blocks.append(
            context(texts.say("To change a channel's settings, type {example} in that channel.", example=typed))
        )
    return modal(
        texts,
        title=title(texts),
        blocks=blocks,
        callback_id=Modal.SETTINGS,
        # Translators: button of a window, at most 24 characters
        submit=texts.say("Save"),
        metadata=shown.channel_id or "",
    )


def may_not_change(texts: Texts) -> str:
    """Refuse changes of the channel's settings by somebody who may not make them any more."""
    return error(texts.say("Only workspace admins can change what holds for this channel."))


def here_alone(texts: Texts) -> str:
    """Refuse @here for a result that is not shown in the channel."""
    option = texts.say(_RESULTS[Result.BROADCAST])
    # Translators: {option} is the option that has to be ticked first
    return error(texts.say("To mention @here, tick “{option}” as well.", option=option))


def not_saved_yet(texts: Texts) -> str:
    """Say that it is not known yet whether the settings are saved."""
    return error(texts.say("Saving takes longer than usual. Open the settings again in a minute to see what holds."))


def _language_options(texts: Texts, shown: Shown) -> list[tuple[str, str]]:
    return [(AUTOMATIC, texts.say("That of the person who follows")), *shown.languages]


def _options(texts: Texts, table: Mapping[Choice, str]) -> list[tuple[str, str]]:
    return [(str(value), texts.say(sentence)) for value, sentence in table.items()]


def _labels(texts: Texts) -> dict[Field, Mrkdwn]:
    return {
        Field.LANGUAGE: texts.say("Language of the threads"),
        Field.VERBOSITY: texts.say("What a thread says, unless a command says otherwise"),
        Field.TITLES: texts.say("Page titles"),
        Field.RESULT: texts.say("The result"),
        Field.EDITORS: texts.say("Who may change this"),
    }


def _fields(texts: Texts, shown: Shown) -> list[Block]:
    settings, labels = shown.settings, _labels(texts)
    ticked = [Result.BROADCAST] * settings.broadcasts + [Result.HERE] * settings.mentions_here
    languages = _language_options(texts, shown)
    return [
        menu(Field.LANGUAGE, labels[Field.LANGUAGE], languages, chosen=settings.language or AUTOMATIC),
        menu(Field.VERBOSITY, labels[Field.VERBOSITY], _options(texts, _VERBOSITIES), chosen=settings.verbosity),
        menu(Field.TITLES, labels[Field.TITLES], _options(texts, _TITLES), chosen=settings.titles),
        checkboxes(Field.RESULT, labels[Field.RESULT], _options(texts, _RESULTS), chosen=ticked),
        menu(Field.EDITORS, labels[Field.EDITORS], _options(texts, _EDITORS), chosen=settings.editors),
    ]


def _lines(texts: Texts, shown: Shown) -> list[Mrkdwn]:
    """What is set, in words, for somebody who may not change it."""
    settings, labels = shown.settings, _labels(texts)
    languages = dict(_language_options(texts, shown))
    chosen = {
        Field.LANGUAGE: data(languages.get(settings.language or AUTOMATIC, settings.language or AUTOMATIC)),
        Field.VERBOSITY: texts.say(_VERBOSITIES[settings.verbosity]),
        Field.TITLES: texts.say(_TITLES[settings.titles]),
        Field.RESULT: texts.say(_where_results_are(settings)),
    }
    # Translators: a setting and what is chosen: "Page titles: shown"
    return [texts.say("{setting}: {choice}", setting=labels[field], choice=choice) for field, choice in chosen.items()]


def _where_results_are(settings: ChannelSettings) -> str:
    if not settings.broadcasts:
        return wording("Only in the thread")
    if not settings.mentions_here:
        return wording("In the channel, too")
    # Translators: leave @here as it is
    return wording("In the channel, too, with @here if the task has failed")
