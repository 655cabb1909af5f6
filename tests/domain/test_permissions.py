from datetime import UTC, datetime

import pytest

from bot.domain.permissions import WHO_MAY, Act, RunningList, may, may_list, may_set
from bot.domain.person import Person
from bot.domain.states import Editors, Membership

#: what only admins may
OF_ADMINS = {Act.STOP_ALL_OF_OTHERS, Act.CHANNEL_SETTINGS, Act.DOCTOR}


def person(membership: Membership, *, is_admin: bool) -> Person:
    return Person(
        team_id="T1",
        user_id="U1",
        membership=membership,
        is_admin=is_admin,
        locale=None,
        asked_at=datetime(2026, 11, 23, tzinfo=UTC),
    )


def test_every_act_names_who_may() -> None:
    assert set(WHO_MAY) == set(Act)


def test_members_may_all_but_what_is_for_admins() -> None:
    member, admin = (person(Membership.MEMBER, is_admin=is_admin) for is_admin in (False, True))

    assert {act for act in Act if may(member, act)} == set(Act) - OF_ADMINS
    assert {act for act in Act if may(admin, act)} == set(Act)


@pytest.mark.parametrize("membership", [other for other in Membership if other is not Membership.MEMBER])
@pytest.mark.parametrize("is_admin", [False, True])
def test_who_is_no_member_of_the_workspace_may_nothing(membership: Membership, is_admin: bool) -> None:
    assert [act for act in Act if may(person(membership, is_admin=is_admin), act)] == []


@pytest.mark.parametrize("membership", list(Membership))
@pytest.mark.parametrize("is_admin", [False, True])
@pytest.mark.parametrize("setting", list(RunningList))
def test_the_running_list_is_for_members_or_their_admins_or_nobody(
    membership: Membership, is_admin: bool, setting: RunningList
) -> None:
    of_members = {RunningList.EVERYONE: True, RunningList.ADMINS: is_admin, RunningList.OFF: False}[setting]
    expected = membership is Membership.MEMBER and of_members
    assert may_list(person(membership, is_admin=is_admin), setting) is expected


@pytest.mark.parametrize("membership", list(Membership))
@pytest.mark.parametrize("is_admin", [False, True])
@pytest.mark.parametrize("editors", list(Editors))
def test_settings_are_changed_by_admins_or_by_members_where_they_say_so(
    membership: Membership, is_admin: bool, editors: Editors
) -> None:
    expected = membership is Membership.MEMBER and (is_admin or editors is Editors.MEMBERS)
    assert may_set(person(membership, is_admin=is_admin), editors) is expected
