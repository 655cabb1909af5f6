import pytest

from bot.domain.person import Installation, UserInfo, membership
from bot.domain.states import Membership

ALONE = Installation(team_id="T1")
IN_AN_ORGANIZATION = Installation(team_id="T1", enterprise_id="E1")
WHOLE_ORGANIZATION = Installation(team_id="E1", enterprise_id="E1", is_org_wide=True)


def user(team_id: str = "T1", enterprise_id: str | None = None, teams: tuple[str, ...] = (), **flags: bool) -> UserInfo:
    return UserInfo(
        user_id="U1", team_id=team_id, enterprise_id=enterprise_id, enterprise_teams=frozenset(teams), **flags
    )


@pytest.mark.parametrize(
    ("installation", "person", "expected"),
    [
        (ALONE, user("T1"), Membership.MEMBER),
        (ALONE, user("T2"), Membership.STRANGER),
        # Another organization's person, seen from a workspace that is in none.
        (ALONE, user("T2", "E1", ("T1",)), Membership.STRANGER),
        (IN_AN_ORGANIZATION, user("T1"), Membership.MEMBER),
        (IN_AN_ORGANIZATION, user("T2", "E1", ("T2", "T1")), Membership.MEMBER),
        (IN_AN_ORGANIZATION, user("E1", "E1", ("T1",)), Membership.MEMBER),
        (IN_AN_ORGANIZATION, user("T2", "E1", ("T2",)), Membership.STRANGER),
        (IN_AN_ORGANIZATION, user("T2", "E2", ("T1",)), Membership.STRANGER),
        (IN_AN_ORGANIZATION, user("T2", None, ("T1",)), Membership.STRANGER),
        (WHOLE_ORGANIZATION, user("T7", "E1", ("T7",)), Membership.MEMBER),
        (WHOLE_ORGANIZATION, user("T7", "E1"), Membership.STRANGER),
        (WHOLE_ORGANIZATION, user("T7", "E2", ("T7",)), Membership.STRANGER),
        (WHOLE_ORGANIZATION, user("T1"), Membership.STRANGER),
    ],
)
def test_a_person_belongs_to_the_workspace_or_through_its_organization(
    installation: Installation, person: UserInfo, expected: Membership
) -> None:
    assert membership(person, installation) is expected


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        ({"is_admin": True}, Membership.MEMBER),
        ({"is_guest": True}, Membership.GUEST),
        ({"is_stranger": True}, Membership.STRANGER),
        ({"is_bot": True}, Membership.BOT),
        ({"is_deleted": True}, Membership.DELETED),
        ({"is_guest": True, "is_stranger": True, "is_admin": True}, Membership.STRANGER),
        ({"is_deleted": True, "is_admin": True}, Membership.DELETED),
    ],
)
@pytest.mark.parametrize("installation", [ALONE, IN_AN_ORGANIZATION, WHOLE_ORGANIZATION])
def test_guests_strangers_bots_and_deactivated_people_are_no_members_wherever_they_are(
    installation: Installation, flags: dict[str, bool], expected: Membership
) -> None:
    assert membership(user("T1", "E1", ("T1",), **flags), installation) is expected


@pytest.mark.parametrize(
    ("installation", "requests"),
    [
        (ALONE, {("T1", None): True, ("T1", "E1"): True, ("T2", None): False, ("T2", "E1"): False}),
        (IN_AN_ORGANIZATION, {("T1", "E1"): True, ("T2", "E1"): False}),
        (WHOLE_ORGANIZATION, {("T1", "E1"): True, ("T2", "E1"): True, ("T1", "E2"): False, ("T1", None): False}),
    ],
)
def test_an_installation_serves_its_workspace_or_all_of_its_organization(
    installation: Installation, requests: dict[tuple[str, str | None], bool]
) -> None:
    assert {request: installation.serves(*request) for request in requests} == requests
