import asyncio
from dataclasses import dataclass, field

import pytest
from sqlalchemy import select

from bot import housekeeping
from bot.clients.slack.workspaces import SingleWorkspace
from bot.db.slack_models import people as people_rows
from bot.domain.person import Person
from bot.domain.states import Membership
from bot.follow.people import HOLDS, LIFETIME, PATIENCE, NotKnown, People
from bot.render import replies
from bot.render.i18n import Texts
from sandbox.harness import CHANNEL, COLLEAGUE, PERSON, TEAM
from sandbox.slack import Fault
from tests.support.clock import Clock
from tests.support.stepped_bot import SteppedBot


@dataclass(kw_only=True)
class CountedSleep:
    """A sleep that moves the clock, and remembers for how long."""

    clock: Clock
    slept: list[float] = field(default_factory=list)

    async def __call__(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.clock.move(seconds)


def people_of(stepped: SteppedBot) -> People:
    """What another process knows about people: what is in the database."""
    deps = stepped.deps
    return People(slack=deps.slack, database=deps.database, now=stepped.clock, sleep=CountedSleep(clock=stepped.clock))


@pytest.fixture
def people(stepped: SteppedBot) -> People:
    return people_of(stepped)


def asked(stepped: SteppedBot) -> int:
    """How often Slack was asked who somebody is."""
    return len([call for call in stepped.slack.calls if call.method == "users.info"])


def away(stepped: SteppedBot) -> None:
    """Slack does not say who anybody is, until its faults are cleared."""
    stepped.slack.faults.add("users.info", Fault.status(503), probability=1.0)


async def test_slack_is_asked_once_an_hour_who_a_person_is(stepped: SteppedBot, people: People) -> None:
    assert people.remembered(TEAM, PERSON) is None

    found = [await people.find(TEAM, None, PERSON) for _ in range(3)]
    marta = Person(
        team_id=TEAM,
        user_id=PERSON,
        membership=Membership.MEMBER,
        is_admin=False,
        locale="en-US",
        asked_at=stepped.clock(),
    )
    assert found == [marta] * 3
    assert asked(stepped) == 1

    stepped.clock.move(LIFETIME.total_seconds())
    assert people.remembered(TEAM, PERSON) == marta
    stepped.clock.move(1)
    assert people.remembered(TEAM, PERSON) is None
    await people.find(TEAM, None, PERSON)
    assert asked(stepped) == 2


async def test_what_slack_said_about_a_person_outlives_the_process(on_both: SteppedBot) -> None:
    first = await people_of(on_both).find(TEAM, None, PERSON)

    assert await people_of(on_both).find(TEAM, None, PERSON) == first
    assert asked(on_both) == 1


async def test_many_commands_of_one_person_need_one_answer(stepped: SteppedBot, people: People) -> None:
    found = await asyncio.gather(*(people.find(TEAM, None, PERSON) for _ in range(20)))

    assert len(set(found)) == 1
    assert asked(stepped) == 1


@pytest.mark.parametrize("fault", [Fault.status(503), Fault.ratelimited(1)])
async def test_what_was_known_within_a_day_holds_while_slack_does_not_say(
    stepped: SteppedBot, people: People, fault: Fault
) -> None:
    known = await people.find(TEAM, None, PERSON)
    stepped.slack.faults.add("users.info", fault, probability=1.0)

    stepped.clock.move(HOLDS.total_seconds())
    held = await people.find(TEAM, None, PERSON)
    stepped.clock.move(1)
    unknown = await people.find(TEAM, None, PERSON)

    assert (held, unknown) == (known, NotKnown.NO_ANSWER)


async def test_slack_is_asked_again_for_twenty_seconds_who_an_unknown_person_is(
    stepped: SteppedBot, people: People
) -> None:
    away(stepped)
    began = stepped.clock()

    assert await people.find(TEAM, None, PERSON) is NotKnown.NO_ANSWER
    assert asked(stepped) == 5
    assert PATIENCE / 2 < stepped.clock() - began <= PATIENCE


async def test_a_person_is_found_as_soon_as_slack_says_who_it_is(stepped: SteppedBot, people: People) -> None:
    stepped.slack.faults.add("users.info", Fault.status(503), times=2)

    assert isinstance(await people.find(TEAM, None, PERSON), Person)
    assert asked(stepped) == 3


async def test_no_such_person_is_an_answer(stepped: SteppedBot, people: People) -> None:
    nobody = await people.find(TEAM, None, "U0NOBODY")

    assert isinstance(nobody, Person)
    assert nobody.membership is Membership.ABSENT
    assert asked(stepped) == 1


async def test_nobody_is_looked_for_in_a_workspace_that_the_token_is_not_for(
    stepped: SteppedBot, people: People
) -> None:
    assert await people.find("T0OTHER", None, PERSON) is NotKnown.NOT_INSTALLED
    assert asked(stepped) == 0


async def test_the_token_is_identified_when_a_request_comes_if_it_was_not_at_the_start(
    stepped: SteppedBot, people: People
) -> None:
    client = await stepped.deps.slack.client(TEAM, None)
    people.slack = SingleWorkspace(client)
    stepped.slack.faults.add("auth.test", Fault.status(503), times=1)

    assert isinstance(await people.find(TEAM, None, PERSON), Person)
    assert await people.find("T0OTHER", None, COLLEAGUE) is NotKnown.NOT_INSTALLED


async def test_people_are_forgotten_a_day_after_slack_was_last_asked(stepped: SteppedBot, people: People) -> None:
    turn = housekeeping.step(stepped.database, retention_days=30, now=stepped.clock)
    await people.find(TEAM, None, PERSON)
    stepped.clock.move(1)
    await people.find(TEAM, None, COLLEAGUE)

    stepped.clock.move(HOLDS.total_seconds())
    await turn()

    async with stepped.database.read() as connection:
        assert list((await connection.execute(select(people_rows.c.user_id))).scalars()) == [COLLEAGUE]


# -- as people see it


async def test_a_command_of_an_unknown_person_starts_nothing_and_says_why(stepped: SteppedBot, en: Texts) -> None:
    away(stepped)

    assert await stepped.ask("status 4711") == [replies.not_known(en).text]
    assert list(stepped.confluence.log) == []
    assert stepped.slack.messages(CHANNEL) == []
