from pathlib import Path

import aiohttp
import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from bot.domain.command import ForeignSite, Misread, NotUnderstood
from bot.follow.deps import STORE_SECONDS
from bot.render import replies
from bot.render.i18n import Texts
from sandbox.harness import CHANNEL, COLLEAGUE, PERSON
from sandbox.scenarios import scenario
from sandbox.slack import SIGNING_SECRET, Fault, Signing
from tests.support.clock import Clock
from tests.support.metrics import samples
from tests.support.refusing_database import RefusingDatabase
from tests.support.sqlite_lock import locked
from tests.support.stepped_bot import SteppedBot, open_stepped_bot

COPY = scenario("copy_with_renames_and_restrictions")
HALP = NotUnderstood(reason=Misread.WORD, what="halp", suggestion="help")


def shown(stepped: SteppedBot, user: str = PERSON) -> list[str]:
    """What one person was shown alone, acknowledgements included."""
    return [message.text for message in stepped.slack.ephemerals(user)]


@pytest.mark.parametrize("text", ["help", "  HELP ", "Hilfe", "ヘルプ"])
async def test_help_names_the_configured_site(stepped: SteppedBot, text: str, en: Texts) -> None:
    assert await stepped.ask(text) == [replies.help(en, "/longtask", stepped.deps.example).text]

    assert f"{stepped.confluence.base_url}/wiki/rest/api/longtask/" in shown(stepped)[0]


async def test_help_repeats_the_command_as_it_was_typed(stepped: SteppedBot, en: Texts) -> None:
    await stepped.slack.command("help", user=PERSON, channel=CHANNEL, command="/follow-task")
    await stepped.turn()

    assert shown(stepped) == [replies.help(en, "/follow-task", stepped.deps.example).text]


async def test_a_misspelt_word_is_answered_with_what_was_perhaps_meant(stepped: SteppedBot) -> None:
    (answer,) = await stepped.ask("3145728001 quiett")

    assert answer == "I don't know “quiett”.\nDid you mean `/longtask 3145728001 quiet`?"


async def test_a_url_of_another_host_is_refused_by_name_and_never_called(stepped: SteppedBot, en: Texts) -> None:
    await stepped.sandbox.type("https://evil.example.com/wiki/rest/api/longtask/1")

    await stepped.run(5)
    refused = replies.misread(en, "/longtask", stepped.deps.example, ForeignSite(host="evil.example.com"))
    assert shown(stepped) == [refused.text]
    assert list(stepped.confluence.log) == []


@pytest.mark.parametrize(("text", "asked"), [("help", 0.0), ("halp", 0.0), ("list", 0.0), ("4711", 12.0)])
async def test_the_first_answer_that_a_person_ever_gets_is_in_their_language(
    stepped: SteppedBot, text: str, asked: float
) -> None:
    stepped.slack.users[PERSON].locale = "de-DE"
    await stepped.ask(text, user=COLLEAGUE)

    await stepped.ask(text)
    await stepped.run(asked)

    german = stepped.deps.catalogs.texts("de", "en")
    answers = {
        "help": replies.help(german, "/longtask", stepped.deps.example),
        "halp": replies.misread(german, "/longtask", stepped.deps.example, HALP),
        "list": replies.followed_list(german, []),
        "4711": replies.not_followed(german, ["4711"], replies.no_such_task(german)),
    }
    assert shown(stepped)[-1] == answers[text].text
    assert [said for said in shown(stepped, COLLEAGUE) if said in shown(stepped)] == []


async def test_help_is_given_to_everybody_also_where_slack_does_not_say_who_asks(
    stepped: SteppedBot, en: Texts
) -> None:
    stepped.slack.faults.add("users.info", Fault.status(503), probability=1.0)

    await stepped.sandbox.type("help")
    await stepped.run(30)

    assert shown(stepped) == [replies.help(en, "/longtask", stepped.deps.example).text]


@pytest.mark.parametrize("text", ["", "halp", "list", "status 4711", "stop", "4711", "connect"])
async def test_every_command_is_acknowledged_empty_and_does_not_wait_for_confluence_or_slack(
    stepped: SteppedBot, text: str
) -> None:
    result = await stepped.sandbox.type(text)

    assert (result.status, result.body, shown(stepped)) == (200, "", [])
    assert (list(stepped.confluence.log), [call for call in stepped.slack.calls if call.method == "users.info"]) == (
        [],
        [],
    )
    acknowledged = "longtask_acknowledgement_seconds_count"
    assert samples(stepped.bot.metrics, acknowledged) == {acknowledged: 1.0}


@pytest.mark.parametrize(
    "signing",
    [
        Signing.WRONG_SECRET,
        Signing.GARBAGE_SIGNATURE,
        Signing.GARBAGE_TIMESTAMP,
        Signing.STALE,
        Signing.MISSING,
    ],
)
async def test_a_request_that_slack_did_not_sign_is_refused(over_http: SteppedBot, signing: Signing) -> None:
    result = await over_http.slack.command("list", user=PERSON, channel=CHANNEL, signing=signing)

    assert result.status == 401
    assert SIGNING_SECRET not in result.body
    assert await over_http.commands() == []


async def test_a_command_that_cannot_be_stored_in_a_second_starts_nothing(
    migrated_sqlite_url: str, clock: Clock, tmp_path: Path, en: Texts
) -> None:
    async with open_stepped_bot(migrated_sqlite_url, clock, store_seconds=STORE_SECONDS) as stepped:
        remote_id = stepped.sandbox.begin(COPY)
        with locked(tmp_path / "longtask.db"):
            result = await stepped.sandbox.type(remote_id)

        await stepped.run(15)

        assert result.status == 200
        assert shown(stepped) == [replies.nothing_started(en).text]
        assert await stepped.commands() == []
        assert stepped.slack.messages(CHANNEL) == []


async def ask(stepped: SteppedBot, path: str) -> tuple[int, str]:
    """What the bot answers to a GET of a path."""
    async with (
        aiohttp.ClientSession() as session,
        session.get(stepped.slack.request_url.replace("/slack/events", path)) as response,
    ):
        return response.status, await response.text()


async def test_a_command_starts_nothing_while_the_database_takes_no_writes_and_works_once_it_does(
    refusal: RefusingDatabase, clock: Clock, en: Texts
) -> None:
    async with open_stepped_bot(refusal.url, clock) as stepped:
        stepped.bot.write_probe.again_after = 0.0
        remote_id = stepped.sandbox.begin(COPY)
        async with refusal.refusing(stepped.database):
            result = await stepped.sandbox.type(remote_id)
            unready = await ask(stepped, "/readyz")
            alive = await ask(stepped, "/healthz")
        await stepped.run(15)

        assert (result.status, shown(stepped)) == (200, [replies.nothing_started(en).text])
        assert unready == (503, f"the database takes no writes: {refusal.reason}\n")
        assert alive == (200, "alive\n")
        assert (await stepped.commands(), stepped.slack.messages(CHANNEL)) == ([], [])

        await stepped.sandbox.type(remote_id)
        await stepped.until(lambda: stepped.thread(remote_id))
        assert await ask(stepped, "/readyz") == (200, "ready\n")


async def test_a_command_that_meets_a_mistake_of_the_bot_starts_nothing(on_both: SteppedBot, en: Texts) -> None:
    async with on_both.database.begin() as connection:
        await connection.execute(text("ALTER TABLE commands RENAME TO elsewhere"))

    with capture_logs() as logs:  # a printed traceback takes longer than Slack waits
        result = await on_both.sandbox.type("list")

    assert (result.status, shown(on_both)) == (200, [replies.nothing_started(en).text])
    assert [(entry["event"], entry["log_level"], entry["user"], entry["channel"]) for entry in logs] == [
        ("command_not_stored", "error", PERSON, CHANNEL)
    ]
    async with on_both.database.begin() as connection:
        await connection.execute(text("ALTER TABLE elsewhere RENAME TO commands"))
