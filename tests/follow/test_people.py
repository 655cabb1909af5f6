import pytest

from bot.clients.slack.responses import UserInfo
from bot.follow.people import LIFETIME, People
from bot.render import replies
from bot.render.i18n import Texts
from sandbox.harness import PERSON, TEAM
from sandbox.slack import Fault
from tests.support.stepped_bot import SteppedBot


@pytest.fixture
def people(stepped: SteppedBot) -> People:
    return People(stepped.deps.slack, clock=stepped.clock)


def asked(stepped: SteppedBot) -> int:
    """How often Slack was asked who somebody is."""
    return len([call for call in stepped.slack.calls if call.method == "users.info"])


async def test_slack_is_asked_once_an_hour_who_a_person_is(stepped: SteppedBot, people: People) -> None:
    assert people.remembered(TEAM, PERSON) is None

    found = [await people.find(TEAM, None, PERSON) for _ in range(3)]
    assert [isinstance(person, UserInfo) for person in found] == [True] * 3
    assert asked(stepped) == 1

    stepped.clock.move(LIFETIME)
    assert people.remembered(TEAM, PERSON) == found[0]
    stepped.clock.move(1)
    assert people.remembered(TEAM, PERSON) is None
    await people.find(TEAM, None, PERSON)
    assert asked(stepped) == 2


async def test_a_person_is_remembered_for_one_workspace_only(stepped: SteppedBot, people: People) -> None:
    await people.find(TEAM, None, PERSON)

    assert people.remembered("T0OTHER", PERSON) is None


async def test_a_person_is_unknown_while_slack_does_not_say_and_is_asked_about_again(
    stepped: SteppedBot, people: People
) -> None:
    stepped.slack.faults.add("users.info", Fault.status(503))

    assert await people.find(TEAM, None, PERSON) is None
    assert await people.find(TEAM, None, PERSON) is not None


async def test_a_command_of_an_unknown_person_is_answered_in_the_default_language(
    stepped: SteppedBot, en: Texts
) -> None:
    stepped.slack.users[PERSON].locale = "de-DE"
    stepped.slack.faults.add("users.info", Fault.status(503))

    assert await stepped.ask("stop 4711") == [replies.not_followed_here(en, "4711").text]
