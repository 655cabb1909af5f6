from dataclasses import replace

import pytest

from bot.clients.slack.responses import UserInfo
from bot.follow.deps import Request
from bot.follow.permissions import may_stop, may_stop_all
from bot.render.i18n import Texts

ME, OWNER = "U1", "U2"
MEMBER = UserInfo(user_id=ME, team_id="T1", locale="en-US", is_admin=False, is_guest=False, is_stranger=False)
ADMIN = replace(MEMBER, is_admin=True)
GUEST = replace(MEMBER, is_guest=True)
STRANGER = replace(MEMBER, is_stranger=True)


def request_of(person: UserInfo | None, texts: Texts, *, is_foreign: bool) -> Request:
    return Request(team_id="T1", channel_id="C1", user_id=ME, texts=texts, person=person, is_foreign=is_foreign)


@pytest.mark.parametrize(
    ("person", "is_foreign", "others", "own"),
    [
        (MEMBER, False, True, True),
        (ADMIN, False, True, True),
        (None, False, True, True),
        (GUEST, False, False, True),
        (STRANGER, False, False, True),
        (MEMBER, True, False, True),
        (None, True, False, True),
    ],
)
def test_everybody_of_the_workspace_but_guests_may_stop_a_thread_of_another(
    person: UserInfo | None, is_foreign: bool, others: bool, own: bool, en: Texts
) -> None:
    request = request_of(person, en, is_foreign=is_foreign)

    assert (may_stop(request, OWNER), may_stop(request, ME)) == (others, own)


@pytest.mark.parametrize(
    ("person", "is_foreign", "expected"),
    [(ADMIN, False, True), (ADMIN, True, False), (MEMBER, False, False), (GUEST, False, False), (None, False, False)],
)
def test_admins_of_the_workspace_may_stop_all_threads_at_once(
    person: UserInfo | None, is_foreign: bool, expected: bool, en: Texts
) -> None:
    assert may_stop_all(request_of(person, en, is_foreign=is_foreign)) is expected
