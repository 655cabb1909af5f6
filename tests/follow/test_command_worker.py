import asyncio
from dataclasses import replace
from datetime import timedelta

from structlog.typing import EventDict

from bot.db import threads
from bot.db.engine import Database, DatabaseAway
from bot.domain.message_facts import Answer
from bot.domain.message_kinds import CommandOwner, MessageKind
from bot.domain.states import MessageState
from bot.follow import CommandWorker
from bot.follow.command_store import IncomingCommand
from bot.follow.command_worker import ATTEMPTS, EXPIRES_AFTER, MAX_COMMANDS, MAX_OF_PERSON
from bot.render import replies
from bot.render.i18n import Texts
from sandbox.confluence import faults
from sandbox.harness import CHANNEL, COLLEAGUE, PERSON, TEAM
from sandbox.scenarios import scenario
from tests.support.failing_credentials import FailingCredentials
from tests.support.held_credentials import HeldCredentials
from tests.support.interruptions import InterruptedDatabase, Interruption, connections
from tests.support.metrics import samples
from tests.support.stepped_bot import SteppedBot

COPY = scenario("copy_with_renames_and_restrictions")
#: an id of no long task
UNKNOWN = "4711"


def incoming(
    stepped: SteppedBot, typed: str = "list", *, trigger_id: str = "1.1.a", user_id: str = PERSON
) -> IncomingCommand:
    """A command as Slack sends it."""
    return IncomingCommand(
        trigger_id=trigger_id,
        team_id=TEAM,
        enterprise_id=None,
        channel_id=CHANNEL,
        user_id=user_id,
        command="/longtask",
        text=typed,
        response_url=f"{stepped.slack.origin}/response/none",
    )


def interrupted(database: Database, interruption: Interruption) -> InterruptedDatabase:
    """The database of a process that dies at a point of its transactions."""
    return InterruptedDatabase(**connections(database), interruption=interruption)


async def begun(worker: CommandWorker, held: HeldCredentials) -> None:
    """Let a worker begin a command, up to its look at Confluence."""
    await worker.step()
    await held.begun.wait()


async def finished(worker: CommandWorker, held: HeldCredentials) -> None:
    """Let a worker finish what it has begun."""
    held.over.set()
    await worker.settle()


async def answer_texts(stepped: SteppedBot) -> list[str]:
    """The answers that are planned, posted or not."""
    return [answer.facts.text for answer in await stepped.planned_answers() if isinstance(answer.facts, Answer)]


# -- storing


async def test_a_command_is_stored_before_it_is_acknowledged_and_carried_out_later(on_both: SteppedBot) -> None:
    remote_id = on_both.sandbox.begin(COPY)

    result = await on_both.sandbox.type(f"status {remote_id}")

    assert result.status == 200
    (command,) = await on_both.commands()
    assert (command.text, command.user_id, command.channel_id, command.attempts) == (
        f"status {remote_id}",
        PERSON,
        CHANNEL,
        0,
    )
    assert await on_both.is_unanswered()
    assert list(on_both.confluence.log) == []


async def test_the_response_url_of_a_command_is_stored_encrypted(stepped: SteppedBot) -> None:
    result = await stepped.sandbox.type("list")

    (command,) = await stepped.commands()
    assert command.response_url is not None
    assert result.response_url_id is not None
    url = stepped.slack.response_url(result.response_url_id)
    assert url.encode() not in command.response_url
    assert stepped.deps.secrets.open(command.response_url) == url


async def test_a_command_that_slack_sends_twice_is_carried_out_once(on_both: SteppedBot) -> None:
    await on_both.worker.store(incoming(on_both), within=5)
    await on_both.worker.store(incoming(on_both), within=5)

    await on_both.run(15)

    assert len(await on_both.commands()) == 1
    assert len(await on_both.planned_answers()) == 1


# -- answering


async def test_a_command_is_answered_exactly_once(on_both: SteppedBot, en: Texts) -> None:
    assert await on_both.ask(f"stop {UNKNOWN}") == [replies.not_followed_here(en, UNKNOWN).text]

    await on_both.run(15)

    assert on_both.answers() == [replies.not_followed_here(en, UNKNOWN).text]
    assert not await on_both.is_unanswered()


async def test_the_answer_is_a_private_message_planned_when_the_command_is_answered(
    on_both: SteppedBot, en: Texts
) -> None:
    await on_both.sandbox.type(f"stop {UNKNOWN}")
    await on_both.worker.settle()
    await on_both.worker.step()
    await on_both.worker.settle()

    (command,) = await on_both.commands()
    (answer,) = await on_both.planned_answers()
    expected = replies.not_followed_here(en, UNKNOWN)
    assert (answer.kind, answer.state, answer.owner, answer.team_id, answer.user_id, answer.facts) == (
        MessageKind.PRIVATE,
        MessageState.PLANNED,
        CommandOwner(command.id),
        TEAM,
        PERSON,
        Answer(text=expected.text, blocks=expected.blocks),
    )
    assert not await on_both.is_unanswered()
    assert on_both.answers() == []


async def test_a_person_is_answered_in_the_language_of_their_slack(stepped: SteppedBot) -> None:
    stepped.slack.users[PERSON].locale = "de-DE"

    answers = await stepped.ask(f"stop {UNKNOWN}")

    german = stepped.deps.catalogs.texts("de-DE", "en")
    assert german.language == "de"
    assert answers == [replies.not_followed_here(german, UNKNOWN).text]


# -- claims


async def test_a_worker_that_lost_its_claim_meanwhile_plans_nothing(on_both: SteppedBot, en: Texts) -> None:
    await on_both.sandbox.type(f"status {UNKNOWN}")
    await on_both.worker.settle()
    held, successor_held = HeldCredentials(), HeldCredentials()
    late, successor = (
        on_both.new_worker(replace(on_both.deps, credentials=held)),
        on_both.new_worker(replace(on_both.deps, credentials=successor_held)),
    )
    await begun(late, held)
    await on_both.expire_claims()
    await begun(successor, successor_held)

    await finished(late, held)

    assert await on_both.planned_answers() == []
    assert await on_both.is_unanswered()
    await finished(successor, successor_held)
    assert await answer_texts(on_both) == [replies.not_shown(replies.access_refused(en)).text]
    assert not await on_both.is_unanswered()


async def test_wherever_a_process_dies_another_carries_out_its_command_and_one_answer_is_planned(
    on_both: SteppedBot, en: Texts
) -> None:
    expected: list[str] = []
    followed: list[str] = []
    refused = on_both.sandbox.begin(COPY)
    on_both.confluence.faults.add(faults.status(403), task=refused)
    interruption = Interruption(left=1)
    while not expected or interruption.done:
        interruption = Interruption(left=len(expected) + 1)
        remote_id = on_both.sandbox.begin(COPY)
        followed.append(remote_id)
        expected.append(replies.not_followed(en, [refused], replies.access_refused(en)).text)
        await on_both.sandbox.type(f"{remote_id} {refused}")
        await on_both.worker.settle()
        dying = on_both.new_worker(replace(on_both.deps, database=interrupted(on_both.database, interruption)))

        await asyncio.gather(dying.step(), return_exceptions=True)
        await dying.settle()
        await on_both.expire_claims()
        await on_both.worker.step()
        await on_both.worker.settle()

        assert await answer_texts(on_both) == expected

    # Before, in and after each of: the claim, the thread's transaction, the answer's transaction.
    assert len(expected) == 9 + 1
    assert not await on_both.is_unanswered()
    async with on_both.database.read() as connection:
        threads_begun = await threads.followed(connection, team_id=TEAM, channel_id=CHANNEL)
    assert [thread.remote_id for thread in threads_begun] == followed


async def test_a_process_that_stops_gives_its_commands_to_others_at_once(on_both: SteppedBot, en: Texts) -> None:
    await on_both.sandbox.type(f"status {UNKNOWN}")
    await on_both.worker.settle()
    held = HeldCredentials()
    stopping = on_both.new_worker(replace(on_both.deps, credentials=held))
    await begun(stopping, held)

    await stopping.stop(within=timedelta(0))
    await on_both.run(10)

    assert on_both.answers()[-1] == replies.not_shown(replies.no_such_task(en)).text


async def test_a_command_that_takes_longer_than_its_lease_is_kept_by_renewals(stepped: SteppedBot) -> None:
    await stepped.sandbox.type(f"status {UNKNOWN}")
    await stepped.worker.settle()
    held = HeldCredentials()
    slow = stepped.new_worker(replace(stepped.deps, credentials=held))
    await begun(slow, held)

    for _ in range(4):
        stepped.clock.move(8)
        await slow.renew_step()
        await stepped.worker.step()
        await stepped.worker.settle()

    await finished(slow, held)
    assert len(await stepped.planned_answers()) == 1
    assert [command.attempts for command in await stepped.commands()] == [1]


async def test_more_commands_than_are_carried_out_at_once_wait_for_their_turn(stepped: SteppedBot) -> None:
    for number in range(MAX_COMMANDS + 1):
        stepped.slack.add_user(f"U{number}", name=f"person{number}")
        command = incoming(stepped, f"status {UNKNOWN}", trigger_id=f"{number}", user_id=f"U{number}")
        await stepped.worker.store(command, within=30)
    await stepped.worker.settle()
    held = HeldCredentials()
    busy = stepped.new_worker(replace(stepped.deps, credentials=held))
    await begun(busy, held)
    await busy.step()
    assert len(busy.worker.held) == MAX_COMMANDS

    await finished(busy, held)
    assert await stepped.is_unanswered()
    await busy.step()
    await busy.settle()

    assert not await stepped.is_unanswered()


async def test_a_person_waits_for_no_commands_of_another(on_both: SteppedBot, en: Texts) -> None:
    for number in range(2 * MAX_COMMANDS):
        await on_both.worker.store(incoming(on_both, f"status {UNKNOWN}", trigger_id=f"{number}"), within=30)
    await on_both.worker.settle()
    await on_both.worker.step()
    await on_both.sandbox.type("list", user=COLLEAGUE)
    await on_both.worker.settle()

    await on_both.worker.step()
    await on_both.worker.settle()

    (answer,) = await on_both.planned_answers()
    expected = replies.followed_list(en, [])
    assert (answer.user_id, answer.facts) == (COLLEAGUE, Answer(text=expected.text, blocks=expected.blocks))


async def test_no_more_than_a_few_commands_of_one_person_are_carried_out_at_once(stepped: SteppedBot) -> None:
    for number in range(MAX_OF_PERSON + 1):
        await stepped.worker.store(incoming(stepped, f"status {UNKNOWN}", trigger_id=f"{number}"), within=30)
    await stepped.worker.settle()
    held = HeldCredentials()
    busy = stepped.new_worker(replace(stepped.deps, credentials=held))

    for _ in range(2):
        await begun(busy, held)

    assert len(busy.worker.held) == MAX_OF_PERSON
    await finished(busy, held)


async def test_a_command_whose_long_task_is_not_found_waits_without_a_claim_and_outlives_its_process(
    on_both: SteppedBot, en: Texts
) -> None:
    await on_both.sandbox.type(f"status {UNKNOWN}")
    await on_both.worker.settle()
    looks = []
    for seconds in (0, 2.9, 0.1, 5.9, 0.1):
        on_both.clock.move(seconds)
        # Each turn by another process, as if the one before were gone.
        process = on_both.new_worker()
        await process.step()
        await process.settle()
        looks.append(len(on_both.confluence.log))
        assert process.worker.held == {}

    assert looks == [1, 1, 2, 2, 3]
    assert await answer_texts(on_both) == [replies.not_shown(replies.no_such_task(en)).text]


# -- commands that fail


async def test_a_command_that_waited_for_more_than_thirty_minutes_is_not_carried_out(
    stepped: SteppedBot, en: Texts
) -> None:
    remote_id = stepped.sandbox.begin(COPY)
    await stepped.sandbox.type(remote_id)
    stepped.clock.move(EXPIRES_AFTER.total_seconds() + 1)

    await stepped.run(5)

    assert await answer_texts(stepped) == [replies.nothing_started(en).text]
    # By then the response URL works no longer.
    assert [message.text for message in stepped.slack.dms(PERSON)] == [replies.nothing_started(en).text]
    assert list(stepped.confluence.log) == []
    assert stepped.slack.messages(CHANNEL) == []


async def test_a_command_that_waited_for_thirty_minutes_is_carried_out(stepped: SteppedBot) -> None:
    remote_id = stepped.sandbox.begin(scenario("stall"))
    await stepped.sandbox.type(remote_id)
    stepped.clock.move(EXPIRES_AFTER.total_seconds())

    await stepped.until(lambda: stepped.slack.messages(CHANNEL))

    assert await answer_texts(stepped) == []


async def test_a_command_is_begun_three_times_while_the_database_is_away(stepped: SteppedBot, en: Texts) -> None:
    credentials = FailingCredentials(DatabaseAway("away"))
    worker = stepped.new_worker(replace(stepped.deps, credentials=credentials))
    await stepped.sandbox.type(f"status {UNKNOWN}")
    await stepped.worker.settle()

    planned = []
    for _ in range(ATTEMPTS + 1):
        await worker.step()
        await worker.settle()
        planned.append(await answer_texts(stepped))
        await stepped.expire_claims()

    nothing_started = [replies.nothing_started(en).text]
    assert planned == [[], [], nothing_started, nothing_started]
    assert credentials.times == ATTEMPTS


async def test_a_command_that_crashes_is_said_to_have_gone_wrong_and_is_not_begun_again(
    stepped: SteppedBot, en: Texts, logs: list[EventDict]
) -> None:
    credentials = FailingCredentials(RuntimeError("no reason"))
    worker = stepped.new_worker(replace(stepped.deps, credentials=credentials))
    await stepped.sandbox.type(f"status {UNKNOWN}")
    await stepped.worker.settle()

    for _ in range(2):
        await worker.step()
        await worker.settle()
        await stepped.expire_claims()

    assert await answer_texts(stepped) == [replies.gone_wrong(en).text]
    assert credentials.times == 1
    assert [log["event"] for log in logs if log["log_level"] == "error"] == ["command_crashed"]
    assert samples(stepped.bot.metrics, "longtask_commands_total") == {
        'longtask_commands_total{result="crashed",verb="ShowStatus"}': 1.0
    }
