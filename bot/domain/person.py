"""People of Slack: what Slack says about one, and whether that person belongs to the workspace."""

from datetime import datetime

from msgspec import Struct

from bot.domain.states import Membership

#: of a person whom nothing that the bot says reaches any more
GONE = frozenset({Membership.DELETED, Membership.ABSENT})


class Installation(Struct, frozen=True, kw_only=True):
    """Where the app is installed: one workspace, or a whole Enterprise organization. From auth.test."""

    team_id: str
    enterprise_id: str | None = None
    is_org_wide: bool = False

    def serves(self, team_id: str, enterprise_id: str | None) -> bool:
        """Whether a request of this workspace, in this organization, belongs to the installation."""
        if self.is_org_wide and enterprise_id is not None:
            return enterprise_id == self.enterprise_id
        return team_id == self.team_id


class UserInfo(Struct, frozen=True, kw_only=True):
    """A user, from users.info (docs.slack.dev/reference/objects/user-object)."""

    user_id: str
    team_id: str
    #: like de-DE; None if Slack does not say
    locale: str | None = None
    #: of the workspace whose token asks
    is_admin: bool = False
    #: a single-channel or multi-channel guest
    is_guest: bool = False
    #: of another organization, in a shared channel
    is_stranger: bool = False
    is_bot: bool = False
    #: deactivated
    is_deleted: bool = False
    #: of the Enterprise organization, if the person is in one
    enterprise_id: str | None = None
    #: the workspaces of that organization that the person is in
    enterprise_teams: frozenset[str] = frozenset()


class Person(Struct, frozen=True, kw_only=True):
    """What is kept of a person in a workspace."""

    team_id: str
    user_id: str
    membership: Membership
    is_admin: bool
    #: like de-DE; None if Slack did not say
    locale: str | None
    #: when Slack said so (UTC)
    asked_at: datetime
    #: which the person has chosen here; None: the locale counts
    language: str | None = None

    @property
    def languages(self) -> tuple[str | None, str | None]:
        """The languages of the person, the preferred first."""
        return self.language, self.locale


def membership(user: UserInfo, installation: Installation) -> Membership:
    """Whether a person belongs to the workspace or organization where the app is installed."""
    if user.is_deleted:
        return Membership.DELETED
    if user.is_bot:
        return Membership.BOT
    if user.is_stranger or not _belongs(user, installation):
        return Membership.STRANGER
    return Membership.GUEST if user.is_guest else Membership.MEMBER


def _belongs(user: UserInfo, installation: Installation) -> bool:
    if user.team_id == installation.team_id:
        return True
    if installation.enterprise_id is None or user.enterprise_id != installation.enterprise_id:
        return False
    if installation.is_org_wide:
        return bool(user.enterprise_teams)
    return installation.team_id in user.enterprise_teams


def person_of(team_id: str, user: UserInfo, installation: Installation, *, now: datetime) -> Person:
    """What is kept of a user that Slack has described."""
    return Person(
        team_id=team_id,
        user_id=user.user_id,
        membership=membership(user, installation),
        is_admin=user.is_admin,
        locale=user.locale,
        asked_at=now,
    )


def absent(team_id: str, user_id: str, *, now: datetime) -> Person:
    """A person whom Slack does not know in this workspace."""
    return Person(
        team_id=team_id, user_id=user_id, membership=Membership.ABSENT, is_admin=False, locale=None, asked_at=now
    )
