"""Define the commands that people can type, and what can be wrong with one."""

from enum import StrEnum

from msgspec import Struct

from bot.domain.snapshot import Kind
from bot.domain.states import Verbosity


class Scope(StrEnum):
    """Which followed long tasks are listed."""

    ALL = "all"  #: those of this channel, and the caller's own elsewhere
    MINE = "mine"
    CHANNEL = "channel"


class SiteKind(StrEnum):
    """Which Confluence product a site runs."""

    CLOUD = "cloud"
    DATACENTER = "datacenter"


class OtherTask(StrEnum):
    """A job of Confluence that is not a long task."""

    PDF_EXPORT = "pdf_export"
    SPACE_PERMISSIONS = "space_permissions"


class Misread(StrEnum):
    """Why a text could not be parsed."""

    WORD = "word"  #: a word that is neither a command nor a reference
    NO_REFERENCE = "no_reference"  #: the command needs a reference
    ONE_REFERENCE = "one_reference"  #: the command takes one reference
    SURPLUS = "surplus"  #: more words than the command takes
    VERBOSITY = "verbosity"  #: more than one verbosity
    LABEL = "label"  #: a label for more than one reference
    NO_LABEL = "no_label"  #: the word that a label comes after, and no label
    URL = "url"  #: a URL of a configured site that names no long task
    ID = "id"  #: an id that no long task can have
    JSON = "json"  #: JSON that is no response of Confluence
    ALIAS = "alias"  #: `alias:id` with an unknown alias
    SITE = "site"  #: which of several sites is to be watched was not said
    LENGTH = "length"  #: the text is longer than ten references can be


class SiteName(Struct, frozen=True, kw_only=True):
    """The names and addresses by which a site is recognized."""

    site_id: int
    alias: str
    host: str
    base_url: str  #: e.g. https://acme.atlassian.net or https://wiki.example.com/confluence
    cloud_id: str | None = None
    kind: SiteKind | None = None  #: None if not known; then an id of either form is accepted


class Reference(Struct, frozen=True, kw_only=True):
    """One long task of one site."""

    site_id: int
    remote_id: str

    @property
    def value(self) -> str:
        """What a button carries that names it."""
        return f"{self.site_id}/{self.remote_id}"


class Follow(Struct, frozen=True, kw_only=True, tag=True):
    """Follow these long tasks in this channel."""

    refs: tuple[Reference, ...]  #: 1 to 10, distinct, in the order they were typed
    verbosity: Verbosity | None = None  #: None if none was typed: the channel's setting applies, else normal
    label: str | None = None  #: a name that people know it by, of one reference; text from outside


class ShowStatus(Struct, frozen=True, kw_only=True, tag=True):
    """Show the status of a long task to the caller only."""

    ref: Reference | None = None  #: None: of all that this channel follows


class ListFollowed(Struct, frozen=True, kw_only=True, tag=True):
    """List what is followed."""

    scope: Scope = Scope.ALL
    page: int = 1  #: from 1, as typed: there may be no such page


class Stop(Struct, frozen=True, kw_only=True, tag=True):
    """Stop following a long task in this channel."""

    ref: Reference | None = None  #: None: the one that this channel follows


class StopAll(Struct, frozen=True, kw_only=True, tag=True):
    """Stop following all of the caller's long tasks in this channel."""


class Watch(Struct, frozen=True, kw_only=True, tag=True):
    """Let this channel follow every new long task of a site."""

    site_id: int
    kinds: frozenset[Kind] = frozenset()  #: empty: of every kind
    verbosity: Verbosity | None = None


class Unwatch(Struct, frozen=True, kw_only=True, tag=True):
    """End the watches of this channel."""

    site_id: int | None = None  #: None: of every site


class MakeHook(Struct, frozen=True, kw_only=True, tag=True):
    """Make an address with which scripts start to follow in this channel."""


class EndHook(Struct, frozen=True, kw_only=True, tag=True):
    """End the channel's address for scripts."""


class Connect(Struct, frozen=True, kw_only=True, tag=True):
    """Connect the caller's own Atlassian account."""


class Disconnect(Struct, frozen=True, kw_only=True, tag=True):
    """Disconnect the caller's own Atlassian account."""


class ShowSettings(Struct, frozen=True, kw_only=True, tag=True):
    """Show the channel's settings."""


class ShowChecks(Struct, frozen=True, kw_only=True, tag=True):
    """Show the checks of the installation to a workspace admin."""


class ShowRunning(Struct, frozen=True, kw_only=True, tag=True):
    """Show what runs in Confluence now, followed or not."""


class ShowHelp(Struct, frozen=True, kw_only=True, tag=True):
    """Show help, with examples."""


class NotUnderstood(Struct, frozen=True, kw_only=True, tag=True):
    """A text that could not be parsed."""

    reason: Misread
    what: str = ""  #: the part that was not understood, at most 80 characters
    suggestion: str | None = None  #: the whole text as it was probably meant, which is understood


class TooMany(Struct, frozen=True, kw_only=True, tag=True):
    """More references than one command takes."""

    count: int
    limit: int


class ForeignSite(Struct, frozen=True, kw_only=True, tag=True):
    """A URL whose host is no configured site."""

    host: str  #: at most 80 characters


class NotALongTask(Struct, frozen=True, kw_only=True, tag=True):
    """The URL of a job that Confluence does not run as a long task."""

    kind: OtherTask


class WhichSite(Struct, frozen=True, kw_only=True, tag=True):
    """An id that could belong to several sites."""

    remote_id: str
    aliases: tuple[str, ...]
    choices: tuple[str, ...] = ()  #: the whole text for each of the sites


class NoSite(Struct, frozen=True, kw_only=True, tag=True):
    """An id, but no site is configured or connected."""

    remote_id: str


class KindMismatch(Struct, frozen=True, kw_only=True, tag=True):
    """An id in the form of the other Confluence product: digits are Cloud's, UUIDs Data Center's."""

    remote_id: str
    alias: str  #: of the site (the first of several) that cannot have this id
    kind: SiteKind  #: what that site runs


Problem = NotUnderstood | TooMany | ForeignSite | NotALongTask | WhichSite | NoSite | KindMismatch

Command = (
    Follow
    | ShowStatus
    | ShowRunning
    | ListFollowed
    | Stop
    | StopAll
    | Watch
    | Unwatch
    | MakeHook
    | EndHook
    | Connect
    | Disconnect
    | ShowSettings
    | ShowChecks
    | ShowHelp
    | Problem
)
