"""The settings of a channel, which hold for what it follows from then on."""

from msgspec import Struct

from bot.domain.states import Editors, Titles, Verbosity


class ChannelSettings(Struct, frozen=True, kw_only=True):
    """What is set for a channel; the defaults are those of a channel for which nothing is set."""

    #: of its threads; None: of the person who follows
    language: str | None = None
    #: of a command that says nothing about it
    verbosity: Verbosity = Verbosity.NORMAL
    #: whether page titles are shown there, if no other organization reads it
    titles: Titles = Titles.SHOWN
    #: the completion is shown in the channel, too
    broadcasts: bool = False
    #: and mentions everybody who is active there, if the long task failed; only together with the former
    mentions_here: bool = False
    editors: Editors = Editors.ADMINS
