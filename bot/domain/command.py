"""What a person can ask for with the slash command."""

from enum import StrEnum

from msgspec import Struct

from bot.domain.states import Verbosity


class Scope(StrEnum):
    """Whose followed long tasks are listed."""

    #: those of this channel, and one's own elsewhere
    ALL = "all"
    MINE = "mine"
    CHANNEL = "channel"


class SiteKind(StrEnum):
    """Which Confluence a site runs."""

    CLOUD = "cloud"
    DATACENTER = "datacenter"


class OtherTask(StrEnum):
    """A job of Confluence that is no long task."""

    PDF_EXPORT = "pdf_export"
    SPACE_PERMISSIONS = "space_permissions"


class Misread(StrEnum):
    """Why a text was not understood."""

    #: a word that is no command and no reference
    WORD = "word"
    #: the word needs a reference after it
    NO_REFERENCE = "no_reference"
    #: the command takes one reference
    ONE_REFERENCE = "one_reference"
    #: a word too many
    SURPLUS = "surplus"
    #: quiet and all at once
    VERBOSITY = "verbosity"
    #: a URL of a configured site that names no long task
    URL = "url"
    #: an id that no long task can have
    ID = "id"
    #: braces that hold no answer of Confluence
    JSON = "json"
    #: `alias:id` with an alias that no site has
    ALIAS = "alias"
    #: the text is longer than any ten references
    LENGTH = "length"


class SiteName(Struct, frozen=True, kw_only=True):
    """What a site is called, and how it is recognised."""

    site_id: int
    alias: str
    host: str
    #: e.g. https://acme.atlassian.net or https://wiki.example.com/confluence
    base_url: str
    cloud_id: str | None = None
    #: None where it is not known; then an id is never refused for its form
    kind: SiteKind | None = None


class Reference(Struct, frozen=True, kw_only=True):
    """One long task of one site."""

    site_id: int
    remote_id: str


class Follow(Struct, frozen=True, kw_only=True, tag=True):
    """Follow these in this channel."""

    #: 1 to 10, distinct, as they were typed
    refs: tuple[Reference, ...]
    #: None where nothing was typed: the channel's own setting, else normal
    verbosity: Verbosity | None = None


class ShowStatus(Struct, frozen=True, kw_only=True, tag=True):
    """One look, shown to the caller alone."""

    ref: Reference


class ListFollowed(Struct, frozen=True, kw_only=True, tag=True):
    """What is followed."""

    scope: Scope = Scope.ALL
    #: from 1
    page: int = 1


class Stop(Struct, frozen=True, kw_only=True, tag=True):
    """This channel stops following it."""

    ref: Reference


class StopAll(Struct, frozen=True, kw_only=True, tag=True):
    """This channel stops following all of the caller's."""


class Connect(Struct, frozen=True, kw_only=True, tag=True):
    """Link the caller's own Atlassian account."""


class Disconnect(Struct, frozen=True, kw_only=True, tag=True):
    """Unlink it."""


class ShowSettings(Struct, frozen=True, kw_only=True, tag=True):
    """The channel's settings."""


class ShowHelp(Struct, frozen=True, kw_only=True, tag=True):
    """Help, with examples."""


class NotUnderstood(Struct, frozen=True, kw_only=True, tag=True):
    """Text that cannot be read."""

    reason: Misread
    #: what was not understood: the person's words, at most 80 characters
    what: str = ""
    #: a word that was perhaps meant
    suggestion: str | None = None


class TooMany(Struct, frozen=True, kw_only=True, tag=True):
    """More references than one command takes."""

    count: int
    limit: int


class ForeignSite(Struct, frozen=True, kw_only=True, tag=True):
    """A URL of a host that is not a configured site."""

    #: at most 80 characters
    host: str


class NotALongTask(Struct, frozen=True, kw_only=True, tag=True):
    """The URL of a job that Confluence runs, but not as a long task."""

    kind: OtherTask


class WhichSite(Struct, frozen=True, kw_only=True, tag=True):
    """An id that could be of several sites."""

    remote_id: str
    aliases: tuple[str, ...]


class NoSite(Struct, frozen=True, kw_only=True, tag=True):
    """An id, while no site is configured or linked."""

    remote_id: str


class KindMismatch(Struct, frozen=True, kw_only=True, tag=True):
    """An id of the form that the other kind of Confluence uses: digits are Cloud's, UUIDs Data Center's."""

    remote_id: str
    #: of the site, the first of several, that cannot have it
    alias: str
    #: what that site is
    kind: SiteKind


Problem = NotUnderstood | TooMany | ForeignSite | NotALongTask | WhichSite | NoSite | KindMismatch

Command = Follow | ShowStatus | ListFollowed | Stop | StopAll | Connect | Disconnect | ShowSettings | ShowHelp | Problem
